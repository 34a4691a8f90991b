package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"usher/connectors/all"
	"usher/connectors/scim2/scim2fake"
	"usher/db"
	"usher/db/dbtest"
	"usher/directory"
	"usher/provisioning"
)

const targetToken = "s3cr3t-target-t0ken"

// targetConsole is a console over a real database, with an engine that runs and a target to send users to.
type targetConsole struct {
	*browser
	store  *db.Store
	target *httptest.Server
	fake   *scim2fake.Server
	clock  time.Duration // added to the time
}

func newTargetConsole(t *testing.T) *targetConsole {
	t.Helper()
	h := newMemoryConsole(t, "http://usher.example")
	h.admin(t)
	o := &targetConsole{store: dbtest.New(t), fake: scim2fake.New(scim2fake.Options{Token: targetToken})}
	o.target = httptest.NewServer(o.fake)
	t.Cleanup(o.target.Close)
	h.Server.Store, h.Kinds, h.Opener = o.store, all.Definitions(), provisioning.NewOpener(all.Definitions())
	h.Server.Now = func() time.Time { return time.Now().Add(o.clock).Truncate(time.Microsecond) }
	engine := provisioning.New(o.store, h.Opener, provisioning.Config{}, h.Log)
	h.Directory = &directory.Directory{Store: o.store, Engine: engine, Now: h.Now}
	h.mux = h.Router()
	o.browser = h.signedIn(t)
	return o
}

func (o *targetConsole) base() string { return o.target.URL + scim2fake.Prefix }

// sent follows the redirect after a form that worked.
func (o *targetConsole) sent(path string, pairs ...string) answer {
	o.t.Helper()
	res := o.post(path, pairs...)
	if res.code != http.StatusSeeOther {
		o.t.Fatalf("POST %s answered %d: %s", path, res.code, strings.Join(strings.Fields(res.doc.Find("main").Text()), " "))
	}
	next := res.header.Get("Location")
	res = o.get(next)
	res.header.Set("Location", next)
	return res
}

// connection makes one by the wizard and returns its path.
func (o *targetConsole) connection(name string) string {
	o.t.Helper()
	return o.sent("/connections/new/custom", "name", name, "description", "Stock system").header.Get("Location")
}

func (o *targetConsole) settings(more ...string) []string {
	return append([]string{"kind", "scim2", "config.base_url", o.base(), "config.auth_mode", "bearer", "config.token", targetToken,
		"config.allow_private_network", "true", "config.requests_per_second", "0"}, more...)
}

// connector adds one by the wizard and returns its path.
func (o *targetConsole) connector(connection string) string {
	o.t.Helper()
	draft := o.sent(connection+"/connectors/new", o.settings()...).header.Get("Location")
	o.sent(draft)
	cs, err := o.store.Connectors(o.t.Context(), strings.TrimPrefix(connection, "/connections/"))
	if err != nil || len(cs) != 1 {
		o.t.Fatalf("%d connectors, %v", len(cs), err)
	}
	return connection + "/connectors/" + cs[0].ID
}

