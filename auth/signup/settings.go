package signup

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"usher/directory"
)

// settingName is where the settings are kept. Stored: never rename.
const settingName = "signup"

// ActionUpdate is the change of the settings. Stored: never rename.
const ActionUpdate = "signup.update"

// Rule says whether the registration form asks for an attribute.
type Rule string

// Stored: never rename.
const (
	Hidden   Rule = "hidden"
	Shown    Rule = "shown"
	Required Rule = "required"
)

// Attribute is one that the form may ask for. The user name and the e-mail address are always asked for.
type Attribute string

// Stored, and the names of the form's fields: never rename.
const (
	GivenName  Attribute = "given_name"
	FamilyName Attribute = "family_name"
	Title      Attribute = "title"
	Department Attribute = "department"
	Phone      Attribute = "phone"
)

// Attributes lists them in the order of the form.
func Attributes() []Attribute {
	return []Attribute{GivenName, FamilyName, Title, Department, Phone}
}

// Settings is how people register. The JSON names are stored: never rename.
type Settings struct {
	On              bool               `json:"on"`
	EmailAsUserName bool               `json:"emailAsUserName,omitempty"`
	Rules           map[Attribute]Rule `json:"rules,omitempty"` // an attribute that is missing is Hidden
	Verify          bool               `json:"verify"`          // by a mail with a link
	ActivateNow     bool               `json:"activateNow"`     // before the mail was answered
	AutoLogin       bool               `json:"autoLogin"`
	LinkMinutes     int                `json:"linkMinutes"`
	Reveal          bool               `json:"reveal"` // say that a user name or address is taken
	Groups          []string           `json:"groups,omitempty"`
	TermsURL        string             `json:"termsUrl,omitempty"`

	Revision int64 `json:"-"` // 1 while nothing is saved, and raised by each save; 0 skips the check for a newer one
}

// Bounds of Settings.LinkMinutes.
const (
	MinLinkMinutes = 5
	MaxLinkMinutes = 30 * 24 * 60
)

// Defaults are the settings of an organisation that saved none: nobody can register.
func Defaults() Settings {
	return Settings{Verify: true, LinkMinutes: 24 * 60, Rules: map[Attribute]Rule{GivenName: Required, FamilyName: Required}}
}

// Rule of an attribute.
func (s Settings) Rule(a Attribute) Rule {
	if r, ok := s.Rules[a]; ok {
		return r
	}
	return Hidden
}

// Waits reports whether a user comes into being only when the mailed link is confirmed.
func (s Settings) Waits() bool { return s.Verify && !s.ActivateNow }

func (s Settings) linkLife() time.Duration { return time.Duration(s.LinkMinutes) * time.Minute }

// Check says what is wrong, by the names of the form's fields.
func (s *Settings) Check() directory.FieldErrors {
	f := directory.FieldErrors{}
	if s.LinkMinutes < MinLinkMinutes || s.LinkMinutes > MaxLinkMinutes {
		f.Add("link_minutes", fmt.Sprintf("Enter a number of minutes from %d to %d (30 days).", MinLinkMinutes, MaxLinkMinutes))
	}
	for _, a := range Attributes() {
		switch s.Rule(a) {
		case Hidden, Shown, Required:
		default:
			f.Add(string(a), "Choose one of the three.")
		}
	}
	s.TermsURL = strings.TrimSpace(s.TermsURL)
	if u, err := url.Parse(s.TermsURL); s.TermsURL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		f.Add("terms_url", "Enter a URL such as https://example.com/terms.")
	}
	return f
}

// Settings are those that were saved, else Defaults.
func (s *Service) Settings(ctx context.Context) (Settings, error) {
	text, revision, err := s.Store.RevisedSetting(ctx, settingName)
	if err != nil {
		return Settings{}, err
	}
	v := Defaults()
	if text != "" {
		v = Settings{}
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			return Settings{}, fmt.Errorf("stored sign-up settings: %w", err)
		}
	}
	v.Revision = revision
	return v, nil
}

// SaveSettings writes them. Invalid names the fields; Conflict when v.Revision is not the stored one.
func (s *Service) SaveSettings(ctx context.Context, v Settings, by directory.Actor) error {
	if err := v.Check().Err(); err != nil {
		return err
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("save sign-up settings: %w", err)
	}
	c := directory.Change{ID: directory.NewID(), At: s.Now(), Actor: by, Action: ActionUpdate, Label: "Self Registration"}
	return s.Store.SwapSetting(ctx, settingName, string(text), v.Revision, c)
}
