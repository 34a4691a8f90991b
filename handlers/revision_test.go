package handlers

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/go-chi/chi/v5"

	"usher/auth/oidc"
	"usher/directory"
	"usher/mail"
	"usher/views"
)

// TestEveryPostIsRevisedOrSaysWhyNot keeps the two tables complete: a new route must be in one of them.
func TestEveryPostIsRevisedOrSaysWhyNot(t *testing.T) {
	o := newConsole(t)
	o.Server.OIDC = &oidc.Service{}
	met := map[string]bool{}
	err := chi.Walk(o.Router().(chi.Routes), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if method != http.MethodPost || strings.HasSuffix(route, "*") {
			return nil
		}
		met[route] = true
		_, revised := revisedForms[route]
		if _, excused := unrevisedPosts[route]; revised == excused {
			t.Errorf("POST %s: put it into revisedForms, or into unrevisedPosts with the reason", route)
		}
		return nil
	})
	must(t, err)
	for route := range revisedForms {
		if !met[route] {
			t.Errorf("there is no POST %s any more", route)
		}
	}
	for route := range unrevisedPosts {
		if !met[route] {
			t.Errorf("there is no POST %s any more", route)
		}
	}
}

// formOf is what a browser sends of the form on a page with the action, untouched.
func formOf(t *testing.T, a answer, action string) *filled {
	t.Helper()
	form := a.doc.Find(`form[action="` + action + `"][method="post"]`).First()
	if form.Length() != 1 {
		t.Fatalf("no form for %s: %s", action, words(a))
	}
	f := &filled{}
	form.Find("input, textarea, select").Each(func(_ int, s *goquery.Selection) {
		name, value := s.AttrOr("name", ""), s.AttrOr("value", "")
		_, checked := s.Attr("checked")
		_, disabled := s.Attr("disabled")
		switch kind := s.AttrOr("type", ""); {
		case name == "" || disabled || kind == "file" || (kind == "checkbox" || kind == "radio") && !checked:
			return
		case goquery.NodeName(s) == "textarea":
			value = s.Text()
		case goquery.NodeName(s) == "select":
			option := s.Find("option[selected]")
			if option.Length() == 0 {
				option = s.Find("option").First()
			}
			value = option.AttrOr("value", "")
		}
		f.pairs = append(f.pairs, name, value)
	})
	return f
}

// filled is the fields of a form, as pairs of name and value.
type filled struct{ pairs []string }

// with writes one field over.
func (f *filled) with(name, value string) []string {
	out := slices.Clone(f.pairs)
	for i := 0; i < len(out); i += 2 {
		if out[i] == name {
			out = slices.Delete(out, i, i+2)
			i -= 2
		}
	}
	if value == "" {
		return out
	}
	return append(out, name, value)
}

// formsConsole is a console with one of everything that a form is about.
type formsConsole struct {
	*signUpConsole
	paths map[string]string // what stands in the routes
	own   *browser          // of the user
}

func newFormsConsole(t *testing.T) *formsConsole {
	t.Helper()
	d := &formsConsole{signUpConsole: newSignUpConsole(t, nil)}
	d.mailer(t, false)
	d.Server.OIDC = &oidc.Service{Store: d.console.store, Directory: d.Server.Directory, BaseURL: d.BaseURL, Now: d.Server.Now}
	d.mux = d.Router()
	_, c := d.target(t, "Warehouse", directory.Provisioner{})
	p, _, err := d.console.store.ProvisionerOf(t.Context(), c.ID)
	must(t, err)
	u, g := d.member(t, "grace"), d.group(t, "Staff")
	d.own = d.in(t, "grace")
	in, err := d.Server.OIDC.Create(t.Context(), directory.Connection{ID: directory.NewID(), Name: "Login"},
		oidc.SignIn{Issuer: "https://id.example.com", ClientID: "usher", ClientSecret: "hush-hush-hush", Scopes: "openid", Settings: oidc.NewSettings()}, clerk)
	must(t, err)
	must(t, d.Mail.SaveServer(t.Context(), mail.Server{Host: "smtp.example.com", Port: 25, Security: mail.NoTLS, From: "usher@example.com"}, clerk))
	d.paths = map[string]string{"{connection}": c.ConnectionID, "{connector}": c.ID, "{provisioner}": p.ID, "{id}": u.ID, "{group}": g.ID, "{sign-in}": in.ConnectionID}
	return d
}

