package handlers

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"usher/auth/oidc"
	"usher/connectors"
	"usher/demo/idp"
	"usher/directory"
)

const clientSecret = "s3cret-of-the-client"

var mary = idp.Person{Subject: "s-mary", UserName: "mary", GivenName: "Mary", FamilyName: "Jackson", Email: "mary@example.com", Verified: true}

// oidcConsole is a console with a provider that people sign in with.
type oidcConsole struct {
	*signUpConsole
	provider *idp.Provider
	issuer   string
	id       string // of the connection
}

func newOIDCConsole(t *testing.T) *oidcConsole {
	t.Helper()
	o := &oidcConsole{signUpConsole: newSignUpConsole(t, nil)}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { o.provider.ServeHTTP(w, r) }))
	t.Cleanup(site.Close)
	o.issuer = site.URL
	o.provider = idp.New(site.URL, []idp.Person{mary})
	o.OIDC = &oidc.Service{Store: o.store, Directory: o.Directory, BaseURL: o.BaseURL, Now: o.Now, Client: func(private, plain bool) *http.Client {
		return connectors.NewClient(connectors.ClientOptions{AllowPrivate: private, AllowHTTP: plain}, nil)
	}}
	o.mux = o.Router()
	o.id = o.create(t, "Company login")
	o.provider.Register(idp.Client{ID: "usher", Secret: clientSecret, RedirectURI: o.OIDC.RedirectURL(o.id)})
	return o
}

func (o *oidcConsole) typed(name string, more ...string) []string {
	return append([]string{"id", directory.NewID(), "name", name, "issuer", o.issuer, "client_id", "usher", "client_auth", "secret", "client_secret", clientSecret,
		"scopes", "openid profile email", "allow_private", "true"}, more...)
}

// create makes a connection by the wizard and returns its ID.
func (o *oidcConsole) create(t *testing.T, name string) string {
	t.Helper()
	res := o.post("/connections/new/oidc", o.typed(name)...)
	to := res.header.Get("Location")
	if res.code != http.StatusSeeOther || !strings.HasSuffix(to, "/settings") {
		t.Fatalf("answered %d to %s: %s", res.code, to, words(res))
	}
	return strings.Split(to, "/")[2]
}

func TestOIDCWizard(t *testing.T) {
	o := newOIDCConsole(t)
	o.get("/connections/new").ok(t).says(t, "Standard-Based IdP (OpenID Connect)")
	page := o.get("/connections/new/oidc").ok(t)
	for _, label := range []string{"Connection name", "Issuer URL", "Client ID", "Client secret", "Scopes", "Redirect URL", "Finish"} {
		page.says(t, label)
	}
	if want := "http://usher.example/login/oidc/" + page.field("id") + "/callback"; !strings.Contains(page.text, want) {
		t.Errorf("the redirect URL %s is not shown", want)
	}
	if page.field("scopes") != oidc.DefaultScopes {
		t.Errorf("the scopes begin as %q", page.field("scopes"))
	}
	res := o.post("/connections/new/oidc", o.typed("company LOGIN")...)
	res.has(t, http.StatusUnprocessableEntity, "A connection with this name already exists.", "Kept: what you typed before is used")
	res.silent(t, clientSecret)
	if res.field("issuer") != o.issuer {
		t.Error("what was typed is gone")
	}
	res = o.post("/connections/new/oidc", "id", directory.NewID(), "name", "x", "issuer", "http://login.example.com", "client_secret", clientSecret, "client_auth", "secret", "scopes", "email")
	res.has(t, http.StatusUnprocessableEntity, "A name has 3 to 120 characters.", "must begin with https://", "Enter the client ID", "must contain openid")
	res.silent(t, clientSecret)
	o.post("/connections/new/oidc", o.typed("No secret", "client_secret", "")...).has(t, http.StatusSeeOther) // the first value counts
	o.post("/connections/new/oidc", "id", directory.NewID(), "name", "No secret at all", "issuer", o.issuer, "client_id", "usher", "client_auth", "secret", "scopes", "openid").
		has(t, http.StatusUnprocessableEntity, "Enter the client secret")
	o.post("/connections/new/oidc", "id", directory.NewID(), "name", "Public client", "issuer", o.issuer, "client_id", "usher", "client_auth", "none", "scopes", "openid").
		has(t, http.StatusSeeOther)
}

func TestOIDCTabs(t *testing.T) {
	o := newOIDCConsole(t)
	for _, tab := range []string{"", "/settings", "/jit", "/outbound-provisioning"} {
		page := o.get("/connections/" + o.id + tab).ok(t)
		for _, label := range []string{"General", "Settings", "Just-in-Time Provisioning", "Outbound provisioning"} {
			page.says(t, label)
		}
		page.silent(t, clientSecret)
	}
	_, c := o.target(t, "Warehouse", directory.Provisioner{})
	o.get("/connections/"+c.ConnectionID).ok(t).silent(t, "Just-in-Time Provisioning")
	for _, tab := range []string{"/settings", "/jit"} {
		if a := o.get("/connections/" + c.ConnectionID + tab); a.code != http.StatusNotFound {
			t.Errorf("%s of a custom connection answers %d", tab, a.code)
		}
	}
}

