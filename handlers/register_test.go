package handlers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"usher/auth"
	"usher/auth/signup"
	"usher/directory"
)

func TestRegisterWithVerification(t *testing.T) {
	f := newSignUpConsole(t, func(s *signup.Settings) { s.AutoLogin = true; s.Rules[signup.Phone] = signup.Shown })
	group, err := f.Directory.CreateGroup(t.Context(), directory.Group{DisplayName: "Newcomers"}, nil, clerk)
	must(t, err)
	s, err := f.SignUp.Settings(t.Context())
	must(t, err)
	s.Groups = []string{group.ID, directory.NewID()} // one that was deleted since
	must(t, f.SignUp.SaveSettings(t.Context(), s, clerk))

	b := f.visitor(t)
	page := b.get("/register").ok(t)
	for _, name := range []string{"given_name", "family_name", "phone", "email", "user_name", "password"} {
		if page.doc.Find(`[name="`+name+`"]`).Length() != 1 {
			t.Errorf("no field %s", name)
		}
	}
	if page.doc.Find(`[name="title"]`).Length() != 0 {
		t.Error("a hidden attribute is asked for")
	}
	registerAs(b, "phone", "+44 1", "title", "Admiral").ok(t).says(t, "Check your mail")
	if _, ok := f.find(t, "joan"); ok {
		t.Fatal("there is a user before the mail was answered")
	}
	f.get(signUpPath).ok(t).says(t, "1 registration waits")
	link := f.link(t, joan, 1)
	b.get(link).ok(t).says(t, "Confirm your account")
	if _, ok := f.find(t, "joan"); ok {
		t.Fatal("opening the link made the user: programs that check mails do that, too")
	}
	send(b, link).goes(t, "/account")
	u, ok := f.find(t, "joan")
	if !ok || u.Source != directory.SignUp || u.VerifiedEmail != joan || u.Phone() != "+44 1" || u.Title != "" || !u.Active {
		t.Fatalf("the user is %+v", u)
	}
	groups, err := f.console.store.GroupsOf(t.Context(), []string{u.ID})
	must(t, err)
	if len(groups[u.ID]) != 1 || groups[u.ID][0].ID != group.ID {
		t.Errorf("in the groups %v", groups[u.ID])
	}
	b.get("/account").ok(t).says(t, "Signed in as joan")
	send(b, link).status(t, 404).says(t, "This link does not work")
	b.get(link).status(t, 404)
	if got := f.mails(t, joan)[0]; strings.Contains(got.Text, good) || strings.Contains(got.Text, u.PasswordHash) {
		t.Error("the mail has the password")
	}
}

const signUpPath = "/login-registration/self-registration"

func TestRegisterIsOffAtFirst(t *testing.T) {
	f := newSignUpConsole(t, func(s *signup.Settings) { s.On = false })
	b := f.visitor(t)
	b.get("/register").status(t, 404).says(t, "Nobody can register here")
	registerAs(b).status(t, 404)
	b.get("/login").ok(t).silent(t, `href="/register"`)
	if len(f.mails(t, joan)) != 0 {
		t.Error("a mail was sent")
	}
}

func TestRegisterMistakes(t *testing.T) {
	f := newSignUpConsole(t, func(s *signup.Settings) { s.TermsURL = "https://example.com/terms" })
	b := f.visitor(t)
	a := registerAs(b, "terms", "true", "email", "joan", "user_name", " ", "password", "short secret", "family_name", "").status(t, 422)
	for _, name := range []string{"email", "user_name", "password", "family_name"} {
		if a.doc.Find(`[name="`+name+`"][aria-invalid="true"]`).Length() != 1 {
			t.Errorf("%s has no message", name)
		}
	}
	if a.field("given_name") != "Joan" || a.field("email") != "joan" {
		t.Error("what was typed is lost")
	}
	a.silent(t, "short secret")
	registerAs(b, "password", "short").status(t, 422).says(t, "Please correct 2 things")
	registerAs(b, "terms", "true").ok(t)
}

