package directory

import "testing"

func TestOwns(t *testing.T) {
	u := User{Source: SignUp}
	u.SetEmail("ada@example.com")
	for name, c := range map[string]struct {
		change func(*User)
		want   bool
	}{
		"said only":                      {func(*User) {}, false},
		"verified":                       {func(u *User) { u.VerifiedEmail = "ADA@example.com" }, true},
		"verified, and not there":        {func(u *User) { u.VerifiedEmail, u.Emails = "ada@example.com", nil }, false},
		"written by the organisation":    {func(u *User) { u.Source = SCIM }, true},
		"written by a provider for them": {func(u *User) { u.Source, u.SelfAddressed = Console, true }, false},
	} {
		v := u
		c.change(&v)
		if v.Owns("ada@example.com") != c.want {
			t.Errorf("%s: %v", name, !c.want)
		}
	}
}

func TestSelfAddressed(t *testing.T) {
	was := User{Source: Console}
	was.SetEmail("ada@example.com")
	other, verified := was, was
	other.SetEmail("victim@example.com")
	verified.SetEmail("new@example.com")
	verified.VerifiedEmail = "new@example.com"
	if !selfAddressed(was, other, Actor{Kind: ByUser}) || selfAddressed(was, verified, Actor{Kind: ByUser}) || selfAddressed(was, other, Actor{Kind: ByAdmin}) {
		t.Error("an address of one's own counts as the organisation's, or the other way round")
	}
	was.SelfAddressed = true
	if !selfAddressed(was, was, Actor{Kind: ByAdmin}) || selfAddressed(was, other, Actor{Kind: ByToken}) {
		t.Error("an edit of something else vouches for the address, or the organisation's does not")
	}
}

func TestMeant(t *testing.T) {
	const address = "victim@corp.test"
	stranger := User{ID: "s", UserName: address, Source: JIT, PasswordHash: "x"}
	stranger.SetEmail("stranger@evil.example")
	owner := User{ID: "o", UserName: "vic", Source: Console, PasswordHash: "x"}
	owner.SetEmail(address)
	ours := stranger
	ours.Source = SCIM
	twin := owner
	twin.ID, twin.PasswordHash = "t", ""
	for name, c := range map[string]struct {
		named  *User
		having []User
		want   string
	}{
		"the owner, whoever is called so":     {&stranger, []User{owner}, "o"},
		"the name that the organisation gave": {&ours, []User{owner}, "s"},
		"the name when nobody owns it":        {&stranger, nil, "s"},
		"the only one with the address":       {nil, []User{owner}, "o"},
		"the one with a password":             {nil, []User{owner, twin}, "o"},
		"nobody":                              {nil, nil, ""},
	} {
		var named User
		if c.named != nil {
			named = *c.named
		}
		if got, _ := Meant(address, named, c.named != nil, c.having); got.ID != c.want {
			t.Errorf("%s: %q", name, got.ID)
		}
	}
	if stranger.Reachable(address) || !owner.Reachable(address) || !ours.Reachable(address) || !stranger.Reachable("stranger") {
		t.Error("a letter for the owner goes to a stranger, or not to the owner")
	}
}