func (o *oidcConsole) stored(t *testing.T) oidc.SignIn {
	t.Helper()
	in, err := o.store.SignIn(t.Context(), o.id)
	must(t, err)
	return in
}

func TestOIDCSettings(t *testing.T) {
	o := newOIDCConsole(t)
	at := "/connections/" + o.id + "/settings"
	form := func(more ...string) []string {
		return append(more, "revision", "1", "enabled", "true", "issuer", o.issuer, "client_id", "usher", "client_auth", "secret", "scopes", "openid", "allow_private", "true")
	}
	test := o.post(at+"/test", form()...).ok(t)
	test.says(t, "The connection works")
	test.silent(t, clientSecret)
	o.post(at+"/test", form("issuer", o.issuer+"/nowhere")...).ok(t).says(t, "/nowhere/.well-known/openid-configuration must answer")
	o.post(at+"/test", "revision", "1", "issuer", o.issuer, "client_id", "usher", "client_auth", "secret", "scopes", "openid").ok(t).says(t, "turn on Allow private network")
	o.post(at+"/test", form("issuer", "gopher://x")...).has(t, http.StatusUnprocessableEntity, "Nothing was tried")
	if o.stored(t).Revision != 1 {
		t.Error("a test wrote the connection")
	}
	o.post(at, form("issuer", "https://attacker.example")...).has(t, http.StatusUnprocessableEntity, "the stored one is not sent to another host")
	o.led(t, o.post(at, form()...), at).says(t, "Successfully updated the connection.")
	if in := o.stored(t); in.ClientSecret != clientSecret || in.Scopes != "openid" || !in.Enabled {
		t.Errorf("stored %+v", in)
	}
	o.post(at, form("client_id", "mine")...).has(t, http.StatusConflict, "Nothing was saved", "You saved this connection after you had opened it.", "mine")
}

func (o *oidcConsole) jit(more ...string) []string {
	f := append(more, "revision", "1", "jit", "true", "no_account", "create", "sync", "preserve_local")
	for _, a := range oidc.Attributes() {
		f = append(f, a.FieldName(), a.Default)
	}
	return f
}

func TestOIDCJIT(t *testing.T) {
	o := newOIDCConsole(t)
	at := "/connections/" + o.id + "/jit"
	page := o.get(at).ok(t)
	for _, label := range []string{"JIT User Provisioning", "Attribute sync", "Override All", "None", "Preserve Local", "What to do when there is no local account", "Default groups", "Attribute mapping"} {
		page.says(t, label)
	}
	if got := page.field("map.emails"); got != `claims[?"email"].orValue("")` {
		t.Errorf("the mapping of emails begins as %q", got)
	}
	g, err := o.Directory.CreateGroup(t.Context(), directory.Group{DisplayName: "Staff"}, nil, clerk)
	must(t, err)
	bad := o.post(at, o.jit("map.title", "clams.title", "group_names", "staff, Nobody", "sync", "sometimes")...)
	bad.has(t, http.StatusUnprocessableEntity, "There is no “clams”. What the provider says is in claims", "There is no group called “nobody”", "Choose what happens to attributes")
	if bad.field("map.title") != "clams.title" || bad.field("group_names") != "staff, Nobody" {
		t.Error("what was typed is gone")
	}
	claims := `{"sub": "1", "email": "ada@example.com", "job": 7}`
	try := o.post(at+"/test", o.jit("claims", claims, "map.title", "claims.job", "map.nickName", `"The " + claims.sub`, "map.locale", "")...).ok(t)
	for _, text := range []string{"ada@example.com", "The 1", "gives a number where text is needed. Put it into string(…).", "not mapped", "empty"} {
		try.says(t, text)
	}
	o.post(at+"/test", o.jit("claims", "[1]")...).has(t, http.StatusUnprocessableEntity, "This is not a JSON object.")
	if o.stored(t).Revision != 1 {
		t.Error("a try wrote the connection")
	}
	saved := o.led(t, o.post(at, o.jit("map.title", "", "group_names", "STAFF", "link_by_email", "true")...), at)
	saved.says(t, "Successfully updated Just-in-Time Provisioning.")
	in := o.stored(t)
	if len(in.Settings.Groups) != 1 || in.Settings.Groups[0] != g.ID || len(in.Settings.Mapping) != 1 || !in.Settings.LinkByEmail || in.ClientSecret != clientSecret {
		t.Errorf("stored %+v", in.Settings)
	}
	if saved.doc.Find(`input[name="groups"][checked]`).Length() != 1 {
		t.Error("the group is not shown as chosen")
	}
}
