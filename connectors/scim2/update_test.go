package scim2

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
)

func setTitle(v any) connectors.Changes {
	want := profile(1)
	want.Values["title"] = v
	return connectors.Changes{Set: map[string]any{"title": v}, Want: want}
}

func TestC24NoPatch(t *testing.T) {
	for name, c := range map[string]struct {
		q     scim2fake.Quirks
		check bool
		first string
	}{
		"405":           {scim2fake.Quirks{NoPatch: 405}, false, "PATCH GET PUT"},
		"501":           {scim2fake.Quirks{NoPatch: 501}, false, "PATCH GET PUT"},
		"says it first": {scim2fake.Quirks{NoPatch: 501, ConfigDenies: true}, true, "GET PUT"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newFixture(t, c.q)
			if c.check {
				if _, err := r.Check(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			a := r.create(profile(1))
			err := r.Server.Edit(a.ID, map[string]any{"urn:example:extension:2.0:User": map[string]any{"badge": json.Number("12345678901234567890")}})
			if err != nil {
				t.Fatal(err)
			}
			r.Edit(a.ID, service.AttrActive, false)
			r.ClearJournal()
			if err := r.Update(t.Context(), a.ID, setTitle("Countess")); err != nil {
				t.Fatal(err)
			}
			if r.methods() != c.first {
				t.Errorf("requests: %s, want %s", r.methods(), c.first)
			}
			u, _ := r.User(a.ID)
			ext, _ := u.Attributes["urn:example:extension:2.0:User"].(map[string]any)
			if u.Attributes["title"] != "Countess" || u.Active || u.ExternalID != profile(1).ResourceID || ext["badge"] != json.Number("12345678901234567890") {
				t.Errorf("PUT lost something: %+v", u)
			}
			r.ClearJournal()
			if err := r.Update(t.Context(), a.ID, setTitle("Analyst")); err != nil || r.methods() != "GET PUT" {
				t.Errorf("second update: %v, %s; PATCH was tried again", err, r.methods())
			}
		})
	}
}

func TestC24UpdateModes(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{}, "update_mode", "put")
	a := r.create(profile(1))
	if err := r.Update(t.Context(), a.ID, setTitle("Countess")); err != nil || r.methods() != "POST GET PUT" {
		t.Errorf("put: %v, %s", err, r.methods())
	}
	r = newFixture(t, scim2fake.Quirks{NoPatch: 501}, "update_mode", "patch")
	a = r.create(profile(1))
	want(t, r.Update(t.Context(), a.ID, setTitle("Countess")), connectors.Misconfigured)
	if r.methods() != "POST PATCH" {
		t.Errorf("patch: %s", r.methods())
	}
}

// Somebody else writes between our GET and our PUT.
func TestC24PutLosesNoRace(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{NoPatch: 405})
	a := r.create(profile(1))
	r.AddFault(fakekit.Fault{Method: "PUT", Times: -1, Status: http.StatusPreconditionFailed})
	want(t, r.Update(t.Context(), a.ID, setTitle("Countess")), connectors.Temporary)
	if r.methods() != "POST PATCH GET PUT GET PUT" {
		t.Errorf("requests: %s; the account is read again once", r.methods())
	}
	for _, q := range r.Journal() {
		if q.Method == "PUT" && q.Header.Get("If-Match") != `W/"1"` {
			t.Errorf("If-Match is %q", q.Header.Get("If-Match"))
		}
	}
}

func TestC24PutClearsTheLastExtensionValue(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{NoPatch: 405})
	a := r.create(profile(1))
	if err := r.Update(t.Context(), a.ID, connectors.Changes{Clear: []string{department}, Want: profile(1)}); err != nil {
		t.Fatal(err)
	}
	if u, _ := r.User(a.ID); wire.Document(u.Attributes).Get(department) != nil {
		t.Errorf("still there: %v", u.Attributes)
	}
}

func TestC25PatchAnswers(t *testing.T) {
	for _, noBody := range []bool{true, false} {
		r := newFixture(t, scim2fake.Quirks{PatchNoBody: noBody})
		a := r.create(profile(1))
		if err := r.Update(t.Context(), a.ID, setTitle("Countess")); err != nil {
			t.Errorf("no body %v: %v", noBody, err)
		}
	}
}

