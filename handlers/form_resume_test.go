package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"usher/auth"
	"usher/directory"
	"usher/views"
)

// from makes the browser say on which page the form stood.
func (b *browser) from(page string) *browser {
	b.header.Set("Referer", "http://usher.example"+page)
	return b
}

// signInAgain sends the sign-in form of an answer, as the user of a name.
func signInAgain(b *browser, a answer, path, name string) answer {
	b.header.Del("Referer")
	return b.post(path, "user_name", name, "password", good, "next", a.field("next"), "typed", a.field("typed"))
}

func TestAnEndedSessionGivesTheFormBack(t *testing.T) {
	d := newFormsConsole(t)
	at := d.path("/users/{id}/edit")
	form := formOf(t, d.get(at).ok(t), at)
	d.clock += auth.SessionIdle + time.Minute
	ended := d.from(at).post(at, form.with("title", "Rear Admiral")...).status(t, http.StatusUnauthorized)
	ended.says(t, "Your session has ended")
	ended.silent(t, "Rear Admiral")
	wrong := d.post("/signin", "user_name", "ada", "password", "wrong", "next", ended.field("next"), "typed", ended.field("typed")).status(t, http.StatusUnprocessableEntity)
	in := signInAgain(d.browser, wrong, "/signin", "ada")
	in.goes(t, at)
	if u, _ := d.find(t, "grace"); u.Title != "" {
		t.Error("the form was acted on")
	}
	back := d.get(at).ok(t)
	back.says(t, "Your session had ended, so nothing was saved")
	again := formOf(t, back, at)
	if again.value("title") != "Rear Admiral" || again.value("base") != form.value("base") {
		t.Errorf("the form is filled with %v", again.pairs)
	}
	d.get(at).ok(t).silent(t, "Rear Admiral") // once
	d.post(at, again.pairs...).status(t, http.StatusSeeOther)
	if u, _ := d.find(t, "grace"); u.Title != "Rear Admiral" {
		t.Errorf("saved: %+v", u)
	}
}

// All kinds of controls, secrets, and a page that the form's own address only leads to.
func TestAnEndedSessionGivesEveryControlBackButSecrets(t *testing.T) {
	d := newFormsConsole(t)
	route := "/connections/{connection}/connectors/{connector}"
	action, at := d.path(route), d.path(revisedForms[route])
	form := formOf(t, d.get(at).ok(t), action)
	form.pairs = form.with("config.token", typedSecret)
	form.pairs = form.with("config.update_mode", "put")
	form.pairs = form.with("config.headers", "X-Key: "+typedSecret)
	form.pairs = form.with("enabled", "")
	d.clock += auth.SessionIdle + time.Minute
	ended := d.from(action).post(action, form.with("config.requests_per_second", "9")...).status(t, http.StatusUnauthorized)
	signInAgain(d.browser, ended, "/signin", "ada").goes(t, action)
	d.get(action).goes(t, at+"#connector-scim2")
	back := d.get(at).ok(t)
	back.silent(t, typedSecret)
	again := formOf(t, back, action)
	for name, want := range map[string]string{"config.requests_per_second": "9", "config.update_mode": "put", "enabled": "", "config.token": "", "config.headers": ""} {
		if got := again.value(name); got != want {
			t.Errorf("%s came back as %q, want %q", name, got, want)
		}
	}
}

func TestATypedFormIsForOneBrowserAndOnePerson(t *testing.T) {
	d := newFormsConsole(t)
	_, err := d.Auth.CreateAdmin(t.Context(), directory.Actor{Kind: directory.ByCLI}, "Bob", good)
	must(t, err)
	at := d.path("/users/{id}/edit")
	form := formOf(t, d.get(at).ok(t), at)
	d.clock += auth.SessionIdle + time.Minute
	ended := d.from(at).post(at, form.with("title", "Rear Admiral")...).status(t, http.StatusUnauthorized)

	thief := d.memoryConsole.browser(t)
	signInAgain(thief, ended, "/signin", "ada").goes(t, at)
	thief.get(at).ok(t).silent(t, "Rear Admiral")

	copied := *d.browser
	copied.cookies = map[string]string{}
	for k, v := range d.browser.cookies {
		copied.cookies[k] = v
	}
	signInAgain(&copied, ended, "/signin", "bob").goes(t, at)
	copied.get(at).ok(t).silent(t, "Rear Admiral")

	d.clock += typedLife + time.Minute
	signInAgain(d.browser, ended, "/signin", "ada").goes(t, at)
	d.get(at).ok(t).silent(t, "Rear Admiral")
}

