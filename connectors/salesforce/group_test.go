package salesforce

import (
	"net/http"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/salesforce/salesforcefake"
)

func (r fixture) change(group string, c connectors.MemberChanges) map[string]error {
	r.t.Helper()
	refused, err := r.ChangeMembers(r.t.Context(), group, c)
	if err != nil {
		r.t.Fatalf("change members: %v", err)
	}
	return refused
}

func (r fixture) people(n int) (ids []string) {
	for i := range n {
		ids = append(ids, r.seed(profileOf(i), "", nil))
	}
	return ids
}

func TestS26OneOfSeveralFails(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{}, keyGroupTarget, targetPermissionSets)
	who := r.people(3)
	r.target.Edit(who[1], attrActive, false)
	set := r.PutPermissionSet("Sales")
	refused := r.change(set, connectors.MemberChanges{Add: who})
	if len(refused) != 1 {
		t.Fatalf("refused %v", refused)
	}
	e := want(t, refused[who[1]], connectors.Pending) // not yet: people come back
	if e.Code != "INACTIVE_OWNER_OR_USER" || len(r.PermissionSets()[0].Members) != 2 {
		t.Errorf("%+v; %v", e, r.PermissionSets())
	}
	// what may pass by itself is of the whole call, which can be repeated
	r.fault(http.MethodPost, "/composite", http.StatusOK, `[{"success":false,"errors":[{"statusCode":"UNABLE_TO_LOCK_ROW","message":"locked","fields":[]}]}]`)
	_, err := r.ChangeMembers(t.Context(), set, connectors.MemberChanges{Add: who[:1]})
	want(t, err, connectors.Temporary)
	r.fault(http.MethodPost, "/composite", http.StatusOK, `[]`)
	_, err = r.ChangeMembers(t.Context(), set, connectors.MemberChanges{Add: who[:1]})
	want(t, err, connectors.Temporary)
}

func TestS27CollectionWithoutAnswer(t *testing.T) {
	for _, kind := range []string{targetGroups, targetPermissionSets} {
		r := newFixture(t, salesforcefake.Options{}, keyGroupTarget, kind)
		who, id := r.people(3), r.SeedGroup(groupOf(1), "")
		r.AddFault(fakekit.Fault{PathRe: "/composite", Phase: fakekit.After, Drop: fakekit.Reset})
		_, err := r.ChangeMembers(t.Context(), id, connectors.MemberChanges{Add: who})
		want(t, err, connectors.Temporary)
		if refused := r.change(id, connectors.MemberChanges{Add: who}); len(refused) > 0 {
			t.Errorf("%s: each one is a member already: %v", kind, refused)
		}
		r.AddFault(fakekit.Fault{Method: http.MethodDelete, PathRe: "/composite", Phase: fakekit.After, Drop: fakekit.Reset})
		_, err = r.ChangeMembers(t.Context(), id, connectors.MemberChanges{Remove: who})
		want(t, err, connectors.Temporary)
		r.change(id, connectors.MemberChanges{Remove: who})
		for _, g := range r.target.Groups() {
			if len(g.Members) > 0 {
				t.Errorf("%s: %v", kind, g)
			}
		}
	}
}

func TestS30MemberAlready(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	who := r.people(2)
	nested := r.PutGroup("Nested", "")
	id := r.PutGroup("Staff", "", who[0], nested)
	for range 2 {
		if refused := r.change(id, connectors.MemberChanges{Add: who}); len(refused) > 0 {
			t.Fatal(refused)
		}
	}
	if n := len(r.target.Groups()[1].Members); n != 3 {
		t.Errorf("%d members, want two users and a group", n)
	}
	r.fault(http.MethodDelete, "/composite", http.StatusOK, `[{"success":false,"errors":[{"statusCode":"ENTITY_IS_DELETED","message":"entity is deleted","fields":[]}]}]`)
	r.change(id, connectors.MemberChanges{Remove: who[:1]})
	r.fault(http.MethodDelete, "/composite", http.StatusOK, `[{"success":false,"errors":[{"statusCode":"DEPENDENCY_EXISTS","message":"needed","fields":[]}]}]`)
	want(t, r.change(id, connectors.MemberChanges{Remove: who[:1]})[who[0]], connectors.Pending) // a member still
	if refused := r.change(id, connectors.MemberChanges{Remove: []string{nested}}); refused[nested] == nil {
		t.Error("a member that is no user was to be removed")
	}
	if n := len(r.target.Groups()[1].Members); n != 3 {
		t.Errorf("%d members", n)
	}
	for m, err := range r.Members(t.Context(), id) {
		if err != nil || m == nested {
			t.Errorf("members tells %s, %v", m, err)
		}
	}
}

