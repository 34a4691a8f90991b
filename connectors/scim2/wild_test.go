package scim2

import (
	"net/http"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
	"usher/connectors/scim2/service"
	"usher/directory"
	"usher/scim"
)

func TestC40MediaTypeByWords(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	r.AddFault(fakekit.Fault{Method: "POST", Status: 400, Body: `{"message":"Unsupported Content-Type: application/scim+json"}`})
	r.create(profile(1))
	r.create(profile(2))
	if got := contentTypes(r); got != scim.MediaType+" "+scim.JSONMediaType+" "+scim.JSONMediaType {
		t.Errorf("content types: %s", got)
	}
	report, err := r.Check(t.Context())
	if err != nil || proposal(report, "content_type") != scim.JSONMediaType {
		t.Errorf("%v, proposals %+v", err, report.Proposals)
	}
	r = newFixture(t, scim2fake.Quirks{JSONOnly: true}, "content_type", scim.JSONMediaType)
	if r.create(profile(1)); contentTypes(r) != scim.JSONMediaType {
		t.Errorf("chosen, and sent %s", contentTypes(r))
	}
	r = newFixture(t, scim2fake.Quirks{JSONOnly: true}, "content_type", scim.MediaType)
	_, err = r.Create(t.Context(), profile(1))
	want(t, err, connectors.Misconfigured)
}

func contentTypes(r fixture) string {
	var types []string
	for _, q := range r.Journal() {
		if q.Method != http.MethodGet {
			types = append(types, q.Header.Get("Content-Type"))
		}
	}
	return strings.Join(types, " ")
}

func TestC42TheConfigurationLies(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{NoPatch: 501}, "spc_override", `{"patch":{"supported":false}}`)
	if report, err := r.Check(t.Context()); err != nil || len(report.Proposals) != 0 {
		t.Fatalf("%v; what is settled is proposed: %+v", err, report.Proposals)
	}
	a := r.create(profile(1))
	r.ClearJournal()
	if err := r.Update(t.Context(), a.ID, setTitle("x")); err != nil || r.methods() != "GET PUT" {
		t.Errorf("with the override: %v, %s", err, r.methods())
	}
	r = newFixture(t, scim2fake.Quirks{NoPatch: 501})
	report, err := r.Check(t.Context())
	if err != nil || proposal(report, "update_mode") != "" {
		t.Errorf("%v, proposals %+v", err, report.Proposals)
	}
	a = r.create(profile(1))
	if err := r.Update(t.Context(), a.ID, setTitle("x")); err != nil {
		t.Errorf("learned: %v", err)
	}
	if report, err = r.Check(t.Context()); err != nil || proposal(report, "update_mode") != "put" {
		t.Errorf("after it was learned: %v, proposals %+v", err, report.Proposals)
	}
	// And the other way round: the document denies what the service can do.
	r = newFixture(t, scim2fake.Quirks{ConfigDenies: true}, "spc_override", `{"patch":{"supported":true}}`)
	if _, err := r.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	a = r.create(profile(1))
	r.ClearJournal()
	if err := r.Update(t.Context(), a.ID, setTitle("x")); err != nil || r.methods() != "PATCH" {
		t.Errorf("with the override: %v, %s", err, r.methods())
	}
}

func TestC43Versions(t *testing.T) {
	for _, status := range []int{http.StatusPreconditionFailed, http.StatusPreconditionRequired} {
		r := newFixture(t, scim2fake.Quirks{Wire: scim2fake.WireQuirks{NeedsMatch: status}})
		a := r.create(profile(1))
		r.ClearJournal()
		if err := r.Update(t.Context(), a.ID, setTitle("one")); err != nil || r.methods() != "PATCH GET PATCH" {
			t.Errorf("%d: %v, %s", status, err, r.methods())
		}
		if got := r.Journal()[2].Header.Get("If-Match"); got != `W/"1"` {
			t.Errorf("If-Match is %q", got)
		}
		r.ClearJournal()
		if err := r.Update(t.Context(), a.ID, setTitle("two")); err != nil || r.methods() != "GET PATCH" {
			t.Errorf("%d, the second time: %v, %s", status, err, r.methods())
		}
		// Somebody else writes between the two requests: the version is read again, once.
		r.AddFault(fakekit.Fault{Method: "PATCH", Status: http.StatusPreconditionFailed})
		r.ClearJournal()
		if err := r.Update(t.Context(), a.ID, setTitle("three")); err != nil || r.methods() != "GET PATCH GET PATCH" {
			t.Errorf("%d, stale: %v, %s", status, err, r.methods())
		}
		r.AddFault(fakekit.Fault{Method: "PATCH", Times: -1, Status: http.StatusPreconditionFailed})
		want(t, r.Update(t.Context(), a.ID, setTitle("four")), connectors.Temporary)
		r.ClearFaults()
		if err := r.Deprovision(t.Context(), a.ID, connectors.Delete); err != nil || r.Count() != 0 {
			t.Errorf("%d, delete: %v", status, err)
		}
	}
}

func TestC45PasswordIsNeverCompared(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{HideExternalID: true}, connectors.PasswordKey, string(connectors.PasswordSend))
	p := profile(1)
	p.Password = "correct horse battery"
	a := r.create(p)
	if r.Password(a.ID) != "correct horse battery" {
		t.Errorf("the password is %q", r.Password(a.ID))
	}
	found := r.find(p)
	if _, shown := found.Shown[service.AttrPassword]; found.ID != a.ID || shown {
		t.Errorf("found %+v", found)
	}
	r.ClearJournal()
	if err := r.Update(t.Context(), a.ID, connectors.Changes{Want: p}); err != nil || r.methods() != "" {
		t.Errorf("an unchanged account was written: %v, %s", err, r.methods())
	}
}

