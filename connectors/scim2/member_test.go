package scim2

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
)

func TestC29HiddenMembersAndSmallRequests(t *testing.T) {
	r := newFixture(t, awsGroups(), connectors.PushGroups, "true", "profile", "aws", "member_chunk", "200")
	id, who := r.group(), r.users(200)
	r.change(id, connectors.MemberChanges{Add: who})
	r.holds(who...)
	r.change(id, connectors.MemberChanges{Remove: who})
	r.holds()
	if n := len(r.patches()); n != 4 {
		t.Errorf("%d requests, want 4 of 100 members", n)
	}
	for _, err := range r.Members(t.Context(), id) {
		want(t, err, connectors.Misconfigured)
	}
	for _, b := range r.patches() {
		if strings.Contains(b, `"replace"`) || strings.Contains(b, `"path":"members"}`) {
			t.Errorf("all members were replaced: %s", b)
		}
	}
}

// A service that hides members and has no PATCH cannot be written to: a PUT would remove the members that nobody sees.
func TestC29NeverPutsWhatItCannotRead(t *testing.T) {
	for _, members := range []string{"empty", "absent"} {
		r := newFixture(t, scim2fake.Quirks{Groups: scim2fake.GroupQuirks{Members: members, NoPatch: 405}})
		who := r.users(3)
		id := r.group(who[:2]...)
		_, err := r.ChangeMembers(t.Context(), id, connectors.MemberChanges{Add: who[2:]})
		want(t, err, connectors.Misconfigured)
		want(t, r.UpdateGroup(t.Context(), id, group(2)), connectors.Misconfigured)
		r.holds(who[:2]...)
	}
}

func TestC30NothingIsNeverSent(t *testing.T) {
	r := newFixture(t, awsGroups(), "profile", "aws")
	who := r.users(1)
	id := r.group(who...)
	r.change(id, connectors.MemberChanges{})
	refused := r.change(id, connectors.MemberChanges{Add: []string{""}, Remove: []string{""}})
	want(t, refused[""], connectors.Invalid)
	if len(r.Journal()) > 0 {
		t.Errorf("requests for nobody: %s", r.methods())
	}
	r.change(id, connectors.MemberChanges{Remove: who})
	r.holds()
	if b := r.patches(); len(b) != 1 || !strings.Contains(b[0], `members[value eq \"`) {
		t.Errorf("the last member was removed by %v", b)
	}
}

func TestC46UnknownMembers(t *testing.T) {
	for name, q := range map[string]scim2fake.GroupQuirks{"400": {}, "404": {UnknownMember: 404}, "put": {UnknownMember: 404, NoPatch: 501}} {
		t.Run(name, func(t *testing.T) {
			r := newFixture(t, scim2fake.Quirks{Groups: q})
			who := r.users(60)
			id := r.group(who[0])
			bad := []string{"deadbeefdeadbee1", "deadbeefdeadbee2"}
			refused := r.change(id, connectors.MemberChanges{Add: slices.Concat(who[:30], bad[:1], who[30:], bad[1:])})
			if len(refused) != 2 {
				t.Fatalf("refused: %v", refused)
			}
			for _, b := range bad {
				want(t, refused[b], connectors.NotFound)
			}
			r.holds(who...)
			if n := len(r.Journal()); n > 18 {
				t.Errorf("%d requests, although the target's words name who is refused: %s", n, r.methods())
			}
		})
	}
}

// Words that name nobody leave only the halving, which must end.
func TestC46WithoutWords(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	who := r.users(64)
	id := r.group()
	r.AddFault(fakekit.Fault{Method: http.MethodPatch, Times: 7, Status: 400, Body: `{"detail":"Bad member."}`})
	refused := r.change(id, connectors.MemberChanges{Add: who})
	if len(refused) != 1 {
		t.Fatalf("refused: %v", refused)
	}
	want(t, refused[who[0]], connectors.Invalid)
	r.holds(who[1:]...)
}

func TestC46HopelessMembersAreBounded(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	who := r.users(200)
	id := r.group()
	r.AddFault(fakekit.Fault{Method: http.MethodPatch, Times: -1, Status: 400, Body: `{"detail":"Bad member."}`})
	refused := r.change(id, connectors.MemberChanges{Add: who})
	if n := len(r.Journal()); len(refused) != len(who) || n > 2*maxMemberRequests {
		t.Errorf("%d requests, %d refused", n, len(refused))
	}
	want(t, refused[who[199]], connectors.Pending)
}

