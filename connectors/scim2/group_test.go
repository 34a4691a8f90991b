package scim2

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/connectortest"
	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
	"usher/connectors/scim2/service"
)

// Groups and SeedGroup make target a connectortest.GroupTarget.
func (g target) Groups() []connectortest.RemoteGroup {
	var out []connectortest.RemoteGroup
	for _, x := range g.GroupSnapshot() {
		out = append(out, connectortest.RemoteGroup{ID: x.ID, ExternalID: x.ExternalID, Name: x.DisplayName, Members: x.Members})
	}
	return out
}

func (g target) SeedGroup(p connectors.GroupProfile, externalID string, members ...string) string {
	id, err := g.PutGroup(p.Name, externalID, members...)
	if err != nil {
		g.t.Fatal(err)
	}
	return id
}

func group(n int) connectors.GroupProfile {
	return connectors.GroupProfile{ResourceID: fmt.Sprintf("0198f000-0000-7000-8000-%012d", 900_000+n), Name: fmt.Sprintf("Engineers %d", n)}
}

// profiled is a target whose connector has settings besides.
type profiled struct {
	target
	settings map[string]string
}

func (p profiled) Settings() map[string]string {
	s := p.target.Settings()
	for k, v := range p.settings {
		s[k] = v
	}
	return s
}

func groupHarness(q scim2fake.Quirks, settings map[string]string) connectortest.GroupHarness {
	return connectortest.GroupHarness{
		Definition: Definition(),
		New:        func(t testing.TB) connectortest.GroupTarget { return profiled{newTarget(t, q), settings} },
		Profile:    profile, Group: group,
		Missing: "8badf00d8badf00d", Twins: !q.Groups.UniqueNames,
	}
}

func TestGroupContract(t *testing.T) {
	connectortest.RunGroups(t, groupHarness(scim2fake.Quirks{}, nil))
}

// The contract holds at services with peculiarities, too.
func TestGroupContractWithQuirks(t *testing.T) {
	type c struct {
		q        scim2fake.Quirks
		settings map[string]string
	}
	for name, c := range map[string]c{
		"unique names":         {scim2fake.Quirks{Groups: scim2fake.GroupQuirks{UniqueNames: true, UnknownMember: 404, StrangerStays: 404}}, nil},
		"strangers are bad":    {scim2fake.Quirks{PatchNoBody: true, Groups: scim2fake.GroupQuirks{StrangerStays: 400}}, nil},
		"put only":             {scim2fake.Quirks{Groups: scim2fake.GroupQuirks{NoPatch: 501}}, nil},
		"always put":           {scim2fake.Quirks{}, map[string]string{"update_mode": "put"}},
		"no filters":           {scim2fake.Quirks{FilterStatus: 501, PageCap: 2, Groups: scim2fake.GroupQuirks{NoExcluded: true}}, nil},
		"filters ignored":      {scim2fake.Quirks{FilterIgnored: true, PageCap: 1}, nil},
		"filters off":          {scim2fake.Quirks{FilterStatus: 501, Cursor: true, PageCap: 1}, map[string]string{"filter_support": "off"}},
		"no externalId filter": {scim2fake.Quirks{NoExternalFilter: true, NoneIs404: true}, nil},
		"awkward IDs":          {scim2fake.Quirks{AwkwardIDs: true, CreateEmpty: true}, nil},
		"numeric IDs":          {scim2fake.Quirks{NumericIDs: true, OtherCase: true}, nil},
		"numeric IDs, put":     {scim2fake.Quirks{NumericIDs: true, Groups: scim2fake.GroupQuirks{NoPatch: 405}}, nil},
		"small requests":       {scim2fake.Quirks{Groups: scim2fake.GroupQuirks{Limit: 70}}, nil},
		"small chunks":         {scim2fake.Quirks{Groups: scim2fake.GroupQuirks{Limit: 30, LimitStatus: 400}}, map[string]string{"member_chunk": "30"}},
		"objects only":         {scim2fake.Quirks{Wire: scim2fake.WireQuirks{Dialect: scim2fake.SingleObject}}, nil},
		"versioned":            {scim2fake.Quirks{Wire: scim2fake.WireQuirks{NeedsMatch: 428}}, nil},
		"versioned, put":       {scim2fake.Quirks{Wire: scim2fake.WireQuirks{NeedsMatch: 412}, Groups: scim2fake.GroupQuirks{NoPatch: 405}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connectortest.RunGroups(t, groupHarness(c.q, c.settings))
		})
	}
}

// Each profile fits the service that it is for.
func TestGroupContractByProfile(t *testing.T) {
	for _, p := range service.ProfileField().Options {
		q := scim2fake.Like(p.Value)
		q.Wire.Unconfirmed, q.Wire.MostEntries, q.Wire.Required, q.Wire.LongestName = false, 0, nil, 0 // which is about accounts
		h := groupHarness(q, map[string]string{"profile": p.Value})
		h.Untold, h.Fixed = q.Groups.Members != "", q.Groups.NoCreate != 0
		t.Run(p.Value, func(t *testing.T) {
			t.Parallel()
			connectortest.RunGroups(t, h)
		})
	}
}

// awsGroups is how AWS IAM Identity Center treats groups.
func awsGroups() scim2fake.Quirks { return scim2fake.Like("aws") }

