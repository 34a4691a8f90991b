package google

import (
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/google/googlefake"
)

func TestG12TheGroupsAddressBelongsToAnother(t *testing.T) {
	r := newGroupFixture(t, googlefake.Quirks{})
	r.seed(with(profile(1), attrEmail, "engines-1@example.com"), "", googlefake.Seed{Aliases: []string{"engines-2@example.com"}})
	other := r.PutGroup(googlefake.Group{Email: "other@example.com", Name: "Other", Aliases: []string{"engines-3@example.com"}})
	for n, words := range map[int]string{1: "belongs to a user", 2: "alias of the user engines-1@example.com", 3: "alias of the group other@example.com"} {
		_, err := r.CreateGroup(t.Context(), group(n))
		if e := want(t, err, connectors.Invalid); !strings.Contains(e.Message, words) || !strings.Contains(e.Remedy, "another name") {
			t.Errorf("group %d: %+v", n, e)
		}
		_, err = r.FindGroup(t.Context(), group(n))
		want(t, err, connectors.NotFound)
	}
	taken := r.PutGroup(googlefake.Group{Email: "engines-4@example.com", Name: "Engines 4"})
	_, err := r.CreateGroup(t.Context(), group(4))
	if e := want(t, err, connectors.Conflict); !strings.Contains(e.Message, taken) || len(r.AllGroups()) != 2 {
		t.Errorf("%+v; %s", e, other)
	}
}

func TestG25MemberAlready(t *testing.T) {
	r := newGroupFixture(t, googlefake.Quirks{})
	id, who := r.createGroup(group(1)), r.seedUser(1)
	for range 2 {
		if refused, err := r.change(id, []string{who}, nil); err != nil || len(refused) != 0 {
			t.Fatalf("%v, %v", refused, err)
		}
	}
	if !strings.HasSuffix(r.calls(), "POST groups/…, POST groups/…, GET groups/…") {
		t.Errorf("nobody looked: %s", r.calls())
	}
}

func TestG25MembershipPending(t *testing.T) {
	r := newGroupFixture(t, googlefake.Quirks{})
	id, who, next := r.createGroup(group(1)), r.seedUser(1), r.seedUser(2)
	r.AddFault(fakekit.Fault{Method: "POST", PathRe: "members", Status: 409, Body: googlefake.ErrorBody(409, "duplicate", "Member already exists.")})
	refused, err := r.change(id, []string{who, next}, nil)
	if err != nil || len(refused) != 1 {
		t.Fatalf("%v, %v", refused, err)
	}
	want(t, refused[who], connectors.Pending)
	if roles := r.roles(id); roles[next] != "MEMBER" {
		t.Errorf("the others were not added: %v", roles)
	}
	// A look that fails says nothing about the member: the whole is tried again.
	r.AddFault(fakekit.Fault{Method: "POST", PathRe: "members", Status: 409, Body: googlefake.ErrorBody(409, "duplicate", "Member already exists.")})
	r.AddFault(fakekit.Fault{Method: "GET", PathRe: "members", Status: 503})
	_, err = r.change(id, []string{who}, nil)
	want(t, err, connectors.Temporary)
}

func TestG26MemberAddedSlowly(t *testing.T) {
	r := newGroupFixture(t, googlefake.Quirks{})
	id, who := r.createGroup(group(1)), r.seedUser(1)
	r.AddFault(fakekit.Fault{Method: "POST", PathRe: "members", Status: 409, Body: googlefake.ErrorBody(409, "conflict", "The action may be delayed.")})
	if refused, err := r.change(id, []string{who}, nil); err != nil || len(refused) != 0 {
		t.Errorf("%v, %v", refused, err)
	}
	r.AddFault(fakekit.Fault{Method: "POST", PathRe: "members", Status: 409, Body: googlefake.ErrorBody(409, "ABORTED", "The operation was aborted.")})
	_, err := r.change(id, []string{who}, nil)
	want(t, err, connectors.Temporary)
}