func (o *targetConsole) stored(connector string) directory.Connector {
	o.t.Helper()
	c, err := o.store.Connector(o.t.Context(), connector[strings.LastIndex(connector, "/")+1:])
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

func (a answer) has(t *testing.T, code int, texts ...string) {
	t.Helper()
	if a.code != code {
		t.Errorf("status %d, want %d", a.code, code)
	}
	for _, text := range texts {
		a.says(t, text)
	}
}

// safe fails when a secret is in the answer.
func (a answer) safe(t *testing.T) {
	t.Helper()
	if strings.Contains(a.text, targetToken) {
		t.Error("the page has the secret in it")
	}
}

func TestConnectionsBeginEmpty(t *testing.T) {
	o := newTargetConsole(t)
	res := o.get("/connections")
	res.has(t, 200, "No connections", "New Connection")
	res = o.get("/connections/new")
	res.has(t, 200, "Create Connection", "Custom Connector")
	if res.doc.Find(`a[href="/connections/new/custom"]`).Length() != 1 {
		t.Error("the card leads nowhere")
	}
}

func TestConnectionIsCreated(t *testing.T) {
	o := newTargetConsole(t)
	res := o.sent("/connections/new/custom", "name", " Warehouse ", "description", "Stock system")
	res.has(t, 200, "Successfully created the connection.", "Stock system", "General", "Outbound provisioning")
	if got := res.field("name"); got != "Warehouse" {
		t.Errorf("name %q", got)
	}
	o.get("/connections?q=ware").has(t, 200, "Warehouse")
	res = o.get("/connections?q=nothing")
	res.has(t, 200, "No connection matches", "Show all connections")
}

func TestConnectionIsRefused(t *testing.T) {
	o := newTargetConsole(t)
	o.connection("Warehouse")
	for name, want := range map[string]string{"": "Enter a name.", "ab": "3 to 120 characters", strings.Repeat("x", 121): "3 to 120 characters",
		"WAREHOUSE": "already exists"} {
		res := o.post("/connections/new/custom", "name", name, "description", "what I typed")
		res.has(t, 422, want, "what I typed")
		if got := res.field("name"); got != name {
			t.Errorf("typed %q, shown %q", name, got)
		}
		if res.doc.Find(`[name=name][aria-invalid=true]`).Length() != 1 {
			t.Error("the field is not marked")
		}
	}
	o.post("/connections/new/custom", "name", "Depot", "description", strings.Repeat("x", 301)).has(t, 422, "at most 300")
}

func TestConnectionIsUpdated(t *testing.T) {
	o := newTargetConsole(t)
	path := o.connection("Warehouse")
	o.connection("Depot")
	o.edit(path, "name", "depot", "description", "").has(t, 422, "already exists", "Warehouse")
	o.sent(path, "name", "Stock", "description", "", "revision", "1").has(t, 200, "Successfully updated the connection.", "Stock")
}

func TestUnknownIsNotFound(t *testing.T) {
	o := newTargetConsole(t)
	one, other := o.connection("Warehouse"), o.connection("Depot")
	connector := o.connector(one)
	strange := strings.Replace(connector, one, other, 1) // a connector under a connection that it is not of
	for _, path := range []string{"/connections/x", "/connections/x/delete", "/connections/x/outbound-provisioning", "/connections/x/connectors/new",
		one + "/connectors/x", one + "/connectors/x/delete", strange, strange + "/delete",
		"/login-registration/outbound-provisioning/x", "/login-registration/outbound-provisioning/x/delete", "/login-registration/outbound-provisioning/x/progress"} {
		o.get(path).has(t, 404)
	}
	for _, path := range []string{"/connections/x", "/connections/x/delete", one + "/connectors/x", strange, strange + "/test", strange + "/delete",
		"/login-registration/outbound-provisioning/x", "/login-registration/outbound-provisioning/x/sync", "/login-registration/outbound-provisioning/x/delete"} {
		o.post(path, o.settings()...).has(t, 404)
	}
	if o.stored(connector).Kind != "scim2" {
		t.Error("the connector is gone")
	}
}

func TestConnectionIsDeletedByItsName(t *testing.T) {
	o := newTargetConsole(t)
	path := o.connection("Warehouse")
	o.get(path+"/delete").has(t, 200, "Warehouse", "irreversible")
	res := o.post(path+"/delete", "confirm", "warehouse")
	res.has(t, 422, "This is not the name")
	if res.field("confirm") != "warehouse" {
		t.Error("what was typed is gone")
	}
	o.get(path).has(t, 200)
	o.sent(path+"/delete", "confirm", "Warehouse").has(t, 200, "Successfully deleted the connection.")
	o.get(path).has(t, 404)
}

func TestPagesNeedAnAdministrator(t *testing.T) {
	o := newTargetConsole(t)
	path := o.connector(o.connection("Warehouse"))
	stranger := o.h.browser(t)
	for _, p := range []string{"/connections", "/connections/new", "/login-registration", "/login-registration/outbound-provisioning/new", path + "/delete"} {
		if res := stranger.get(p); res.code != http.StatusSeeOther || !strings.HasPrefix(res.header.Get("Location"), "/signin") {
			t.Errorf("%s: %d", p, res.code)
		}
	}
	stranger.post(path+"/delete", "confirm", "SCIM2")
	o.stored(path)
}

// unknownKind is a connector of a kind that this Usher does not have.
func (o *targetConsole) unknownKind(connection string) {
	o.t.Helper()
	c := directory.Connector{ID: directory.NewID(), ConnectionID: strings.TrimPrefix(connection, "/connections/"), Kind: "lost"}
	err := o.store.CreateConnector(o.t.Context(), c, o.h.Directory.Change(directory.Actor{Kind: directory.BySystem}, "connector.create", c.ID, ""))
	if err != nil {
		o.t.Fatal(err)
	}
}

func TestConnectorOfAnotherVersion(t *testing.T) {
	o := newTargetConsole(t)
	path := o.connection("Warehouse")
	o.unknownKind(path)
	o.get(path+"/outbound-provisioning").has(t, 200, "lost", "does not know this connector")
	o.get("/connections").has(t, 200, "lost")
}

func TestConnectionsURL(t *testing.T) {
	if got := connectionsURL("a b", "x"); got != "/connections?"+(url.Values{"q": {"a b"}, "after": {"x"}}).Encode() {
		t.Error(got)
	}
}