func TestS31AssignedAlready(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{}, keyGroupTarget, targetPermissionSets)
	who := r.people(2)
	id := r.PutPermissionSet("Sales", who[0])
	if refused := r.change(id, connectors.MemberChanges{Add: who}); len(refused) > 0 || len(r.PermissionSets()[0].Members) != 2 {
		t.Errorf("refused %v; %v", refused, r.PermissionSets())
	}
}

// Users are written one by one, and only memberships in collections, one object at a time.
func TestS32NothingIsMixed(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	id := r.PutGroup("Staff", "")
	var who []string
	for n := range 4 {
		who = append(who, r.create(profileOf(n)).ID)
	}
	r.change(id, connectors.MemberChanges{Add: who})
	for _, q := range r.Journal() {
		if strings.Contains(q.Path, "/composite") && (strings.Contains(q.Body, `"type":"User"`) || !strings.Contains(q.Body, `"type":"GroupMember"`)) {
			t.Errorf("sent %s", q.Body)
		}
	}
	fake := newTarget(t, salesforcefake.Options{}) // the guard itself
	k := &fixture{fake, r.connector, t}
	k.base, k.login.base = fake.url, fake.url
	k.Revoke()
	k.login.held = connectors.NewCached[session](k.clock)
	k.login.org = ""
	_, err := k.do(t.Context(), call{op: "update", method: http.MethodPost, path: "composite/sobjects", body: map[string]any{"allOrNone": false, "records": []any{
		map[string]any{"attributes": map[string]string{"type": "User"}}, map[string]any{"attributes": map[string]string{"type": "GroupMember"}}}}})
	if e := want(t, err, connectors.Invalid); e.Code != "MIXED_DML_OPERATION" || len(fake.Violations()) != 1 {
		t.Errorf("%v; %v", e, fake.Violations())
	}
}

// What another API version answers is no word about the group.
func TestGroupIsNotGone(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	id := r.PutGroup("Staff", "")
	r.version = "v99.0"
	want(t, r.DeleteGroup(t.Context(), id), connectors.Misconfigured)
	want(t, r.UpdateGroup(t.Context(), id, groupOf(1)), connectors.Misconfigured)
	_, err := r.ChangeMembers(t.Context(), id, connectors.MemberChanges{Remove: []string{"005000000000001AAA"}})
	want(t, err, connectors.Misconfigured)
	r.version = "v60.0"
	r.fault(http.MethodDelete, "/sobjects/Group", http.StatusNotFound, salesforcefake.ErrorBody("NOT_FOUND", "The requested resource does not exist"))
	want(t, r.DeleteGroup(t.Context(), id), connectors.Misconfigured)
}

func TestGroupNames(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	_, err := r.CreateGroup(t.Context(), connectors.GroupProfile{ResourceID: groupOf(1).ResourceID, Name: strings.Repeat("x", 41)})
	want(t, err, connectors.Invalid)
	_, err = r.CreateGroup(t.Context(), connectors.GroupProfile{ResourceID: "not an ID", Name: "Staff"})
	want(t, err, connectors.Invalid)
	if _, err := r.CreateGroup(t.Context(), groupOf(1)); err != nil {
		t.Fatal(err)
	}
	_, err = r.CreateGroup(t.Context(), groupOf(1))
	want(t, err, connectors.Conflict) // the developer name is ours already
	if a, err := r.FindGroup(t.Context(), connectors.GroupProfile{Name: "O'Brien's \\ team"}); connectors.KindOf(err) != connectors.NotFound {
		t.Errorf("%+v, %v", a, err)
	}
	r = newFixture(t, salesforcefake.Options{}, keyGroupTarget, targetPermissionSets)
	id := r.PutPermissionSet("Sales People")
	for _, name := range []string{"Sales People", "Sales_People"} {
		if a, err := r.FindGroup(t.Context(), connectors.GroupProfile{ResourceID: "x", Name: name}); err != nil || a.ID != id || a.ExternalID != "" {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	want(t, r.DeleteGroup(t.Context(), id), connectors.Misconfigured)
	if err := r.UpdateGroup(t.Context(), id, connectors.GroupProfile{Name: "Sellers"}); err != nil || r.PermissionSets()[0].Name != "Sellers" {
		t.Errorf("rename: %v", err)
	}
}