func TestPatchIsMinimal(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	a := r.create(profile(1))
	err := r.Update(t.Context(), a.ID, connectors.Changes{Want: profile(1), Clear: []string{department, "phoneNumbers"},
		Set: map[string]any{"name.givenName": "A", "title": "", "emails": []any{map[string]any{"value": "x@y.z"}}}})
	if err != nil {
		t.Fatal(err)
	}
	const body = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` +
		`{"op":"replace","path":"emails","value":[{"value":"x@y.z"}]},{"op":"replace","path":"name.givenName","value":"A"},{"op":"remove","path":"title"},` +
		`{"op":"remove","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"},{"op":"remove","path":"phoneNumbers"}]}`
	if got := r.Journal()[1].Body; got != body {
		t.Errorf("got  %s\nwant %s", got, body)
	}
}

func TestAnAdoptedAccountIsNeverStamped(t *testing.T) {
	for _, q := range []scim2fake.Quirks{{}, {NoPatch: 501}} {
		r := newFixture(t, q)
		id := r.Seed(profile(1), "", false)
		if err := r.Update(t.Context(), id, connectors.Changes{Set: profile(1).Values, Want: profile(1)}); err != nil {
			t.Fatal(err)
		}
		if u, _ := r.User(id); u.ExternalID != "" {
			t.Errorf("external ID is %q: the account looks as if Usher had made it", u.ExternalID)
		}
	}
}

func TestRenameToATakenName(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	a := r.create(profile(1))
	r.create(profile(2))
	err := r.Update(t.Context(), a.ID, connectors.Changes{Set: map[string]any{service.AttrUserName: "user002@example.com"}})
	want(t, err, connectors.Conflict)
}

func TestC32DeleteIsNotThere(t *testing.T) {
	for _, status := range []int{403, 405, 501} {
		r := newFixture(t, scim2fake.Quirks{NoDelete: status})
		a, b := r.create(profile(1)), r.create(profile(2))
		r.ClearJournal()
		for _, id := range []string{a.ID, b.ID} {
			if err := r.Deprovision(t.Context(), id, connectors.Delete); err != nil {
				t.Fatal(err)
			}
			if u, _ := r.User(id); u.Active {
				t.Errorf("%d: %s is still active", status, id)
			}
		}
		if r.methods() != "DELETE PATCH PATCH" {
			t.Errorf("%d: requests: %s", status, r.methods())
		}
	}
}

func TestC33GoneAlready(t *testing.T) {
	for _, status := range []int{404, 410} {
		r := newFixture(t, scim2fake.Quirks{GoneStatus: status})
		want(t, r.Deprovision(t.Context(), "nobody", connectors.Delete), connectors.NotFound)
		want(t, r.Deprovision(t.Context(), "nobody", connectors.Disable), connectors.NotFound)
	}
}

func TestC34ActiveIsIgnored(t *testing.T) {
	for _, q := range []scim2fake.Quirks{{KeepsActive: true}, {KeepsActive: true, NoPatch: 405}} {
		r := newFixture(t, q)
		a := r.create(profile(1))
		e := want(t, r.Deprovision(t.Context(), a.ID, connectors.Disable), connectors.Invalid)
		if !strings.Contains(e.Message, "ignores") {
			t.Errorf("message: %s", e.Message)
		}
	}
}

func TestC48GoneUnderAnUpdate(t *testing.T) {
	for _, q := range []scim2fake.Quirks{{}, {NoPatch: 405}} {
		r := newFixture(t, q)
		a := r.create(profile(1))
		r.Drop(a.ID)
		want(t, r.Update(t.Context(), a.ID, setTitle("x")), connectors.NotFound)
		r.create(profile(1))
	}
}

func TestLeaveIsNoModeOfAConnector(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	a := r.create(profile(1))
	want(t, r.Deprovision(t.Context(), a.ID, connectors.Leave), connectors.Invalid)
}
