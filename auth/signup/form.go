package signup

import (
	"strings"

	"usher/auth"
	"usher/directory"
)

// Form is what somebody typed to register. The JSON names are stored: never rename.
type Form struct {
	UserName   string `json:"userName"`
	Email      string `json:"email"`
	GivenName  string `json:"givenName,omitempty"`
	FamilyName string `json:"familyName,omitempty"`
	Title      string `json:"title,omitempty"`
	Department string `json:"department,omitempty"`
	Phone      string `json:"phone,omitempty"`
	Agreed     bool   `json:"agreed,omitempty"` // to the terms
}

// attribute points at the one with the name.
func (f *Form) attribute(a Attribute) *string {
	return map[Attribute]*string{GivenName: &f.GivenName, FamilyName: &f.FamilyName, Title: &f.Title,
		Department: &f.Department, Phone: &f.Phone}[a]
}

// Get is what was typed for an attribute.
func (f Form) Get(a Attribute) string { return *f.attribute(a) }

// Set types a value for an attribute.
func (f *Form) Set(a Attribute, v string) { *f.attribute(a) = v }

// user is whom the form describes.
func (f Form) user() directory.User {
	u := directory.User{UserName: f.UserName, Active: true, Source: directory.SignUp}
	u.Name = directory.Name{GivenName: f.GivenName, FamilyName: f.FamilyName}
	u.Title, u.Department = f.Title, f.Department
	u.SetEmail(f.Email)
	u.SetPhone(f.Phone)
	return u
}

// Waits reports whether the user comes into being only when the mailed link is confirmed, as far as the form tells: an
// address is somebody's user name only when it is shown to be theirs.
func (f Form) Waits(s Settings) bool {
	return s.Waits() || s.Verify && (s.EmailAsUserName || strings.Contains(directory.NameKey(f.UserName), "@"))
}

// tidy forgets what the form does not ask for, and checks the rest with the password, so that all mistakes are told
// at once and before anything costly.
func (f *Form) tidy(s Settings, password string) error {
	f.Email, f.UserName = strings.TrimSpace(f.Email), strings.TrimSpace(f.UserName)
	if s.EmailAsUserName {
		f.UserName = f.Email
	}
	wrong := directory.FieldErrors{}
	for _, a := range Attributes() {
		v := f.attribute(a)
		switch *v = strings.TrimSpace(*v); {
		case s.Rule(a) == Hidden:
			*v = ""
		case s.Rule(a) == Required && *v == "":
			wrong.Add(string(a), "Fill this in.")
		}
	}
	if message := directory.AddressWords(f.Email); message != "" {
		wrong.Add("email", message)
	}
	if s.TermsURL != "" && !f.Agreed {
		wrong.Add("terms", "Agree to the terms of use to register.")
	}
	nameField := "user_name"
	if s.EmailAsUserName {
		nameField = "email" // the form has no field for the name
	}
	if message := directory.ClaimWords(f.UserName, f.Email); message != "" {
		wrong.Add(nameField, message)
	}
	u := f.user()
	for field, message := range u.Check() {
		if field == "user_name" {
			field = nameField
		}
		wrong.Add(field, message)
	}
	if message := auth.CheckUserPassword(password, u); message != "" {
		wrong.Add("password", message)
	}
	return wrong.Err()
}
