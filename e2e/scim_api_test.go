package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"usher/auth"
	"usher/connectors/fakekit"
	"usher/db"
	"usher/programtest"
)

// scimClient speaks to the SCIM API of a running server.
type scimClient struct {
	t     *testing.T
	base  string
	token string
}

// do gives the status, the headers and the body, which must be JSON or nothing.
func (c scimClient) do(method, path, body string) (int, http.Header, map[string]any) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.base+"/scim2"+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	if body != "" {
		r.Header.Set("Content-Type", "application/scim+json")
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	var m map[string]any
	if len(text) > 0 && json.Unmarshal(text, &m) != nil {
		c.t.Fatalf("%s %s: %d with %s", method, path, resp.StatusCode, text)
	}
	return resp.StatusCode, resp.Header, m
}

func (c scimClient) want(status int, method, path, body string) map[string]any {
	c.t.Helper()
	got, _, m := c.do(method, path, body)
	if got != status {
		c.t.Fatalf("%s %s: %d, want %d: %v", method, path, got, status, m)
	}
	return m
}

func newSCIMClient(t *testing.T, dsn string, r *programtest.Server) scimClient {
	t.Helper()
	return scimClient{t: t, base: r.URL, token: must(t, "", dsn, "token", "create", "--name=hr", "--scopes=scim")}
}

const ada = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada","name":{"givenName":"Ada","familyName":"L"},"emails":[{"value":"ada@example.com"}]}`

// With a blocking provisioner a POST waits for the target: 201, or 502 with the target's reason and nobody left.
func TestSCIMBlocking(t *testing.T) {
	t.Parallel()
	dsn := newDB(t)
	target, file := newTarget(t, ", blocking: true, on_failure: reject, deadline: 10s")
	must(t, file, dsn, "apply", "-f", "-")
	api := newSCIMClient(t, dsn, serving(t, dsn))

	target.AddFault(fakekit.Fault{Method: http.MethodPost, Status: http.StatusBadRequest, Times: -1,
		Body: `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","scimType":"invalidValue","detail":"no such cost centre"}`})
	refused := api.want(http.StatusBadGateway, http.MethodPost, "/Users", ada)
	if d, _ := refused["detail"].(string); !strings.Contains(d, "no such cost centre") || refused["status"] != "502" {
		t.Errorf("the target's reason is missing: %v", refused)
	}
	if list := api.want(http.StatusOK, http.MethodGet, "/Users", ""); list["totalResults"] != 0.0 {
		t.Errorf("somebody was left behind: %v", list)
	}
	bulk := api.want(http.StatusOK, http.MethodPost, "/Bulk", `{"Operations":[{"method":"POST","path":"/Users","bulkId":"1","data":`+ada+`}]}`)
	if op, _ := bulk["Operations"].([]any)[0].(map[string]any); op["status"] != "502" {
		t.Errorf("in a bulk: %v", bulk)
	}

	target.ClearFaults()
	made := api.want(http.StatusCreated, http.MethodPost, "/Users", ada)
	if n := target.Count(); n != 1 {
		t.Errorf("%d accounts at the target when the answer came", n)
	}
	at := "/Users/" + made["id"].(string)
	api.want(http.StatusOK, http.MethodPatch, at, `{"Operations":[{"op":"replace","path":"active","value":false}]}`)
	if u := target.Snapshot(); len(u) != 1 || u[0].Active {
		t.Errorf("the target has %+v", u)
	}
	api.want(http.StatusNoContent, http.MethodDelete, at, "")
	if n := target.Count(); n != 0 {
		t.Errorf("%d accounts at the target after the deletion", n)
	}
}

// The API shares its address with the console and nothing else.
func TestSCIMBesideTheConsole(t *testing.T) {
	t.Parallel()
	dsn := newDB(t)
	r := serving(t, dsn)
	api := newSCIMClient(t, dsn, r)
	status, header, _ := api.do(http.MethodPost, "/Users", ada)
	if status != http.StatusCreated || !strings.HasPrefix(header.Get("Location"), r.URL+"/scim2/Users/") {
		t.Errorf("%d, Location %q", status, header.Get("Location"))
	}
	if header.Get("Set-Cookie") != "" {
		t.Error("the API sets a cookie")
	}
	nobody := scimClient{t: t, base: r.URL, token: "usher_nobody"}
	nobody.want(http.StatusUnauthorized, http.MethodGet, "/Users", "")
	nobody.want(http.StatusOK, http.MethodGet, "/ServiceProviderConfig", "")
	nobody.want(http.StatusNotFound, http.MethodGet, "/Nothing", "")
	if status, _ := get(t, r.URL+"/scim2x"); status == http.StatusUnauthorized {
		t.Error("the API answers for paths of the console")
	}
	eventually(t, "requests are in the log", func() bool { return strings.Contains(r.Stderr.String(), "route=/scim2/Users ") })
	if strings.Contains(r.Stderr.String(), api.token) {
		t.Error("the token is in the log")
	}
}

func TestSCIMRate(t *testing.T) {
	t.Parallel()
	dsn := newDB(t)
	api := newSCIMClient(t, dsn, start(t, dsn, "--addr=127.0.0.1:0", "--scim-rate=0.1", "--scim-burst=1"))
	api.want(http.StatusOK, http.MethodGet, "/Users", "")
	status, header, _ := api.do(http.MethodGet, "/Users", "")
	if status != http.StatusTooManyRequests || header.Get("Retry-After") == "" {
		t.Errorf("%d, Retry-After %q", status, header.Get("Retry-After"))
	}
}

// A personal token is good for /Me, until its user is disabled.
func TestSCIMMe(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "usher.db")
	dsn := "--db=" + file
	api := newSCIMClient(t, dsn, serving(t, dsn))
	id, _ := api.want(http.StatusCreated, http.MethodPost, "/Users", ada)["id"].(string)
	ring, err := db.LoadKey("", file+".key")
	if err != nil {
		t.Fatal(err)
	}
	store, err := db.Open(t.Context(), file, ring)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	u, err := store.User(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	_, secret, err := auth.New(store, auth.Options{}).CreatePersonalToken(t.Context(), u, "phone", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	me := scimClient{t: t, base: api.base, token: secret.Reveal()}
	if m := me.want(http.StatusOK, http.MethodGet, "/Me", ""); m["id"] != id {
		t.Errorf("/Me is %v", m)
	}
	me.want(http.StatusForbidden, http.MethodGet, "/Users/"+id, "")
	api.want(http.StatusNotImplemented, http.MethodGet, "/Me", "")
	api.want(http.StatusOK, http.MethodPatch, "/Users/"+id, `{"Operations":[{"op":"replace","path":"active","value":false}]}`)
	me.want(http.StatusUnauthorized, http.MethodGet, "/Me", "")
}

var demoToken = regexp.MustCompile(`SCIM API\s+(\S+) \(token (\S+)\)`)

func TestSCIMInTheDemo(t *testing.T) {
	t.Parallel()
	r := start(t, "demo", "--addr=127.0.0.1:0")
	m := r.Printed(t, demoToken)
	if m[1] != r.URL+"/scim2" {
		t.Fatalf("the demo prints %q", r.Stdout)
	}
	scimClient{t: t, base: r.URL, token: m[2]}.want(http.StatusCreated, http.MethodPost, "/Users", ada)
}
