package handlers

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/all"
	"usher/directory"
	"usher/views"
)

// sendFiles sends a form as a browser does that has files to send; each file is field name and content.
func (b *browser) sendFiles(path string, pairs []string, files ...string) answer {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i < len(pairs); i += 2 {
		must(b.t, w.WriteField(pairs[i], pairs[i+1]))
	}
	for i := 0; i < len(files); i += 2 {
		part, err := w.CreateFormFile(files[i], "key.pem")
		must(b.t, err)
		_, err = part.Write([]byte(files[i+1]))
		must(b.t, err)
	}
	must(b.t, w.Close())
	b.header.Set("Content-Type", w.FormDataContentType())
	defer b.header.Del("Content-Type")
	return b.send("POST", path, &body)
}

const typedSecret = "typed-once-and-never-again"

// Each form with a secret, sent with another field that is wrong, and then put right without typing the secret again.
func TestASecretSurvivesAnotherFieldsError(t *testing.T) {
	for name, c := range map[string]struct {
		route, page, field, other, wrong, right string
		stored                                  func(d *formsConsole) string
	}{
		"connector": {"/connections/{connection}/connectors/{connector}", "/connections/{connection}/outbound-provisioning", "config.token", "config.requests_per_second", "-1", "5",
			func(d *formsConsole) string {
				c, err := d.console.store.Connector(t.Context(), d.paths["{connector}"])
				must(t, err)
				return c.Settings.Secrets["token"].Reveal()
			}},
		"sign-in": {"/connections/{connection}/settings", "/connections/{connection}/settings", "client_secret", "scopes", "profile", "openid",
			func(d *formsConsole) string {
				in, err := d.console.store.SignIn(t.Context(), d.paths["{sign-in}"])
				must(t, err)
				return in.ClientSecret.Reveal()
			}},
		"mail server": {views.SettingsMail, views.SettingsMail, "password", "from", "nobody", "usher@example.com",
			func(d *formsConsole) string {
				m, err := d.console.store.MailServer(t.Context())
				must(t, err)
				return m.Password.Reveal()
			}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newFormsConsole(t)
			action := d.path(c.route)
			form := formOf(t, d.get(d.path(c.page)).ok(t), action)
			if name == "mail server" {
				form.pairs = form.with("user_name", "usher")
			}
			form.pairs = form.with(c.field, typedSecret)
			refused := d.post(action, form.with(c.other, c.wrong)...).status(t, http.StatusUnprocessableEntity)
			refused.says(t, "Kept: what you typed before is used")
			refused.silent(t, typedSecret)
			again := formOf(t, refused, action)
			twice := d.post(action, again.pairs...).status(t, http.StatusUnprocessableEntity)
			twice.silent(t, typedSecret)
			d.post(action, formOf(t, twice, action).with(c.other, c.right)...).status(t, http.StatusSeeOther)
			if got := c.stored(d); got != typedSecret {
				t.Errorf("another secret is stored")
			}
		})
	}
}

func TestAKeptSecretIsForOnePersonAndOneForm(t *testing.T) {
	d := newFormsConsole(t)
	action := d.path("/connections/{connection}/settings")
	form := formOf(t, d.get(action).ok(t), action)
	form.pairs = form.with("client_secret", typedSecret)
	refused := formOf(t, d.post(action, form.with("scopes", "profile")...).status(t, http.StatusUnprocessableEntity), action)
	right := &filled{refused.with("scopes", "openid")}
	lost := func(what string, a answer) {
		t.Helper()
		a.status(t, http.StatusUnprocessableEntity)
		if !strings.Contains(words(a), "is not kept any more") {
			t.Errorf("%s: %s", what, words(a))
		}
	}
	lost("damaged", d.post(action, right.with("kept.client_secret", "v1:x:y")...))
	lost("in another form", d.post(views.SettingsMail, append(formOf(t, d.get(views.SettingsMail), views.SettingsMail).pairs, "kept.password", refused.value("kept.client_secret"))...))

	_, err := d.Auth.CreateAdmin(t.Context(), directory.Actor{Kind: directory.ByCLI}, "Bob", good)
	must(t, err)
	bob := d.memoryConsole.browser(t)
	bob.post("/signin", "user_name", "bob", "password", good).status(t, http.StatusSeeOther)
	lost("another person's", bob.post(action, right.pairs...))

	d.clock += keptLife + time.Minute
	lost("too old", d.post(action, right.pairs...))
	in, err := d.console.store.SignIn(t.Context(), d.paths["{sign-in}"])
	must(t, err)
	if in.ClientSecret.Reveal() != "hush-hush-hush" {
		t.Error("the stored secret is another one")
	}
}

