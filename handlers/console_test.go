package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/all"
	"usher/connectors/scim2"
	"usher/connectors/scim2/scim2fake"
	"usher/db"
	"usher/db/dbtest"
	"usher/directory"
	"usher/provisioning"
)

// console is a console over a real store and a real engine, with a signed-in administrator.
type console struct {
	*memoryConsole
	*browser
	store  *db.Store
	engine *provisioning.Engine
}

func newConsole(t *testing.T) *console {
	t.Helper()
	o := &console{memoryConsole: newMemoryConsole(t, "http://usher.example"), store: dbtest.New(t)}
	opener := provisioning.NewOpener(all.Definitions())
	t.Cleanup(opener.Close)
	o.engine = provisioning.New(o.store, opener, provisioning.Config{Poll: 20 * time.Millisecond}, slog.New(slog.DiscardHandler))
	o.Server.Store, o.Server.Opener, o.Server.Kinds = o.store, opener, all.Definitions()
	o.Server.Directory = &directory.Directory{Store: o.store, Engine: o.engine, Now: time.Now}
	o.mux = o.Router()
	o.admin(t)
	o.browser = o.signedIn(t)
	return o
}

// work runs the engine until the test ends.
func (o *console) work(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); o.engine.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
}

var clerk = directory.Actor{Kind: directory.ByAdmin, Name: "Ada"}

// target connects a SCIM target under the name, with a provisioner; settings are written over the usual ones.
func (o *console) target(t *testing.T, name string, p directory.Provisioner, settings ...string) (*scim2fake.Server, directory.Connector) {
	t.Helper()
	fake := scim2fake.New(scim2fake.Options{Token: targetToken, Journal: 50})
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	input := map[string]string{"base_url": server.URL + scim2fake.Prefix, "auth_mode": "bearer", "token": targetToken, "allow_private_network": "true", connectors.RequestsLimit: "0"}
	for i := 0; i < len(settings); i += 2 {
		input[settings[i]] = settings[i+1]
	}
	s, wrong := connectors.Read(scim2.Definition().AllFields(), input, directory.Settings{})
	must(t, wrong.Err())
	n, err := o.Directory.CreateConnection(t.Context(), directory.Connection{Name: name}, clerk)
	must(t, err)
	c, err := o.Directory.CreateConnector(t.Context(), directory.Connector{ConnectionID: n.ID, Connection: name, Kind: scim2.Kind, Enabled: true, Settings: s}, clerk)
	must(t, err)
	p.ConnectorID, p.Connection, p.Kind = c.ID, name, c.Kind
	_, err = o.Directory.CreateProvisioner(t.Context(), p, clerk)
	must(t, err)
	return fake, c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// user makes a user through the directory.
func (o *console) user(t *testing.T, userName string) directory.User {
	t.Helper()
	u := directory.User{UserName: userName, Source: directory.Console, Active: true}
	u.Name = directory.Name{GivenName: "Grace", FamilyName: "Hopper"}
	u.SetEmail(strings.ToLower(userName) + "@example.com")
	u, _, err := o.Directory.CreateUser(t.Context(), u, clerk)
	must(t, err)
	return u
}

// until repeats look, for at most ten seconds, until the page says want.
func (o *console) until(t *testing.T, path, want string) answer {
	t.Helper()
	var a answer
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if a = o.get(path); strings.Contains(words(a), want) {
			return a
		}
	}
	t.Fatalf("%s never says %q: %s", path, want, words(a))
	return a
}

// logged waits until the log has a line for the query.
func (o *console) logged(t *testing.T, query string) answer {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if a := o.get("/log?" + query); a.doc.Find("tbody tr").Length() > 0 {
			return a
		}
	}
	t.Fatalf("the log never has a line for %s", query)
	return answer{}
}

func words(a answer) string { return strings.Join(strings.Fields(a.doc.Find("main").Text()), " ") }

// silent fails when the page says what it must not.
func (a answer) silent(t *testing.T, unwanted string) {
	t.Helper()
	if strings.Contains(a.text, unwanted) {
		t.Errorf("the page says %q", unwanted)
	}
}

func (a answer) ok(t *testing.T) answer {
	t.Helper()
	if a.code != http.StatusOK {
		t.Fatalf("answered %d: %s", a.code, words(a))
	}
	return a
}

// led fails unless the answer is a redirect to the path, and gives the page there.
func (o *console) led(t *testing.T, a answer, path string) answer {
	t.Helper()
	if a.code != http.StatusSeeOther || a.header.Get("Location") != path {
		t.Fatalf("answered %d to %q, want a redirect to %s: %s", a.code, a.header.Get("Location"), path, words(a))
	}
	return o.get(path).ok(t)
}
