package directory

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"
)

// Group is a group of users (RFC 7643 §4.2). Groups hold users, not groups.
type Group struct {
	ID          string // UUIDv7
	DisplayName string // unique whatever its case
	Members     int64  // how many
	Version     int64  // counts writes, those of members included; an edit names the version that it read
	CreatedAt   time.Time
	UpdatedAt   time.Time

	ClientID    ClientID // written together with the group, and not read back
	SkipUnknown bool     // of the members that a write names, those whom nobody knows are passed over; not kept
}

// GroupRef is a group as its members show it.
type GroupRef struct {
	ID          string
	DisplayName string
}

// Member is a user as a group shows them.
type Member struct {
	UserID   string
	UserName string
	Label    string // User.Label
}

// Bounds of a group.
const (
	maxGroupName = 200
	MaxMembers   = 100_000 // that one act may name
)

// Check says what is wrong with the group.
func (g *Group) Check() FieldErrors {
	f := FieldErrors{}
	g.DisplayName = strings.TrimSpace(g.DisplayName)
	switch {
	case g.DisplayName == "":
		f.Add("display_name", "Enter a name.")
	case utf8.RuneCountInString(g.DisplayName) > maxGroupName:
		f.Add("display_name", "A group name has at most 200 characters.")
	case strings.ContainsFunc(g.DisplayName, unprintable):
		f.Add("display_name", "A group name cannot contain control characters.")
	}
	return f
}

// MemberChange is what an act does to a group's members. Users who are members already, or are not, stay so; a user
// who is not live is Invalid with the field "members", unless the group is to skip unknown members.
type MemberChange struct {
	Set    bool     // Add is the whole list: everybody else leaves
	Add    []string // user IDs
	Remove []string // user IDs; with Clear nobody need be named
	Clear  bool     // everybody leaves first
}

// Empty reports whether it asks for nothing.
func (m MemberChange) Empty() bool {
	return !m.Set && !m.Clear && len(m.Add) == 0 && len(m.Remove) == 0
}

// GroupStore keeps groups. Whoever joins or leaves a group that a connection sends has their accounts there made due
// in the same transaction.
type GroupStore interface {
	Group(ctx context.Context, id string) (Group, error)
	// GroupsByName finds groups by their folded names; names that are none's are left out.
	GroupsByName(ctx context.Context, keys []string) ([]Group, error)
	CreateGroup(ctx context.Context, g Group, members []string, c Change) error
	// UpdateGroup writes the name, if it differs, and the members; g.Version 0 skips the check for a newer one.
	UpdateGroup(ctx context.Context, g Group, m MemberChange, c Change) (changed bool, err error)
	// DeleteGroup is InUse while a connection sends it: without it the connection would send all users.
	DeleteGroup(ctx context.Context, id string, c Change) error
	// GroupsOf are the groups of some users, by user ID, each list by name.
	GroupsOf(ctx context.Context, userIDs []string) (map[string][]GroupRef, error)
	// SetGroupsOf makes the user a member of exactly these groups.
	SetGroupsOf(ctx context.Context, userID string, groupIDs []string, c Change) (changed bool, err error)
	// ChangeGroupsOf lets the user join and leave these groups; the others stay what they are.
	ChangeGroupsOf(ctx context.Context, userID string, join, leave []string, c Change) (changed bool, err error)
	// SetScope lists the groups that a connection sends; none means all users. Its accounts become due, behind
	// everything more urgent. It is a Conflict when the connection does not list seen any more; nil skips that check.
	SetScope(ctx context.Context, connectionID string, seen, groupIDs []string, c Change) error
}