func TestTheWizardKeepsASecretAndTakesKeyFiles(t *testing.T) {
	d := newFormsConsole(t)
	n, err := d.Directory.CreateConnection(t.Context(), directory.Connection{Name: "Depot"}, clerk)
	must(t, err)
	at := views.ConnectorNewURL(n.ID)
	page := d.get(at + "?kind=scim2").ok(t)
	form := page.doc.Find(`form[action="` + at + `"]`)
	if form.AttrOr("enctype", "") != "multipart/form-data" || form.Find(`input[type=file][name="file.config.client_key"]`).Length() != 1 {
		t.Error("no key file can be chosen")
	}
	refused := d.sendFiles(at, []string{"kind", "scim2", "config.base_url", "nowhere", "config.auth_mode", "bearer", "config.token", typedSecret}).status(t, http.StatusUnprocessableEntity)
	refused.silent(t, typedSecret)
	again := formOf(t, refused, at)
	a := d.post(at, (&filled{again.with("config.base_url", "https://scim.example.com")}).with("config.allow_private_network", "")...).status(t, http.StatusSeeOther)
	d.get(a.header.Get("Location")).ok(t).says(t, "•••• set")

	key := "-----BEGIN PRIVATE KEY-----\nnot a key\n-----END PRIVATE KEY-----\n"
	pairs := []string{"kind", "scim2", "config.base_url", "https://scim.example.com", "config.auth_mode", "mtls", "config.client_cert", "x"}
	wrong := d.sendFiles(at, pairs, "file.config.client_key", "\ufeff"+key).status(t, http.StatusUnprocessableEntity)
	if strings.Contains(words(wrong), "Private key of the certificate: This is a required field.") {
		t.Error("the file was not read")
	}
	wrong.silent(t, "not a key")
	d.sendFiles(at, pairs, "file.config.client_key", strings.Repeat("x", mostOfAFile+1)).status(t, http.StatusUnprocessableEntity).says(t, "larger than 64 KiB")
}

// Every value that people have as a file can be chosen as one, whatever the kind.
func TestKeyFilesCanBeChosenForEveryKind(t *testing.T) {
	for _, def := range all.Definitions() {
		for _, f := range def.AllFields() {
			text := f.Label + " " + f.Placeholder
			file := strings.Contains(text, "PEM") || strings.Contains(text, "JSON") || strings.Contains(text, "ertificate") && (f.Type == connectors.PEM || f.Type == connectors.Lines)
			if file && f.File == "" {
				t.Errorf("%s: %s cannot be chosen as a file", def.Kind, f.Key)
			}
		}
	}
}

// What people's passwords are is not kept anywhere; the page says so.
func TestPasswordsArePlainlyNotKept(t *testing.T) {
	d := newFormsConsole(t)
	d.post("/users/new", typed("user_name", "")...).status(t, http.StatusUnprocessableEntity).says(t, "Enter it again: a password is not kept.")
	s, err := d.SignUp.Settings(t.Context())
	must(t, err)
	must(t, d.SignUp.SaveSettings(t.Context(), s, clerk))
	a := registerAs(d.visitor(t), "email", "nobody").status(t, http.StatusUnprocessableEntity)
	a.says(t, "Enter it again: a password is not kept.")
	a.silent(t, good)
}