// Nothing in the answer tells whether a name or an address is known.
func TestRegisterTellsNothing(t *testing.T) {
	for name, change := range map[string]func(*signup.Settings){"waits": nil, "at once": func(s *signup.Settings) { s.ActivateNow = true }} {
		t.Run(name, func(t *testing.T) {
			f := newSignUpConsole(t, change)
			f.user(t, "Owner")
			owner, _ := f.find(t, "owner")
			fresh := registerAs(f.visitor(t)).ok(t)
			address := registerAs(f.visitor(t), "email", "Owner@example.com", "user_name", "new").ok(t)
			taken := registerAs(f.visitor(t), "email", "new@example.com", "user_name", "OWNER").ok(t)
			both := registerAs(f.visitor(t), "email", "owner@example.com", "user_name", "owner").ok(t)
			want := strings.ReplaceAll(fresh.text, joan, "X")
			for what, a := range map[string]answer{"Owner@example.com": address, "new@example.com": taken, "owner@example.com": both} {
				if strings.ReplaceAll(a.text, what, "X") != want {
					t.Errorf("the answer for %s differs", what)
				}
			}
			now, _ := f.find(t, "owner")
			if now.Version != owner.Version || now.PasswordHash != owner.PasswordHash {
				t.Error("the owner was changed")
			}
			if _, ok := f.find(t, "new"); ok {
				t.Error("a second account for one address")
			}
			text := f.mails(t, "Owner@example.com")[0].Text
			if !strings.Contains(text, "http://usher.example/login") || !strings.Contains(text, "http://usher.example/forgot") || strings.Contains(text, "token=") {
				t.Errorf("the owner is told: %s", text)
			}
		})
	}
}

func TestRegisterReveals(t *testing.T) {
	f := newSignUpConsole(t, func(s *signup.Settings) { s.Reveal = true })
	f.user(t, "owner")
	registerAs(f.visitor(t), "user_name", "OWNER").status(t, 422).says(t, "This user name is taken")
	registerAs(f.visitor(t), "email", "owner@EXAMPLE.com").status(t, 422).says(t, "There is an account with this e-mail address")
}

func TestRegisterNameTakenMeanwhile(t *testing.T) {
	f := newSignUpConsole(t, nil)
	b := f.visitor(t)
	registerAs(b).ok(t)
	f.user(t, "Joan")
	link := f.link(t, joan, 1)
	b.get(link).ok(t)
	// f.user made joan@example.com, too: the address has an account now.
	send(b, link).status(t, 404).says(t, "There is an account with this e-mail address already")

	registerAs(b, "email", "j2@example.com").ok(t)
	link = f.link(t, "j2@example.com", 1)
	b.get(link).ok(t).says(t, "Choose another user name")
	send(b, link).status(t, 422).says(t, "already exists")
	send(b, link, "user_name", "joan2").goes(t, "/login?confirmed")
	if u, ok := f.find(t, "joan2"); !ok || u.Email() != "j2@example.com" {
		t.Errorf("the user is %+v", u)
	}
}

// Whoever opens the link in another browser must know the password: a stranger could have registered this address.
func TestConfirmInAnotherBrowser(t *testing.T) {
	f := newSignUpConsole(t, nil)
	registerAs(f.visitor(t)).ok(t)
	link := f.link(t, joan, 1)
	other := f.visitor(t)
	if page := other.get(link).ok(t); page.doc.Find(`[name="password"]`).Length() != 1 {
		t.Error("the password is not asked for")
	}
	send(other, link).status(t, 422)
	send(other, link, "password", next).status(t, 422).says(t, "This is not the password")
	if _, ok := f.find(t, "joan"); ok {
		t.Fatal("a wrong password made the user")
	}
	send(other, link, "password", good).goes(t, "/login?confirmed")
	if _, ok := f.find(t, "joan"); !ok {
		t.Error("there is no user")
	}
}

func TestConfirmLinkEnds(t *testing.T) {
	f := newSignUpConsole(t, nil)
	b := f.visitor(t)
	registerAs(b).ok(t)
	link := f.link(t, joan, 1)
	f.clock = 24*time.Hour + time.Second
	send(b, link).status(t, 404)
	must(t, f.SignUp.Tidy(t.Context()))
	n, err := f.console.store.PendingRegistrations(t.Context(), time.Time{})
	must(t, err)
	if n != 0 {
		t.Error("what has expired is kept")
	}
}

