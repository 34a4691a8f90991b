package connectortest

import (
	"slices"
	"strings"
	"testing"

	"usher/connectors"
)

// GroupTarget is a fake service with groups, fresh for every test. Of the troubles that Meet gives, LostAnswer is that of
// the next creation of a group as well as of an account.
type GroupTarget interface {
	Target
	Groups() []RemoteGroup // all that it holds

	// SeedGroup places a group that somebody else made, with accounts as its members, and gives its ID. externalID is ""
	// for a group that nobody stamped, and always "" where the harness says Unstamped.
	SeedGroup(g connectors.GroupProfile, externalID string, members ...string) string
}

// RemoteGroup is a group as the fake keeps it.
type RemoteGroup struct {
	ID, ExternalID, Name string
	Members              []string // account IDs, in any order
}

// GroupHarness is what RunGroups needs to know about a kind.
type GroupHarness struct {
	Definition connectors.Definition
	New        func(testing.TB) GroupTarget
	Profile    func(n int) connectors.Profile      // as in Harness
	Group      func(n int) connectors.GroupProfile // valid, and different for every n

	Missing      string          // the ID of an account that is not there, in the form that IDs have
	MissingKind  connectors.Kind // why it cannot become a member; "" is NotFound
	MissingGroup string          // the ID of a group that is not there; "" is a text that no target has

	Unstamped bool // groups cannot bear our ID: they are found by their name alone
	Fixed     bool // groups cannot be made, renamed or removed, as with permission sets
	Twins     bool // two groups may have one name
	Untold    bool // the target does not tell a group's members
}

// RunGroups runs the contract of connectors.GroupConnector.
func RunGroups(t *testing.T, h GroupHarness) {
	if h.MissingGroup == "" {
		h.MissingGroup = "0123456789abcdef"
	}
	if h.MissingKind == "" {
		h.MissingKind = connectors.NotFound
	}
	t.Run("group definition", func(t *testing.T) { groupDefinition(t, h.Definition) })
	for _, c := range []struct {
		name string
		run  func(*testing.T, *groupBench)
	}{
		{"group life", groupLife}, {"fixed groups", fixedGroups}, {"group name taken", groupConflict}, {"find a group without our stamp", findForeignGroup},
		{"two groups of one name", groupTwins}, {"members come and go", membersComeAndGo}, {"members twice", membersTwice},
		{"one bad member", badMember}, {"no members to change", noMembers}, {"members of others", othersMembers}, {"a whole chunk", wholeChunk},
		{"find a group without an ID", findGroupByName}, {"many members", manyMembers}, {"unknown group", unknownGroup}, {"groups in trouble", groupTrouble},
		{"lost answer of a group", lostGroup}, {"groups cancelled", groupsCancelled}, {"secrets stay secret with groups", groupSecrets},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, newGroupBench(t, h)) })
	}
}

// groupBench is one test's target with an open connector that pushes groups.
type groupBench struct {
	GroupHarness
	target GroupTarget
	users  connectors.Connector
	conn   connectors.GroupConnector
}

func newGroupBench(t *testing.T, h GroupHarness) *groupBench {
	t.Helper()
	target := h.New(t)
	settings := target.Settings()
	settings[connectors.PushGroups] = "true"
	c := Open(t, h.Definition, settings)
	g, ok := c.(connectors.GroupConnector)
	if !ok {
		t.Fatalf("%T is no GroupConnector although the definition has groups", c)
	}
	return &groupBench{h, target, c, g}
}

// group is a group to work with: made by the connector where that can be.
func (b *groupBench) group(t *testing.T) (id string) {
	t.Helper()
	if b.Fixed {
		return b.target.SeedGroup(b.Group(1), "")
	}
	a, err := b.conn.CreateGroup(attempt(t), b.Group(1))
	if err != nil {
		t.Fatalf("create group: %v", err)
	}
	if a.ID == "" {
		t.Fatal("create group gave no ID")
	}
	return a.ID
}

// accounts are n accounts, the first of Profile(first).
func (b *groupBench) accounts(first, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = b.target.Seed(b.Profile(first+i), "", false)
	}
	return ids
}

func (b *groupBench) remote(t *testing.T, id string) RemoteGroup {
	t.Helper()
	for _, g := range b.target.Groups() {
		if g.ID == id {
			return g
		}
	}
	t.Fatalf("the target has no group %s", id)
	return RemoteGroup{}
}

func (b *groupBench) wantMembers(t *testing.T, id string, want ...string) {
	t.Helper()
	if got := b.remote(t, id).Members; !same(got, want) {
		t.Errorf("the target's group has members %v, want %v", got, want)
	}
	if b.Untold {
		return
	}
	var told []string
	for m, err := range b.conn.Members(attempt(t), id) {
		if err != nil {
			t.Fatalf("members: %v", err)
		}
		told = append(told, m)
	}
	if !same(told, want) {
		t.Errorf("members are told as %v, want %v", told, want)
	}
}

func same(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// change changes members and wants no member refused.
func (b *groupBench) change(t *testing.T, id string, add, remove []string) {
	t.Helper()
	refused, err := b.conn.ChangeMembers(attempt(t), id, connectors.MemberChanges{Add: add, Remove: remove})
	if err != nil || len(refused) > 0 {
		t.Fatalf("change members: %v, refused %v", err, refused)
	}
}

// groupDefinition checks what the engine and the form take for granted.
func groupDefinition(t *testing.T, d connectors.Definition) {
	if d.Groups == nil {
		t.Fatal("the definition has no groups")
	}
	if d.Groups.Chunk < 1 || strings.TrimSpace(d.Groups.Noun) == "" {
		t.Errorf("groups without a chunk or a name: %+v", *d.Groups)
	}
	fields := map[string]connectors.Field{}
	for _, f := range d.AllFields() {
		fields[f.Key] = f
	}
	for _, key := range []string{connectors.PushGroups, connectors.GroupMode, connectors.GroupRule, connectors.Authoritative, connectors.OnGroupGone} {
		if _, ok := fields[key]; !ok {
			t.Errorf("there is no field %s", key)
		}
	}
	for key, value := range map[string]string{connectors.GroupMode: connectors.GroupsAndMembers, connectors.OnGroupGone: connectors.GoneDelete} {
		offered := slices.ContainsFunc(fields[key].Options, func(o connectors.Option) bool { return o.Value == value })
		if offered != d.Groups.Create {
			t.Errorf("%s offers %q: %v, but groups can be made: %v", key, value, offered, d.Groups.Create)
		}
	}
}