// A sign-in through a provider has no form of ours to carry anything.
func TestAUsersOwnFormComesBackWithoutTheSignInForm(t *testing.T) {
	d := newFormsConsole(t)
	form := formOf(t, d.own.get(accountURL).ok(t), accountURL+"/profile")
	d.clock += auth.SessionIdle + time.Minute
	ended := d.own.from(accountURL).post(accountURL+"/profile", form.with("family_name", "Murray Hopper")...).status(t, http.StatusUnauthorized)
	ended.says(t, "Your session has ended")
	d.own.header.Del("Referer")
	d.own.post("/login", "user_name", "grace", "password", good).goes(t, accountURL)
	back := d.own.get(accountURL).ok(t)
	if got := formOf(t, back, accountURL+"/profile").value("family_name"); got != "Murray Hopper" {
		t.Errorf("came back as %q", got)
	}
	d.clock += auth.SessionIdle + time.Minute
	passwords := d.own.from(accountURL).post(accountURL+"/password", "current_password", good, "new_password", next, "new_password_again", next)
	passwords.goes(t, "/login")
}

func TestWhatHasNothingToKeepLeadsToTheSignIn(t *testing.T) {
	d := newFormsConsole(t)
	d.clock += auth.SessionIdle + time.Minute
	user := d.path("/users/{id}")
	d.from(user).post(user+"/disable").goes(t, "/signin?next="+url.QueryEscape(user))
	d.header.Set("Referer", "https://evil.example/x")
	d.post(user+"/disable").goes(t, "/signin?next="+url.QueryEscape(user))
	d.from("/users/new").post("/users/new", "user_name", strings.Repeat("x", mostTyped)).goes(t, "/signin?next=%2Fusers%2Fnew")
	d.header.Set("HX-Request", "true")
	part := d.post(d.path("/connections/{connection}/connectors/{connector}/test"), "config.base_url", "https://x.example").status(t, http.StatusUnauthorized)
	part.says(t, "what you typed still stands here")
	if part.header.Get("HX-Redirect") != "" {
		t.Error("a part of a page takes the page away, and with it what was typed")
	}
}

// Every input for a secret on the pages has a name that is known as one: what is kept is told by the names.
func TestNoSecretIsKept(t *testing.T) {
	d := newFormsConsole(t)
	n, err := d.Directory.CreateConnection(t.Context(), directory.Connection{Name: "Depot"}, clerk)
	must(t, err)
	pages := []string{"/settings", "/users/new", views.OIDCNewURL, views.SettingsMail, d.path("/connections/{connection}/settings"), d.path("/connections/{connection}/outbound-provisioning")}
	for _, k := range d.Kinds {
		pages = append(pages, views.ConnectorNewURL(n.ID)+"?kind="+k.Kind)
	}
	found := 0
	check := func(a answer) {
		for _, in := range a.ok(t).doc.Find("input[type=password]").EachIter() {
			found++
			if name := in.AttrOr("name", ""); !d.Server.secretName(name) {
				t.Errorf("%s is not known as a secret", name)
			}
		}
	}
	for _, page := range pages {
		check(d.get(page))
	}
	check(d.own.get(accountURL))
	check(d.visitor(t).get("/register"))
	for _, k := range d.Kinds {
		for _, f := range k.AllFields() {
			if f.Secret() != d.Server.secretName(views.SettingName(f.Key)) && f.Secret() {
				t.Errorf("%s of %s is kept", f.Key, k.Kind)
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d secrets were looked at", found)
	}
}