func TestC46GroupGone(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{Groups: scim2fake.GroupQuirks{UnknownMember: 404}})
	who := r.users(40)
	id := r.group()
	r.DropGroup(id)
	_, err := r.ChangeMembers(t.Context(), id, connectors.MemberChanges{Add: who})
	want(t, err, connectors.NotFound)
	if n := len(r.Journal()); n != 2 {
		t.Errorf("%d requests to find out that the group is gone: %s", n, r.methods())
	}
}

func TestC47ChunksAreHalved(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{Groups: scim2fake.GroupQuirks{Limit: 30}})
	id, who := r.group(), r.users(100)
	r.change(id, connectors.MemberChanges{Add: who})
	r.holds(who...)
	tried := len(r.patches())
	r.change(id, connectors.MemberChanges{Remove: who})
	r.holds()
	if n := len(r.patches()) - tried; n != 4 {
		t.Errorf("%d requests after the limit was learned, want 4 of 25", n)
	}
	lone := newFixture(t, scim2fake.Quirks{})
	lone.AddFault(fakekit.Fault{Times: -1, Method: http.MethodPatch, Status: 413})
	who = lone.users(1)
	refused := lone.change(lone.group(), connectors.MemberChanges{Add: who})
	want(t, refused[who[0]], connectors.Invalid)
}

// That PATCH is not there is found out once.
func TestGroupsWithoutPatchAreLearned(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{Groups: scim2fake.GroupQuirks{NoPatch: 405}})
	who := r.users(3)
	id := r.group(who[0])
	r.change(id, connectors.MemberChanges{Add: who[1:2]})
	r.change(id, connectors.MemberChanges{Add: who[2:]})
	r.change(id, connectors.MemberChanges{Add: who})
	r.holds(who...)
	if got := r.methods(); got != "PATCH GET PUT GET PUT GET" {
		t.Errorf("requests: %s", got)
	}
}

// Who is refused is looked for in half of the time at most, so that what was found out is not lost with the attempt.
func TestC46HopelessMembersLeaveTime(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	who := r.users(200)
	id := r.group()
	r.AddFault(fakekit.Fault{Method: http.MethodPatch, Times: -1, Status: 400, Body: `{"detail":"Bad member."}`, Delay: 40 * time.Millisecond})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	refused, err := r.ChangeMembers(ctx, id, connectors.MemberChanges{Add: who})
	if err != nil || len(refused) != len(who) || ctx.Err() != nil {
		t.Errorf("%d refused, %v", len(refused), err)
	}
}

// A member who cannot be removed is not reported as one who is gone.
func TestC46MemberWhoMustStay(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	who := r.users(2)
	id := r.group(who...)
	r.AddFault(fakekit.Fault{Method: http.MethodPatch, Times: 2, Status: 400, Body: `{"detail":"The owner of a group cannot leave it."}`})
	refused := r.change(id, connectors.MemberChanges{Remove: who})
	if e := want(t, refused[who[0]], connectors.Pending); len(refused) != 1 || !strings.Contains(e.Message, "owner") {
		t.Errorf("refused: %v", refused)
	}
	r.holds(who[0])
}

// Trouble while the refused are looked for says nothing about them.
func TestC46TroubleOnTheWay(t *testing.T) {
	for path, status := range map[string]int{"/Groups/": 503, "/Users/": 429} {
		r := newFixture(t, scim2fake.Quirks{})
		id := r.group()
		r.AddFault(fakekit.Fault{Method: http.MethodGet, PathRe: path, Status: status})
		_, err := r.ChangeMembers(t.Context(), id, connectors.MemberChanges{Add: []string{"deadbeefdeadbee1"}})
		if e, ok := errors.AsType[*connectors.Error](err); !ok || e.Status != status {
			t.Errorf("%s: error %v, want status %d", path, err, status)
		}
	}
}

// Some services say 409 to a member who is one already.
func TestMemberAlready(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	who := r.users(2)
	id := r.group(who[0])
	r.AddFault(fakekit.Fault{Method: http.MethodPatch, Times: 2, Status: 409, Body: `{"detail":"The user is already a member."}`})
	if refused := r.change(id, connectors.MemberChanges{Add: who}); len(refused) > 0 {
		t.Errorf("refused: %v", refused)
	}
	r.holds(who...)
}

// A target without PATCH that was seen to show the members of one group shows those of all.
func TestGroupsWithoutPatchThatShowMembers(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{Groups: scim2fake.GroupQuirks{NoPatch: 405}})
	who := r.users(1)
	id := r.group()
	r.SeedGroup(group(2), "", who...)
	r.change(id, connectors.MemberChanges{Add: who})
	r.holds(who...)
}