func TestResend(t *testing.T) {
	f := newSignUpConsole(t, nil)
	b := f.visitor(t)
	registerAs(b).ok(t)
	first := f.link(t, joan, 1)
	want := b.post("/register/resend", "email", "nobody@example.com").ok(t).text
	if got := b.post("/register/resend", "email", joan).ok(t).text; got != want {
		t.Error("the answer tells who registered")
	}
	second := f.link(t, joan, 2)
	send(b, first).status(t, 404)
	send(b, second).goes(t, "/login?confirmed")
	if len(f.mails(t, "nobody@example.com")) != 0 {
		t.Error("a mail to somebody who never registered")
	}
}

func TestRegisterAtOnce(t *testing.T) {
	f := newSignUpConsole(t, func(s *signup.Settings) { s.ActivateNow = true })
	b := f.visitor(t)
	registerAs(b).ok(t).says(t, "your account is ready")
	if u, ok := f.find(t, "joan"); !ok || u.VerifiedEmail != "" {
		t.Fatalf("the user is %+v", u)
	}
	link := f.link(t, joan, 1)
	b.get(link).ok(t).says(t, "Confirm your e-mail address")
	if u, _ := f.find(t, "joan"); u.VerifiedEmail != "" {
		t.Error("opening the link verified the address")
	}
	send(b, link).goes(t, "/login?confirmed")
	if u, _ := f.find(t, "joan"); u.VerifiedEmail != joan {
		t.Error("the address is not verified")
	}
	send(b, link).status(t, 404)
}

func TestRegisterWithoutVerification(t *testing.T) {
	f := newSignUpConsole(t, func(s *signup.Settings) { s.Verify, s.AutoLogin, s.EmailAsUserName = false, true, true })
	b := f.visitor(t)
	if b.get("/register").ok(t).doc.Find(`[name="user_name"]`).Length() != 0 {
		t.Error("the user name is asked for")
	}
	registerAs(b, "user_name", "ignored").goes(t, "/account")
	if _, ok := f.find(t, joan); !ok || len(f.mails(t, joan)) != 0 {
		t.Error("not made, or mailed")
	}
	registerAs(f.visitor(t)).status(t, 422).says(t, "cannot be made")
}

// A link must not lead where a request says: whoever can forge the Host header would get the token.
func TestLinksComeFromTheBaseURL(t *testing.T) {
	f := newSignUpConsole(t, nil)
	f.Hosts = []string{"evil.example"}
	b := f.visitor(t)
	b.header.Set("Host", "evil.example")
	registerAs(b).ok(t)
	if text := f.mails(t, joan)[0].Text; strings.Contains(text, "evil") || !strings.Contains(text, "http://usher.example/register/confirm?token=") {
		t.Errorf("mailed: %s", text)
	}
}

func TestRegisterIsRateLimited(t *testing.T) {
	f := newSignUpConsole(t, nil)
	b := f.visitor(t)
	for range postsPerIP {
		registerAs(b, "password", "short")
	}
	registerAs(b).status(t, 429)
}

// A name or an address that is known must cost as much as one that is not, or the clock gives it away.
func TestRegisterTakesAsMuchWork(t *testing.T) {
	f := newSignUpConsole(t, func(s *signup.Settings) { s.ActivateNow = true })
	f.user(t, "owner")
	var work []string
	f.SignUp.Auth = auth.New(f.console.store, auth.Options{Cost: auth.Cost{MemoryKiB: 8, Passes: 1, Lanes: 1},
		Watch: func(c auth.Cost, bytes int) { work = append(work, fmt.Sprint(c, bytes)) }})
	did := func(pairs ...string) string {
		work = nil
		registerAs(f.visitor(t), pairs...).ok(t)
		return fmt.Sprint(work)
	}
	fresh := did("email", "e@example.com", "user_name", "u")
	if len(work) != 1 {
		t.Errorf("a registration costs %s", fresh)
	}
	for what, got := range map[string]string{"name": did("email", "other@example.com", "user_name", "owner"), "address": did("email", "owner@example.com", "user_name", "u2")} {
		if got != fresh {
			t.Errorf("a known %s costs %s, an unknown one %s", what, got, fresh)
		}
	}
}
