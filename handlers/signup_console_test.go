package handlers

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"usher/auth"
	"usher/auth/signup"
	"usher/directory"
	"usher/mail"
)

// signUpConsole is a console whose users sign in, too: administrators, sessions and mails are in the real store.
type signUpConsole struct {
	*console
	clock time.Duration // how much later it is than it seems
}

func newSignUpConsole(t *testing.T, change func(*signup.Settings)) *signUpConsole {
	t.Helper()
	f := &signUpConsole{console: newConsole(t)}
	now := func() time.Time { return time.Now().UTC().Truncate(time.Microsecond).Add(f.clock) }
	f.Server.Auth = auth.New(f.console.store, auth.Options{Cost: auth.Cost{MemoryKiB: 8, Passes: 1, Lanes: 1}, Now: now})
	f.Server.SignUp = &signup.Service{Store: f.console.store, Directory: f.Server.Directory, Auth: f.Server.Auth, Base: f.BaseURL, Now: now}
	f.Server.Now = now
	f.mux = f.Router()
	f.memoryConsole.admin(t)
	f.browser = f.signedIn(t)
	s := signup.Defaults()
	s.On = true
	if change != nil {
		change(&s)
	}
	must(t, f.SignUp.SaveSettings(t.Context(), s, clerk))
	return f
}

// visitor is a browser of somebody who is nobody yet.
func (f *signUpConsole) visitor(t *testing.T) *browser { return f.memoryConsole.browser(t) }

const joan = "joan@example.com"

// registerAs sends the registration form, with pairs written over the usual ones.
func registerAs(b *browser, pairs ...string) answer {
	form := map[string]string{"given_name": "Joan", "family_name": "Clarke", "email": joan, "user_name": "joan", "password": good}
	for i := 0; i < len(pairs); i += 2 {
		form[pairs[i]] = pairs[i+1]
	}
	var all []string
	for k, v := range form {
		all = append(all, k, v)
	}
	return b.post("/register", all...)
}

// mails are the messages to an address, oldest first.
func (f *signUpConsole) mails(t *testing.T, to string) (found []mail.Entry) {
	t.Helper()
	entries, _, err := f.console.store.Outbox(t.Context(), "", 100)
	must(t, err)
	for _, e := range entries {
		if e.To != to {
			continue
		}
		full, err := f.console.store.OutboxEntry(t.Context(), e.ID)
		must(t, err)
		found = append([]mail.Entry{full}, found...)
	}
	return found
}

var mailedLink = regexp.MustCompile(`http://usher\.example(/[a-z/]+\?token=[A-Z0-9]+)`)

// link is the path in the newest mail to an address, of which there must be n.
func (f *signUpConsole) link(t *testing.T, to string, n int) string {
	t.Helper()
	got := f.mails(t, to)
	if len(got) != n {
		t.Fatalf("%s got %d mails, want %d", to, len(got), n)
	}
	m := mailedLink.FindStringSubmatch(got[n-1].Text)
	if m == nil {
		t.Fatalf("no link in: %s", got[n-1].Text)
	}
	return m[1]
}

// send presses the button of the page that a mailed link opens.
func send(b *browser, link string, pairs ...string) answer {
	path, token, _ := strings.Cut(link, "?token=")
	return b.post(path, append([]string{"token", token}, pairs...)...)
}

// find is the live user with the name; ok is false when there is none.
func (f *signUpConsole) find(t *testing.T, name string) (directory.User, bool) {
	t.Helper()
	u, err := f.console.store.UserByName(t.Context(), name)
	if err != nil && directory.CodeOf(err) != directory.NotFound {
		t.Fatal(err)
	}
	return u, err == nil
}

// goes fails unless the answer is a redirect to the path.
func (a answer) goes(t *testing.T, path string) {
	t.Helper()
	if a.code != 303 || a.header.Get("Location") != path {
		t.Fatalf("answered %d to %q, want a redirect to %s: %s", a.code, a.header.Get("Location"), path, words(a))
	}
}

func (a answer) status(t *testing.T, code int) answer {
	t.Helper()
	if a.code != code {
		t.Fatalf("answered %d, want %d: %s", a.code, code, words(a))
	}
	return a
}

func hashOf(token string) string { return auth.HashToken(token) }
