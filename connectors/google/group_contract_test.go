package google

import (
	"fmt"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/connectortest"
	"usher/connectors/google/googlefake"
)

// groupTarget adapts the fake to the contract's tests of groups.
type groupTarget struct{ target }

func (g groupTarget) Groups() []connectortest.RemoteGroup {
	var out []connectortest.RemoteGroup
	for _, x := range g.AllGroups() {
		r := connectortest.RemoteGroup{ID: x.ID, ExternalID: x.ExternalIDs[label], Name: x.Name}
		for _, m := range x.Members {
			r.Members = append(r.Members, m.ID)
		}
		out = append(out, r)
	}
	return out
}

func (g groupTarget) SeedGroup(p connectors.GroupProfile, externalID string, members ...string) string {
	local, _ := slug(p.Name)
	x := googlefake.Group{Email: local + "@example.com", Name: p.Name}
	if externalID != "" {
		x.ExternalIDs = map[string]string{label: externalID}
	}
	for _, id := range members {
		x.Members = append(x.Members, googlefake.Member{ID: id})
	}
	return g.PutGroup(x)
}

func group(n int) connectors.GroupProfile {
	return connectors.GroupProfile{ResourceID: fmt.Sprintf("0198f000-0000-7000-9000-%012d", n), Name: fmt.Sprintf("Engines %d", n)}
}

func allScopes() []string {
	return []string{googlefake.UserScope, googlefake.GroupScope, googlefake.MemberScope}
}

func TestGroupContract(t *testing.T) {
	for name, q := range map[string]googlefake.Quirks{
		"":            {},
		"new errors":  {NewErrors: true},
		"short pages": {PageCap: 3},
		"unstamped":   {DropIDs: true},
	} {
		t.Run(name, func(t *testing.T) {
			connectortest.RunGroups(t, connectortest.GroupHarness{
				Definition: Definition(),
				New: func(t testing.TB) connectortest.GroupTarget {
					return groupTarget{newTarget(t, googlefake.Options{Scopes: allScopes(), Quirks: q})}
				},
				Profile: profile, Group: group, Missing: "199999999999999999999", Unstamped: q.DropIDs,
			})
		})
	}
}

// newGroupFixture is a fixture that pushes groups.
func newGroupFixture(t *testing.T, q googlefake.Quirks, settings ...string) fixture {
	t.Helper()
	return newFixture(t, googlefake.Options{Scopes: allScopes(), Quirks: q}, append(settings, connectors.PushGroups, "true")...)
}

func (r fixture) createGroup(g connectors.GroupProfile) string {
	r.t.Helper()
	a, err := r.CreateGroup(r.t.Context(), g)
	if err != nil {
		r.t.Fatalf("create group: %v", err)
	}
	return a.ID
}

func (r fixture) seedUser(n int) string {
	return r.seed(profile(n), "", googlefake.Seed{Age: time.Hour})
}

func (r fixture) change(id string, add, remove []string) (map[string]error, error) {
	return r.ChangeMembers(r.t.Context(), id, connectors.MemberChanges{Add: add, Remove: remove})
}

// members are the IDs and roles of a group's members, as the fake has them.
func (r fixture) roles(id string) map[string]string {
	out := map[string]string{}
	for _, g := range r.AllGroups() {
		for _, m := range g.Members {
			if g.ID == id {
				out[m.ID] = m.Role
			}
		}
	}
	return out
}