func (r fixture) users(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = r.Seed(profile(i+1), "", false)
	}
	return ids
}

func (r fixture) group(members ...string) string { return r.SeedGroup(group(1), "", members...) }

func (r fixture) change(id string, c connectors.MemberChanges) map[string]error {
	r.t.Helper()
	refused, err := r.ChangeMembers(r.t.Context(), id, c)
	if err != nil {
		r.t.Fatalf("change members: %v", err)
	}
	return refused
}

// holds fails unless the first group has exactly these members.
func (r fixture) holds(want ...string) {
	r.t.Helper()
	got := r.Groups()[0].Members
	if !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
		r.t.Fatalf("the group has %d members %v, want %d", len(got), got, len(want))
	}
}

// patches are the bodies of the member changes so far.
func (r fixture) patches() []string {
	var out []string
	for _, q := range r.Journal() {
		if q.Method == http.MethodPatch || q.Method == http.MethodPut {
			out = append(out, q.Body)
		}
	}
	return out
}

func TestC50AdoptedGroupKeepsItsMembers(t *testing.T) {
	for name, q := range map[string]scim2fake.GroupQuirks{"patch": {}, "put": {NoPatch: 405}} {
		t.Run(name, func(t *testing.T) {
			r := newFixture(t, scim2fake.Quirks{Groups: q})
			who := r.users(4)
			id := r.SeedGroup(connectors.GroupProfile{Name: strings.ToUpper(group(1).Name)}, "", who[:2]...)
			a, err := r.FindGroup(t.Context(), group(1))
			if err != nil || a.ID != id || a.ExternalID != "" {
				t.Fatalf("find: %+v, %v", a, err)
			}
			if err := r.UpdateGroup(t.Context(), id, group(1)); err != nil {
				t.Fatal(err)
			}
			r.change(id, connectors.MemberChanges{Add: who[2:]})
			r.holds(who...)
			r.change(id, connectors.MemberChanges{Remove: who[2:]})
			r.holds(who[:2]...)
			if g := r.Groups()[0]; g.ExternalID != "" || g.Name != group(1).Name {
				t.Errorf("the adopted group is %+v", g)
			}
		})
	}
}

func TestC28GroupsCannotBeCreated(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{}, "profile", "salesforce")
	_, err := r.CreateGroup(t.Context(), group(1))
	if e := want(t, err, connectors.Misconfigured); !strings.Contains(e.Remedy, "Only the members") || len(r.Journal()) > 0 {
		t.Errorf("remedy %q after %s", e.Remedy, r.methods())
	}
}

// A service without groups is a matter of configuration, not an empty hand: nothing is created where nothing can be.
func TestNoGroupsAtAll(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	r.AddFault(fakekit.Fault{PathRe: "/Groups", Times: -1, Status: 404})
	_, err := r.FindGroup(t.Context(), group(1))
	if e := want(t, err, connectors.Misconfigured); !strings.Contains(e.Remedy, "/Groups") {
		t.Errorf("remedy: %s", e.Remedy)
	}
	_, err = r.CreateGroup(t.Context(), group(1))
	want(t, err, connectors.Misconfigured)
}

// A list that shows the same page for ever is not "no such group".
func TestGroupsThatCannotBeRead(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{FilterStatus: 501, StartIgnored: true, PageCap: 1})
	r.SeedGroup(group(1), "")
	r.SeedGroup(group(2), "")
	_, err := r.FindGroup(t.Context(), group(2))
	want(t, err, connectors.Misconfigured)
}

// Somebody else's group that comes back from a create is not given away.
func TestCreatedGroupOfAnother(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	r.AddFault(fakekit.Fault{Method: http.MethodPost, Status: 200, Body: `{"id":"7","externalId":"theirs","displayName":"Engineers 1"}`})
	_, err := r.CreateGroup(t.Context(), group(1))
	want(t, err, connectors.Conflict)
	r.AddFault(fakekit.Fault{Method: http.MethodPost, Nth: 1, Status: 201, Body: `{"id":"7","externa`})
	_, err = r.CreateGroup(t.Context(), group(1))
	want(t, err, connectors.Unknown)
}

// Groups within groups are not told as people.
func TestNestedGroupsAreNoMembers(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	id := r.group()
	r.AddFault(fakekit.Fault{Method: http.MethodGet, Status: 200, Body: `{"id":"g","members":[{"value":"1","type":"Group"},{"value":"2","$ref":"https://x/scim/Groups/2"},{"value":"3"},{"value":4,"type":"User"},{"value":"3"}]}`})
	var got []string
	for m, err := range r.Members(t.Context(), id) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, m)
	}
	if !slices.Equal(got, []string{"3", "4"}) {
		t.Errorf("members: %v", got)
	}
}

// A dialect that the service does not speak is a matter of configuration, and not of every single member.
func TestC28WrongDialect(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{Wire: scim2fake.WireQuirks{Dialect: scim2fake.SingleObject}}, "patch_style", "rfc_path")
	_, err := r.ChangeMembers(t.Context(), r.group(), connectors.MemberChanges{Add: r.users(50)})
	if e := want(t, err, connectors.Misconfigured); !strings.Contains(e.Remedy, "dialect") || len(r.Journal()) > 1 {
		t.Errorf("remedy %q after %s", e.Remedy, r.methods())
	}
}
