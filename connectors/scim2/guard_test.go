package scim2

import (
	"net/http"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
	"usher/connectors/scim2/service"
)

// A proxy in front of a service that is down says 404, too: taken for "gone", a leaver would keep the account.
func TestNotFoundByAProxyIsNotGone(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	a, groupID := r.create(profile(1)), r.group()
	r.AddFault(fakekit.Fault{Times: -1, Status: 404, Body: "default backend - 404"})
	for _, mode := range []connectors.Mode{connectors.Delete, connectors.Disable} {
		e := want(t, r.Deprovision(t.Context(), a.ID, mode), connectors.Misconfigured)
		if e.Op != connectors.OpDeprovision || e.Remedy == "" {
			t.Errorf("%s: %+v", mode, e)
		}
	}
	want(t, r.Update(t.Context(), a.ID, setTitle("x")), connectors.Misconfigured)
	want(t, r.DeleteGroup(t.Context(), groupID), connectors.Misconfigured)
	want(t, r.UpdateGroup(t.Context(), groupID, group(2)), connectors.Misconfigured)
	_, err := r.ChangeMembers(t.Context(), groupID, connectors.MemberChanges{Remove: []string{a.ID}})
	want(t, err, connectors.Misconfigured)
	put := fixtureOf(t, r.target, "update_mode", "put")
	want(t, put.Update(t.Context(), a.ID, setTitle("x")), connectors.Misconfigured)
}

func TestBareNotFoundOfOneAccountIsGone(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	a := r.create(profile(1))
	r.AddFault(fakekit.Fault{Method: "DELETE", Times: -1, Status: 404})
	want(t, r.Deprovision(t.Context(), a.ID, connectors.Delete), connectors.NotFound)
	want(t, r.DeleteGroup(t.Context(), "1"), connectors.NotFound)
}

// Words are cut to a length: of a long token that straddles the cut the first part must not be left.
func TestLongSecretsAreNotLeftInHalf(t *testing.T) {
	token := strings.Repeat("abcdefgh", 100)
	r := newFixture(t, scim2fake.Quirks{}, "token", token)
	r.AddFault(fakekit.Fault{Status: 401, Body: `{"detail":"This is not known here: ` + token + `"}`})
	_, err := r.Create(t.Context(), profile(1))
	if e := want(t, err, connectors.Denied); strings.Contains(e.Error(), "abcdefgh") || !strings.Contains(e.Message, "[secret]") {
		t.Errorf("message: %s", e.Message)
	}
}

// The first refusal says nothing about trouble that the second try meets.
func TestTroubleOfTheOtherDialectIsToldAsItIs(t *testing.T) {
	const refused = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","scimType":"invalidPath"}`
	r := newFixture(t, scim2fake.Quirks{})
	a, groupID := r.create(profile(1)), r.group()
	for name, write := range map[string]func() error{
		"user":  func() error { return r.Deprovision(t.Context(), a.ID, connectors.Disable) },
		"group": func() error { return r.UpdateGroup(t.Context(), groupID, group(2)) },
	} {
		for trouble, second := range map[string]fakekit.Fault{"503": {Status: 503}, "reset": {Drop: fakekit.Reset}} {
			r.ClearFaults()
			second.Method, second.Nth = "PATCH", 2
			r.AddFault(fakekit.Fault{Method: "PATCH", Status: 400, Body: refused})
			r.AddFault(second)
			if err := write(); connectors.KindOf(err) != connectors.Temporary {
				t.Errorf("%s, %s: %v is %q", name, trouble, err, connectors.KindOf(err))
			}
		}
	}
}

// PUT takes the place of what is there: only an account that was read may be written back.
func TestOnlyAResourceIsWrittenBack(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{}, "update_mode", "put")
	a, groupID := r.create(profile(1)), r.group()
	for _, body := range []string{`{"totalResults":1,"Resources":[]}`, `{"message":"try later"}`, `{}`, `[]`} {
		r.ClearFaults()
		r.ClearJournal()
		r.AddFault(fakekit.Fault{Method: "GET", Times: -1, Status: 200, Body: body})
		want(t, r.Update(t.Context(), a.ID, setTitle("x")), connectors.Temporary)
		want(t, r.UpdateGroup(t.Context(), groupID, group(2)), connectors.Temporary)
		if strings.Contains(r.methods(), "PUT") {
			t.Errorf("%s was written back", body)
		}
	}
}

// Of two accounts with one address none is the right one, wherever in the list they are.
func TestC18TwoAddressesWithoutFilters(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{FilterIgnored: true}, "match_attrs", "externalId,emails")
	for n, address := range []string{"twin@example.com", "other@example.com", "else@example.com", "twin@example.com"} {
		p := profile(10 + n)
		p.Values[service.AttrEmails] = []any{map[string]any{"value": address, "primary": true}}
		r.Seed(p, "", false)
	}
	p := profile(1)
	p.Values[service.AttrEmails] = []any{map[string]any{"value": "twin@example.com", "primary": true}}
	_, err := r.Find(t.Context(), p)
	want(t, err, connectors.Invalid)
}

// “does not exist” is about the person at some services, and about the filter's attribute at others.
func TestC14UnknownAttributeIsNotNobody(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	id := r.Seed(profile(1), "", false)
	r.AddFault(fakekit.Fault{Method: http.MethodGet, PathRe: "filter=", Times: -1, Status: 400,
		Body: `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","scimType":"invalidFilter","detail":"The attribute does not exist"}`})
	if a := r.find(profile(1)); a.ID != id {
		t.Errorf("found %+v, want %s", a, id)
	}
}

// A group that got members by PATCH is not known to be empty any more, whoever hides them.
func TestC29AGroupWithMembersIsNotFresh(t *testing.T) {
	r := newFixture(t, awsGroups())
	g, err := r.CreateGroup(t.Context(), group(1))
	if err != nil {
		t.Fatal(err)
	}
	if !r.service.Learned.Groups.New.Has(g.ID) {
		t.Error("a new group is not known to be empty")
	}
	r.change(g.ID, connectors.MemberChanges{Add: r.users(1)})
	if r.service.Learned.Groups.New.Has(g.ID) {
		t.Error("a group with a member passes for empty: a PUT would remove the member")
	}
}
