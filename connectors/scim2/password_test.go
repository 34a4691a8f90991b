package scim2

import (
	"fmt"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
	"usher/directory"
)

func TestPasswordModes(t *testing.T) {
	p := profile(1)
	p.Password = "correct horse battery"
	made := map[string]bool{}
	for range 2 {
		r := newFixture(t, scim2fake.Quirks{Wire: scim2fake.WireQuirks{Password: 16}}, connectors.PasswordKey, string(connectors.PasswordRandom))
		got := r.Password(r.create(p).ID)
		if len(got) < 16 || got == p.Password.Reveal() || made[got] || !strings.ContainsAny(got, "0123456789") || !strings.ContainsAny(got, "-") {
			t.Errorf("random: %q", got)
		}
		made[got] = true
	}
	for mode, want := range map[connectors.PasswordMode]string{"": "", connectors.PasswordNone: "", connectors.PasswordSend: "correct horse battery"} {
		r := newFixture(t, scim2fake.Quirks{}, connectors.PasswordKey, string(mode))
		if got := r.Password(r.create(p).ID); got != want {
			t.Errorf("%q: %q", mode, got)
		}
	}
}

func TestSetPassword(t *testing.T) {
	for name, c := range map[string]struct {
		q        scim2fake.Quirks
		settings []string
		methods  string
	}{
		"patch":        {scim2fake.Quirks{}, nil, "PATCH"},
		"put":          {scim2fake.Quirks{NoPatch: 405}, []string{"update_mode", "put"}, "GET PUT"},
		"entra legacy": {scim2fake.Like("entra_legacy"), []string{"profile", "entra_legacy"}, "PATCH"},
		"okta":         {scim2fake.Like("okta_like"), []string{"profile", "okta_like"}, "PATCH"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newFixture(t, c.q, c.settings...)
			a := r.create(profile(1))
			r.ClearJournal()
			if err := r.SetPassword(t.Context(), a.ID, `new "pass\word"`); err != nil {
				t.Fatal(err)
			}
			if r.Password(a.ID) != `new "pass\word"` || r.methods() != c.methods {
				t.Errorf("password %q after %s", r.Password(a.ID), r.methods())
			}
			if err := r.Update(t.Context(), a.ID, setTitle("x")); err != nil || r.Password(a.ID) == "" {
				t.Errorf("the next update: %v, password %q", err, r.Password(a.ID))
			}
		})
	}
	r := newFixture(t, scim2fake.Quirks{})
	want(t, r.SetPassword(t.Context(), "nobody", "correct horse battery"), connectors.NotFound)
	want(t, r.SetPassword(t.Context(), "nobody", ""), connectors.Invalid)
}

func TestRefusedPasswords(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{Wire: scim2fake.WireQuirks{Password: 100}}, connectors.PasswordKey, string(connectors.PasswordSend))
	var trace connectors.Trace
	ctx := connectors.WithTrace(t.Context(), &trace)
	const password = `hunter2 "quoted"`
	p := profile(1)
	p.Password = password
	_, err := r.Create(ctx, p)
	text := fmt.Sprintf("%+v", *want(t, err, connectors.Invalid))
	a := r.create(profile(1))
	e := want(t, r.SetPassword(ctx, a.ID, password), connectors.Invalid)
	text += fmt.Sprintf("%+v", *e)
	r.AddFault(fakekit.Fault{Method: "PATCH", Status: 400, Body: `{"detail":"This password was already used: hunter2 \"quoted\""}`})
	e = want(t, r.SetPassword(ctx, a.ID, password), connectors.Invalid)
	text += fmt.Sprintf("%+v %+v", *e, trace)
	if strings.Contains(text, "hunter2") {
		t.Errorf("the password can be read: %s", text)
	}
	if !strings.Contains(text, "is shorter than") {
		t.Errorf("the target's words are lost: %s", text)
	}
	var _ connectors.PasswordSetter = r.connector
	var _ directory.Secret = password
}