func TestG27CyclicMembership(t *testing.T) {
	r := newGroupFixture(t, googlefake.Quirks{})
	id, who, next := r.createGroup(group(1)), r.seedUser(1), r.seedUser(2)
	r.AddFault(fakekit.Fault{Method: "POST", PathRe: "members", Status: 412, Body: googlefake.ErrorBody(412, "conditionNotMet", "Cyclic memberships not allowed.")})
	refused, err := r.change(id, []string{who, next}, nil)
	if err != nil || len(refused) != 1 || r.roles(id)[next] == "" {
		t.Fatalf("%v, %v", refused, err)
	}
	if e := want(t, refused[who], connectors.Invalid); !strings.Contains(e.Message, "Cyclic") || !strings.Contains(e.Remedy, "groups in groups") {
		t.Errorf("%+v", e)
	}
	// A group in itself, through the fake's own rule.
	refused, err = r.change(id, []string{id}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want(t, refused[id], connectors.Invalid)
}

func TestG28MemberGoneAlready(t *testing.T) {
	r := newGroupFixture(t, googlefake.Quirks{})
	id, who := r.createGroup(group(1)), r.seedUser(1)
	for status, body := range map[int]string{404: googlefake.ErrorBody(404, "notFound", "Resource Not Found: memberKey"),
		412: googlefake.ErrorBody(412, "conditionNotMet", "The member is not in the group.")} {
		r.AddFault(fakekit.Fault{Method: "DELETE", Status: status, Body: body})
		if refused, err := r.change(id, nil, []string{who}); err != nil || len(refused) != 0 {
			t.Errorf("%d: %v, %v", status, refused, err)
		}
	}
	r.AddFault(fakekit.Fault{Method: "DELETE", Status: 404, Body: googlefake.ErrorBody(404, "notFound", "Resource Not Found: groupKey")})
	_, err := r.change(id, nil, []string{who})
	want(t, err, connectors.NotFound)
	r.AddFault(fakekit.Fault{Method: "DELETE", Status: 409, Body: googlefake.ErrorBody(409, "conflict", "Conflict")})
	_, err = r.change(id, nil, []string{who})
	want(t, err, connectors.Temporary)
}

func TestMembersWhoAreNotThereYetFailNobody(t *testing.T) {
	r := newGroupFixture(t, googlefake.Quirks{})
	id := r.createGroup(group(1))
	var who []string
	for n := range 4 {
		who = append(who, r.seedUser(n+1))
	}
	answers := []struct {
		status          int
		reason, message string
		kind            connectors.Kind
	}{
		{404, "notFound", "Resource Not Found: memberKey", connectors.NotFound},
		{412, "conditionNotMet", "User creation is not complete.", connectors.Pending},
		{400, "invalid", "Invalid Input: memberKey", connectors.Invalid},
	}
	for i, a := range answers {
		r.AddFault(fakekit.Fault{Method: "POST", PathRe: "members", Nth: i + 1, Status: a.status, Body: googlefake.ErrorBody(a.status, a.reason, a.message)})
	}
	refused, err := r.change(id, who, nil)
	if err != nil || len(refused) != len(answers) || r.roles(id)[who[3]] == "" {
		t.Fatalf("%v, %v", refused, err)
	}
	for i, a := range answers {
		want(t, refused[who[i]], a.kind)
	}
	refused, err = r.change(id, []string{".."}, []string{"", "."})
	if err != nil || len(refused) != 1 {
		t.Fatalf("%v, %v", refused, err)
	}
	want(t, refused[".."], connectors.Invalid)
}

// Taking one out is also a violation that the fake reports.
func TestOwnersAndManagersAreLeftAlone(t *testing.T) {
	r := newGroupFixture(t, googlefake.Quirks{PageCap: 1})
	owner, manager, member := r.seedUser(1), r.seedUser(2), r.seedUser(3)
	inner := r.PutGroup(googlefake.Group{Email: "inner@example.com", Name: "Inner"})
	id := r.PutGroup(googlefake.Group{Email: "g@example.com", Name: "G", Members: []googlefake.Member{{ID: owner, Role: "OWNER"}, {ID: manager, Role: "MANAGER"},
		{ID: inner, Type: "GROUP"}, {ID: member}}})
	var told []string
	for who, err := range r.Members(t.Context(), id) {
		if err != nil {
			t.Fatal(err)
		}
		told = append(told, who)
	}
	if len(told) != 1 || told[0] != member {
		t.Errorf("told %v, want only %s", told, member)
	}
	refused, err := r.change(id, []string{owner}, []string{owner, manager, member})
	if err != nil || len(refused) != 2 {
		t.Fatalf("%v, %v", refused, err)
	}
	if e := want(t, refused[manager], connectors.Pending); !strings.Contains(e.Message, "manager") {
		t.Errorf("message: %s", e.Message)
	}
	if roles := r.roles(id); len(roles) != 3 || roles[owner] != "OWNER" {
		t.Errorf("roles: %v", roles)
	}
}

func TestG29ExpiredPageOfMembers(t *testing.T) {
	r := newGroupFixture(t, googlefake.Quirks{PageCap: 1})
	id := r.PutGroup(googlefake.Group{Email: "g@example.com", Name: "G", Members: []googlefake.Member{{ID: r.seedUser(1)}, {ID: r.seedUser(2)}}})
	expired := fakekit.Fault{Method: "GET", PathRe: "pageToken", Status: 400, Body: googlefake.ErrorBody(400, "invalid", "Invalid Input: pageToken")}
	r.AddFault(expired)
	told := 0
	for _, err := range r.Members(t.Context(), id) {
		if told++; told == 2 {
			want(t, err, connectors.Temporary)
		}
	}
	if told != 2 {
		t.Errorf("%d members and errors", told)
	}
	r.PutGroup(googlefake.Group{Email: "h@example.com", Name: "Engines 1"})
	r.AddFault(expired)
	if a, err := r.FindGroup(t.Context(), group(1)); err != nil || a.ID == "" {
		t.Errorf("the list of groups was not begun again: %v", err)
	}
}

// A Workspace account may have ten thousand groups: one is asked for by address or by name, and never all of them listed.
func TestAGroupIsAskedForByName(t *testing.T) {
	r := newGroupFixture(t, googlefake.Quirks{PageCap: 1})
	for n := 2; n < 8; n++ {
		r.PutGroup(googlefake.Group{Email: "other" + string(rune('0'+n)) + "@example.com", Name: "Other"})
	}
	for name, c := range map[string]connectors.GroupProfile{"plain": group(1), "quote": {ResourceID: "g", Name: "Engineers' choice"}} {
		r.ClearJournal()
		id := r.PutGroup(googlefake.Group{Email: name + "@example.com", Name: c.Name})
		a, err := r.FindGroup(t.Context(), c)
		if err != nil || a.ID != id {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
		if calls := strings.Count(r.calls(), "GET groups"); calls != 2 {
			t.Errorf("%s: %s", name, r.calls())
		}
	}
	_, err := r.FindGroup(t.Context(), connectors.GroupProfile{ResourceID: "g"})
	want(t, err, connectors.NotFound)
}