func (d *formsConsole) path(route string) string {
	if route == "/connections/{connection}/settings" || route == "/connections/{connection}/jit" {
		route = strings.Replace(route, "{connection}", "{sign-in}", 1)
	}
	for name, value := range d.paths {
		route = strings.ReplaceAll(route, name, value)
	}
	return strings.TrimSuffix(route, "/")
}

func TestNobodyIsOverwrittenUnseen(t *testing.T) {
	for route, page := range revisedForms {
		t.Run(strings.ReplaceAll(strings.Trim(route, "/"), "/", " "), func(t *testing.T) {
			d := newFormsConsole(t)
			b, fields := d.browser, twoFields[route]
			if strings.HasPrefix(route, accountURL) {
				b = d.own
			}
			at, action := d.path(page), d.path(route)
			first, second := fields[0], fields[1]
			opened := formOf(t, b.get(at).ok(t), action)
			none := b.post(action, opened.with("revision", "")...)
			if none.code != http.StatusBadRequest {
				t.Errorf("without a revision the form answered %d", none.code)
			}
			save := func(pairs []string) { t.Helper(); b.post(action, pairs...).status(t, http.StatusSeeOther) }
			if second[0] != "" { // they change one field, I change the other
				save(formOf(t, b.get(at), action).with(second[0], second[1]))
				mine := b.post(action, opened.with(first[0], first[2])...).status(t, http.StatusConflict)
				mine.says(t, "Nothing was saved yet")
				mine.says(t, "You started from")
				both := formOf(t, mine, action)
				if got := both.value(first[0]); got != first[2] {
					t.Errorf("what I typed became %q", got)
				}
				if got := both.value(second[0]); got != second[1] {
					t.Errorf("what they saved became %q", got)
				}
				save(both.pairs)
				now := formOf(t, b.get(at), action)
				if now.value(first[0]) != first[2] || now.value(second[0]) != second[1] {
					t.Errorf("saved: %q and %q", now.value(first[0]), now.value(second[0]))
				}
			}
			if first[1] == first[2] {
				return // a box has no third state to disagree about
			}
			opened = formOf(t, b.get(at), action)
			save(opened.with(first[0], first[1]))
			mine := first[2] + first[2]
			if first[0] == "config.requests_per_second" {
				mine = "9"
			}
			if strings.HasPrefix(first[0], "expression.") {
				mine = `"mine again"`
			}
			clash := b.post(action, opened.with(first[0], mine)...).status(t, http.StatusConflict)
			clash.says(t, "choose whose value to keep")
			form := formOf(t, clash, action)
			again := b.post(action, form.pairs...).status(t, http.StatusConflict)
			again.says(t, "Choose one of the two.")
			if got := formOf(t, b.get(at), action).value(first[0]); got != first[1] {
				t.Errorf("saved without a choice: %q", got)
			}
			save(form.with("take."+first[0], views.TakeTheirs))
			if got := formOf(t, b.get(at), action).value(first[0]); got != first[1] {
				t.Errorf("theirs was chosen, and %q saved", got)
			}
			clash = b.post(action, opened.with(first[0], mine)...).status(t, http.StatusConflict)
			save(formOf(t, clash, action).with("take."+first[0], views.TakeYours))
			if got := formOf(t, b.get(at), action).value(first[0]); got != mine {
				t.Errorf("mine was chosen, and %q saved", got)
			}
		})
	}
}

func (f *filled) value(name string) string {
	for i := 0; i < len(f.pairs); i += 2 {
		if f.pairs[i] == name {
			return f.pairs[i+1]
		}
	}
	return ""
}