// Bulk is never used: each user is one attempt with its own outcome, so that no answer for many can be lost.
func TestC49BulkIsNeverUsed(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{}, "spc_override", `{"bulk":{"supported":true,"maxOperations":1000}}`)
	if _, err := r.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		a := r.create(profile(n))
		if err := r.Update(t.Context(), a.ID, setTitle("x")); err != nil {
			t.Fatal(err)
		}
		if err := r.Deprovision(t.Context(), a.ID, connectors.Delete); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range r.Journal() {
		if strings.Contains(q.Path, "Bulk") {
			t.Errorf("%s %s", q.Method, q.Path)
		}
	}
	for _, f := range fields() {
		if strings.Contains(f.Key, "bulk") {
			t.Errorf("there is a field %s", f.Key)
		}
	}
}

// Every proposal is a value that its field takes.
func TestProposalsCanBeSaved(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{FilterIgnored: true, ConfigDenies: true, JSONOnly: true})
	r.fill(3)
	r.create(profile(1))
	report, err := r.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	input := r.Settings()
	for _, p := range report.Proposals {
		if input[p.Key] = p.Value; p.Why == "" {
			t.Errorf("%s is proposed without a reason", p.Key)
		}
	}
	if len(report.Proposals) != 3 {
		t.Errorf("proposals %+v", report.Proposals)
	}
	again := newFixture(t, scim2fake.Quirks{}, "update_mode", input["update_mode"], "filter_support", input["filter_support"], "content_type", input["content_type"])
	if report, err = again.Check(t.Context()); err != nil || len(report.Proposals) != 0 {
		t.Errorf("with the proposals: %v, %+v", err, report.Proposals)
	}
}

func TestMatchOrder(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{}, "match_attrs", "externalId, emails")
	p := profile(1)
	id := r.put(map[string]any{service.AttrUserName: "else", service.AttrEmails: []any{map[string]any{"value": "USER001@example.com"}}})
	r.put(map[string]any{service.AttrUserName: "user001@example.com"})
	if a := r.find(p); a.ID != id {
		t.Errorf("found %s, want %s by its address", a.ID, id)
	}
	if q := r.Journal()[1].Query; !strings.HasPrefix(q, "filter=emails.value%20eq%20") {
		t.Errorf("query: %s", q)
	}
	r = newFixture(t, scim2fake.Quirks{FilterStatus: 501}, "match_attrs", "emails,userName")
	r.fill(120)
	id = r.put(map[string]any{service.AttrUserName: "else", service.AttrEmails: []any{map[string]any{"value": "user001@example.com"}}})
	if a := r.find(p); a.ID != id {
		t.Errorf("found %s, want %s in the list", a.ID, id)
	}
	r = newFixture(t, scim2fake.Quirks{})
	r.put(map[string]any{service.AttrUserName: "else", service.AttrEmails: []any{map[string]any{"value": "user001@example.com"}}})
	_, err := r.Find(t.Context(), p)
	want(t, err, connectors.NotFound)
}

func TestFixedAttributesAreLeftOut(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{Wire: scim2fake.WireQuirks{ReadOnly: []string{service.AttrUserName}}})
	a := r.create(profile(1))
	e := want(t, r.Update(t.Context(), a.ID, connectors.Changes{Set: map[string]any{service.AttrUserName: "new", "title": "Countess"}}), connectors.Invalid)
	if u, _ := r.User(a.ID); u.Attributes["title"] != "Countess" || u.UserName == "new" || !strings.Contains(e.Message, "everything but userName") {
		t.Errorf("%v; the account is %+v", e, u)
	}
	r.ClearJournal()
	e = want(t, r.Update(t.Context(), a.ID, connectors.Changes{Set: map[string]any{service.AttrUserName: "new"}}), connectors.Invalid)
	if r.methods() != "PATCH" || !strings.Contains(e.Message, "immutable") {
		t.Errorf("nothing else to write: %s, %v", r.methods(), e)
	}
}

func TestRefusalsOfOneAndOfAll(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	a := r.create(profile(1))
	r.AddFault(fakekit.Fault{Method: "PATCH", Status: 403, Body: `{"Errors":{"description":"cannot_modify_owner","code":403}}`})
	if e := want(t, r.Update(t.Context(), a.ID, setTitle("x")), connectors.Invalid); !strings.Contains(e.Remedy, "owner") {
		t.Errorf("remedy: %s", e.Remedy)
	}
	r.AddFault(fakekit.Fault{Method: "POST", Status: 400, Body: `{"detail":"Account has not enabled Single Sign-On."}`})
	_, err := r.Create(t.Context(), profile(2))
	want(t, err, connectors.Misconfigured)
}

// A connector that was saved before there was a match order has none, and must find its accounts all the same.
func TestOldConfigurationsKeepTheirMeaning(t *testing.T) {
	g := newTarget(t, scim2fake.Quirks{})
	old := directory.Settings{Values: map[string]string{"base_url": g.url + scim2fake.Prefix, "auth_mode": "bearer", "update_mode": "auto", "filter_support": "auto"},
		Secrets: map[string]directory.Secret{"token": testToken}}
	k, err := open(connectors.Config{Settings: old}, http.DefaultClient)
	if err != nil {
		t.Fatal(err)
	}
	a, err := k.Create(t.Context(), profile(1))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []connectors.Profile{named(1, "else"), profile(1)} {
		if found, err := k.Find(t.Context(), p); err != nil || found.ID != a.ID {
			t.Errorf("found %+v, %v", found, err)
		}
	}
}
