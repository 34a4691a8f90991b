package scim2

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
)

// A SCIM error message is an error, whatever its status line says, for every request.
func TestAnErrorUnderAStatusThatSaysYes(t *testing.T) {
	message := func(status string) string {
		return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":` + status + `,"scimType":"invalidValue","detail":"The title is not allowed"}`
	}
	for name, body := range map[string]string{
		"text":    message(`"400"`),
		"number":  message(`400`),
		"missing": message(`null`),
		"list":    `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":1,"Resources":[` + message(`"400"`) + `]}`,
		"bulk":    `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],"Operations":[{"status":"400","response":` + message(`"400"`) + `}]}`,
		"array":   `[` + message(`"400"`) + `]`,
		"case":    strings.ToUpper(message(`"400"`)[:60]) + message(`"400"`)[60:],
	} {
		t.Run(name, func(t *testing.T) {
			r := newFixture(t, scim2fake.Quirks{})
			a, g := r.create(profile(1)), r.group()
			r.AddFault(fakekit.Fault{Times: -1, Status: 200, Body: body})
			_, created := r.Create(t.Context(), profile(2))
			_, found := r.Find(t.Context(), profile(2))
			_, members := r.ChangeMembers(t.Context(), g, connectors.MemberChanges{Add: []string{a.ID}})
			_, made := r.CreateGroup(t.Context(), group(2))
			put := fixtureOf(t, r.target, "update_mode", "put")
			for what, err := range map[string]error{"create": created, "find": found, "update": r.Update(t.Context(), a.ID, setTitle("x")), "put": put.Update(t.Context(), a.ID, setTitle("x")),
				"delete": r.Deprovision(t.Context(), a.ID, connectors.Delete), "disable": r.Deprovision(t.Context(), a.ID, connectors.Disable),
				"rename a group": r.UpdateGroup(t.Context(), g, group(3)), "delete a group": r.DeleteGroup(t.Context(), g), "members": members, "make a group": made} {
				if e, ok := err.(*connectors.Error); !ok || e.Kind == connectors.NotFound || !strings.Contains(e.Message, "The title is not allowed") { //nolint:errorlint // every error here is one itself
					t.Errorf("%s: %v", what, err)
				}
			}
			if e := want(t, created, connectors.Invalid); e.Status != 400 || e.Code != "invalidValue" {
				t.Errorf("%+v", e)
			}
		})
	}
	// A word in an attribute is no message.
	r := newFixture(t, scim2fake.Quirks{})
	p := profile(1)
	p.Values["title"] = message(`"400"`)
	r.create(p)
	r.find(p)
}

func TestAByteOrderMarkIsNoObstacle(t *testing.T) {
	fake := scim2fake.New(scim2fake.Options{Token: testToken, Journal: 100})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		fake.ServeHTTP(rec, r)
		for name, values := range rec.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(rec.Code)
		if rec.Body.Len() > 0 {
			_, _ = io.WriteString(w, "\xef\xbb\xbf"+rec.Body.String())
		}
	}))
	t.Cleanup(srv.Close)
	live(fixtureOf(t, target{fake, srv.URL, t}))
}
