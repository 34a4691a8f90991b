package connectors

import (
	"context"
	"iter"
)

// GroupConnector is a Connector whose target has groups. As everywhere it makes one attempt at one thing, and every
// error it returns is an *Error.
type GroupConnector interface {
	// FindGroup looks for the group by our ID stamped on it, then by its name, and compares what the target answered
	// itself. None: Kind NotFound. More than one: Kind Invalid, with the IDs. Without a ResourceID it looks by name alone.
	FindGroup(ctx context.Context, g GroupProfile) (Account, error)

	// CreateGroup makes the group without members, stamped with our ID where the target keeps one. Errors as of Create;
	// a target whose groups cannot be made is Kind Misconfigured.
	CreateGroup(ctx context.Context, g GroupProfile) (Account, error)

	// ReadGroup gives the group that has the target's own ID now, as Read does, with its name as Shown["name"].
	ReadGroup(ctx context.Context, id string) (Account, error)

	// UpdateGroup writes the name, and gives the group as the answer shows it, as Update does. A vanished group is Kind NotFound.
	UpdateGroup(ctx context.Context, id string, g GroupProfile) (Account, error)

	// DeleteGroup removes the group. Gone already is Kind NotFound.
	DeleteGroup(ctx context.Context, id string) error

	// ChangeMembers adds and removes members, together at most Groups.Chunk of the Definition, and may be repeated:
	// whoever is a member already, or is none, counts as done. refused says by account ID why one was left out while the
	// others were changed: NotFound (not there, or not yet), Pending (for who must leave: a member still), or Invalid (can
	// never be a member, and is none). Of the members
	// of a call that fails as a whole nothing is known; a group that vanished is Kind NotFound.
	ChangeMembers(ctx context.Context, id string, c MemberChanges) (refused map[string]error, err error)

	// Members are the account IDs of the group's direct members, users only, each page read when it is needed. A target
	// that cannot tell yields one error of Kind Misconfigured.
	Members(ctx context.Context, id string) iter.Seq2[string, error]
}

// GroupProfile is what a group should be at a target.
type GroupProfile struct {
	ResourceID string // our ID, stamped on the group where the target keeps one
	Name       string
}

// GroupName is the key of a group's name in Account.Shown.
const GroupName = "name"

// MemberChanges are who joins and who leaves, by account ID.
type MemberChanges struct {
	Add, Remove []string
}

// Groups says what a kind can do about groups.
type Groups struct {
	Noun   string // what the target calls them: "Groups", "Public groups or permission sets"
	Create bool   // groups can be made and removed there, not only filled
	Chunk  int    // how many members one call may change
}

// Keys of the fields of kinds that have Groups. Stored: never rename.
const (
	PushGroups    = "push_groups"
	GroupMode     = "group_mode"
	GroupRule     = "group_rule"
	Authoritative = "authoritative_members"
	OnGroupGone   = "on_group_gone"
)

// Values of GroupMode. Stored: never rename.
const (
	GroupsAndMembers = "full"
	MembersOnly      = "members" // only into groups that the target has already
)

// Values of OnGroupGone. Stored: never rename.
const (
	GoneMembers = "members" // remove the memberships that Usher made
	GoneDelete  = "delete"  // and the group, if Usher created it
	GoneLeave   = "leave"
)

func (d Definition) groupFields() []Field {
	if d.Groups == nil {
		return nil
	}
	pushed := When{PushGroups, "true"}
	modes := []Option{{MembersOnly, "Only the members of groups that the target has already"}}
	gone := []Option{{GoneMembers, "Remove the memberships that Usher made"}, {GoneLeave, "Leave everything as it is"}}
	if d.Groups.Create {
		modes = append([]Option{{GroupsAndMembers, "The groups and their members"}}, modes...)
		gone = append(gone[:1:1], Option{GoneDelete, "Remove the memberships, and the group if Usher created it"}, gone[1])
	}
	return []Field{
		{Key: PushGroups, Label: "Push groups", Section: SectionGroups, Type: Switch, Default: "false",
			Help: d.Groups.Noun + " at the target get the members that the groups have here. Choose the groups on the page “Groups pushed”, or by a rule."},
		{Key: GroupMode, Label: "What is pushed", Section: SectionGroups, Type: Select, Default: modes[0].Value, Options: modes, When: pushed},
		{Key: GroupRule, Label: "Which groups, by rule", Section: SectionGroups, Type: Text, When: pushed, Placeholder: `group.displayName.startsWith("App ")`,
			Help: "A CEL expression over group.displayName. Groups chosen by hand are pushed, too. Empty: only those."},
		{Key: Authoritative, Label: "Authoritative", Section: SectionGroups, Type: Switch, Default: "false", When: pushed,
			Help: "On: members whom Usher did not add are removed. Off: they are left alone."},
		{Key: OnGroupGone, Label: "When a group is deleted, or not pushed any more", Section: SectionGroups, Type: Select, Default: GoneMembers, Options: gone, When: pushed},
	}
}
