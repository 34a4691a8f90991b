package google

import (
	"fmt"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/google/googlefake"
	"usher/directory"
)

const chosen = directory.Secret("correct horse battery")

func withPassword(p connectors.Profile, password directory.Secret) connectors.Profile {
	p.Password = password
	return p
}

func TestPasswordsAreOffered(t *testing.T) {
	s, errs := readWith(t)
	if len(errs) != 0 || s.Values[connectors.PasswordKey] != string(connectors.PasswordRandom) {
		t.Errorf("%v, %v; want a random one by default", s.Values, errs)
	}
	if _, errs := readWith(t, connectors.PasswordKey, string(connectors.PasswordSend)); len(errs) != 0 {
		t.Errorf("refused: %v", errs)
	}
	if _, errs := readWith(t, connectors.PasswordKey, string(connectors.PasswordNone)); len(errs) == 0 {
		t.Error("Google has no user without a password")
	}
}

func TestTheUsersOwnPasswordIsSent(t *testing.T) {
	r := newFixture(t, googlefake.Options{}, connectors.PasswordKey, string(connectors.PasswordSend), keyForceChange, "true")
	own := r.create(withPassword(profile(1), chosen))
	if !r.PasswordIs(own.ID, chosen.Reveal()) || strings.Contains(r.sent("POST"), "changePasswordAtNextLogin") {
		t.Errorf("sent %s", r.sent("POST"))
	}
	other := r.create(profile(2)) // not known: random, as ever
	if r.PasswordIs(other.ID, "") || !strings.Contains(r.sent("POST"), `"changePasswordAtNextLogin":true`) {
		t.Errorf("sent %s", r.sent("POST"))
	}
	if rows, _ := r.Server.Accounts(3); !rows[1].PasswordKnown || rows[2].PasswordKnown {
		t.Errorf("accounts: %+v", rows)
	}
}

// G24: a reset has the password and nothing else.
func TestG24PasswordsAreSetAlone(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	a := r.create(profile(1))
	var trace connectors.Trace
	if err := r.SetPassword(connectors.WithTrace(t.Context(), &trace), a.ID, chosen); err != nil || !r.PasswordIs(a.ID, chosen.Reveal()) {
		t.Fatalf("not set: %v", err)
	}
	if r.sent("PUT") != `{"password":"[secret]"}` {
		t.Errorf("sent %s", r.sent("PUT"))
	}
	if text := fmt.Sprintf("%+v", trace); strings.Contains(text, chosen.Reveal()) {
		t.Errorf("trace: %s", text)
	}
	want(t, r.SetPassword(t.Context(), "199999999999999999999", chosen), connectors.NotFound)
	want(t, r.SetPassword(t.Context(), "..", chosen), connectors.Invalid)
	r.AddFault(fakekit.Fault{Method: "PUT", Status: 403, Body: googlefake.ErrorBody(403, "forbidden", "Not Authorized to access this resource/api")})
	want(t, r.SetPassword(t.Context(), a.ID, chosen), connectors.Temporary)
}

func TestGooglesRulesForPasswords(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	a := r.create(profile(1))
	n := r.Requests()
	for password, words := range map[directory.Secret]string{"short-7": "8 to 100", "": "8 to 100", directory.Secret(strings.Repeat("x", 101)): "8 to 100", "pässwörter-1": "ASCII", "tab\tbed tab": "ASCII"} {
		e := want(t, r.SetPassword(t.Context(), a.ID, password), connectors.Invalid)
		if !strings.Contains(e.Message, words) || (password != "" && strings.Contains(e.Message, password.Reveal())) {
			t.Errorf("message: %s", e.Message)
		}
		if password == "" {
			continue
		}
		_, err := r.Create(t.Context(), withPassword(profile(2), password))
		want(t, err, connectors.Invalid)
	}
	for _, good := range []string{"12345678", strings.Repeat("~", 100)} {
		if err := r.SetPassword(t.Context(), a.ID, directory.Secret(good)); err != nil {
			t.Error(err)
		}
		n += 2
	}
	if r.Requests() != n {
		t.Errorf("%d requests, want %d: %s", r.Requests(), n, r.calls())
	}
}

func TestG34AdministratorsPasswordsAreLeftAlone(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	id := r.seed(profile(1), profile(1).ResourceID, googlefake.Seed{Admin: true})
	want(t, r.SetPassword(t.Context(), id, chosen), connectors.Invalid)
	if strings.Contains(r.calls(), "PUT") {
		t.Errorf("calls: %s", r.calls())
	}
	r = newFixture(t, googlefake.Options{}, keyAllowAdmins, "true")
	id = r.seed(profile(1), profile(1).ResourceID, googlefake.Seed{Admin: true})
	if err := r.SetPassword(t.Context(), id, chosen); err != nil {
		t.Error(err)
	}
}