// A change of something that a form does not show is none that it overwrites.
func TestAChangeElsewhereDoesNotStopAForm(t *testing.T) {
	d := newFormsConsole(t)
	route := "/connections/{connection}/connectors/{connector}"
	at, action := d.path(revisedForms[route]), d.path(route)
	opened := formOf(t, d.get(at).ok(t), action)
	c, err := d.console.store.Connector(t.Context(), d.paths["{connector}"])
	must(t, err)
	must(t, d.Directory.SetMapping(t.Context(), c, directory.Mapping{"title": {Expression: `"x"`}}, clerk))
	d.post(action, opened.with("config.requests_per_second", "9")...).status(t, http.StatusSeeOther)
	c, err = d.console.store.Connector(t.Context(), c.ID)
	must(t, err)
	if c.Settings.Values["requests_per_second"] != "9" || c.Mapping["title"].Expression != `"x"` {
		t.Errorf("stored %+v", c)
	}
}

// Who changed a stored secret is told apart from who changed nothing, and neither secret is on the page.
func TestTwoWhoTypeASecret(t *testing.T) {
	d := newFormsConsole(t)
	route := "/connections/{connection}/settings"
	at := d.path(route)
	opened := formOf(t, d.get(at).ok(t), at)
	d.post(at, opened.with("client_secret", "their-new-secret")...).status(t, http.StatusSeeOther)
	mine := d.post(at, opened.with("client_id", "mine")...).status(t, http.StatusConflict)
	mine.says(t, "Client secret a stored one another one not changed what was saved")
	clash := d.post(at, opened.with("client_secret", "my-own-new-secret")...).status(t, http.StatusConflict)
	clash.says(t, "choose whose value to keep")
	for _, a := range []answer{mine, clash} {
		a.silent(t, "new-secret")
		a.silent(t, "hush-hush")
	}
	d.post(at, formOf(t, mine, at).pairs...).status(t, http.StatusSeeOther)
	in, err := d.console.store.SignIn(t.Context(), d.paths["{sign-in}"])
	must(t, err)
	if in.ClientSecret.Reveal() != "their-new-secret" || in.ClientID != "mine" {
		t.Errorf("stored %q and another secret", in.ClientID)
	}
}

func TestTheGroupsOfAConnectionAreNotReplacedUnseen(t *testing.T) {
	d := newFormsConsole(t)
	a, b := d.group(t, "Alpha"), d.group(t, "Beta")
	at := views.ConnectionGroupsURL(d.paths["{connection}"])
	n := directory.Connection{ID: d.paths["{connection}"], Name: "Warehouse"}
	ask := d.post(at, append(formOf(t, d.get(at).ok(t), at).pairs, views.PickField, a.ID)...).ok(t)
	confirm := formOf(t, ask, at+"/save")
	must(t, d.Directory.SetScope(t.Context(), n, []string{b.ID}, clerk))
	moved := d.post(at+"/save", confirm.pairs...).status(t, http.StatusConflict)
	moved.says(t, "Somebody else changed the groups meanwhile")
	d.post(at+"/save", formOf(t, moved, at+"/save").pairs...).status(t, http.StatusSeeOther)
	now, err := d.console.store.ConnectionGroups(t.Context(), n.ID)
	must(t, err)
	if len(now) != 2 {
		t.Errorf("sent are %v", now)
	}
}

func TestTheMailServerThatIsRemovedIsTheOneThatWasSeen(t *testing.T) {
	d := newFormsConsole(t)
	remove := formOf(t, d.get(views.SettingsMail).ok(t), views.SettingsMail+"/remove")
	d.edit(views.SettingsMail, "host", "new.example.com", "security", "none", "from", "usher@example.com").status(t, http.StatusSeeOther)
	d.post(views.SettingsMail+"/remove", remove.pairs...).status(t, http.StatusConflict)
	if m, err := d.console.store.MailServer(t.Context()); err != nil || m.Host != "new.example.com" {
		t.Errorf("%+v %v", m, err)
	}
}
