package handlers

import (
	"testing"

	"usher/auth/signup"
	"usher/directory"
)

func TestSelfRegistrationSettings(t *testing.T) {
	f := newSignUpConsole(t, func(s *signup.Settings) { *s = signup.Defaults() })
	g, err := f.Directory.CreateGroup(t.Context(), directory.Group{DisplayName: "Newcomers"}, nil, clerk)
	must(t, err)
	f.get("/login-registration").ok(t).says(t, "Self Registration")
	page := f.get(signUpPath).ok(t)
	for _, label := range []string{"Self Registration", "Account verification", "Account verification link expiry time", "Activate account immediately", "Auto login",
		"Display message if username unavailable"} {
		page.says(t, label)
	}
	if page.field("link_minutes") != "1440" {
		t.Errorf("the link works for %s minutes", page.field("link_minutes"))
	}
	form := map[string]string{"on": "true", "verify": "true", "auto_login": "true", "link_minutes": "60", "given_name": "required", "family_name": "shown", "title": "hidden",
		"department": "required", "phone": "hidden", "groups": g.ID, "group_names": "newcomers, , Newcomers ", "terms_url": "https://example.com/terms"}
	post := func(pairs ...string) answer {
		all := []string{}
		for k, v := range form {
			all = append(all, k, v)
		}
		return f.edit(signUpPath, append(pairs, all...)...)
	}
	f.led(t, post(), signUpPath).says(t, "Successfully updated the self registration configuration.")
	s, err := f.SignUp.Settings(t.Context())
	must(t, err)
	if !s.On || !s.Verify || s.ActivateNow || !s.AutoLogin || s.Reveal || s.LinkMinutes != 60 || len(s.Groups) != 1 || s.Groups[0] != g.ID ||
		s.Rule(signup.Department) != signup.Required || s.Rule(signup.FamilyName) != signup.Shown || s.Rule(signup.Title) != signup.Hidden {
		t.Errorf("saved: %+v", s)
	}
	f.get(signUpPath).ok(t).says(t, "Newcomers")
	for field, bad := range map[string]string{"link_minutes": "soon", "group_names": "Nobodies", "terms_url": "javascript:alert(1)", "title": "maybe"} {
		a := post(field, bad).status(t, 422)
		if a.doc.Find(`[name="`+field+`"][aria-invalid="true"]`).Length() == 0 {
			t.Errorf("%s = %s has no message: %s", field, bad, words(a))
		}
		if field != "title" && a.field(field) != bad {
			t.Errorf("%s: what was typed is lost", field)
		}
	}
	delete(form, "link_minutes")
	delete(form, "verify")
	f.led(t, post(), signUpPath)
	if s, _ = f.SignUp.Settings(t.Context()); s.Verify || s.LinkMinutes != 60 {
		t.Errorf("without the hidden field: %+v", s)
	}
	f.visitor(t).post(signUpPath, "on", "true").goes(t, "/signin")
}
