package service

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Learned is what the service turned out to do, or not to do. It is forgotten when the configuration is opened again.
type Learned struct {
	NoPatch      atomic.Bool
	NoDelete     atomic.Bool
	NoNameFilter atomic.Bool // cannot filter by userName
	NoIDFilter   atomic.Bool // cannot filter by externalId
	noMailFilter atomic.Bool // cannot filter by e-mail address
	ObjectPatch  atomic.Bool // understands a PATCH without path, and none with one
	Cursors      atomic.Bool // pages by cursor
	Collection   atomic.Bool // the users endpoint has answered as one: a bare 404 means "none" there
	Taken        TakenNames
	Groups       GroupsLearned

	largestPage atomic.Int32 // 0 is not known
	unkept      sync.Map     // attributes that are never kept, whatever way they are written
}

// GroupsLearned is what the service turned out to do about groups.
type GroupsLearned struct {
	NoExclude    atomic.Bool // refuses excludedAttributes
	NoIDFilter   atomic.Bool // cannot filter by externalId
	NoNameFilter atomic.Bool // cannot filter by displayName
	NoPatch      atomic.Bool // has no PATCH for groups
	ObjectPatch  atomic.Bool // understands PATCH of groups only without a path
	ShowsMembers atomic.Bool // has been seen to send members, so that a group without any is empty
	New          NewGroups

	chunk atomic.Int64 // half of what was too many members for one request; 0 is not known
}

// NoFilterBy is the flag that says that the service cannot filter users by the attribute.
func (l *Learned) NoFilterBy(attr string) *atomic.Bool {
	switch attr {
	case AttrExternalID:
		return &l.NoIDFilter
	case AttrEmails:
		return &l.noMailFilter
	}
	return &l.NoNameFilter
}

// NeverKeeps remembers attributes that the service does not take, whatever way they are written.
func (l *Learned) NeverKeeps(lost []Contradiction) {
	for _, c := range lost {
		if c.Key != AttrUserName && c.Key != AttrActive {
			l.unkept.Store(c.Key, true)
		}
	}
}

// KeepsNone reports whether all these attributes are among those that the service does not take.
func (l *Learned) KeepsNone(lost []Contradiction) bool {
	return !slices.ContainsFunc(lost, func(c Contradiction) bool { _, known := l.unkept.Load(c.Key); return !known })
}

// TooManyMembers notes that the service refused so many members in one request.
func (l *GroupsLearned) TooManyMembers(n int) { l.chunk.Store(int64(n / 2)) }

// TakenNames remembers the names that a create was refused for: such a name exists, so that a filter which finds
// nothing compares differently, and the list is worth reading.
type TakenNames struct {
	mu    sync.Mutex
	names map[string]struct{}
}

const maxTaken = 1000

// Add remembers a name, without its case.
func (t *TakenNames) Add(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.names == nil || len(t.names) >= maxTaken {
		t.names = map[string]struct{}{}
	}
	t.names[strings.ToLower(name)] = struct{}{}
}

// Take reports whether the name was there, and forgets it.
func (t *TakenNames) Take(name string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, ok := t.names[strings.ToLower(name)]
	delete(t.names, strings.ToLower(name))
	return ok
}

// NewGroups are the IDs of groups that were made here and have never had a member: they are known to be empty.
type NewGroups struct {
	mu  sync.Mutex
	ids map[string]struct{}
}

const maxNewGroups = 1000

// Add notes a group that was made a moment ago.
func (g *NewGroups) Add(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ids == nil || len(g.ids) >= maxNewGroups {
		g.ids = map[string]struct{}{}
	}
	g.ids[id] = struct{}{}
}

// Has reports whether the group is known to be empty.
func (g *NewGroups) Has(id string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, ok := g.ids[id]
	return ok
}

// Remove forgets a group, which has a member now.
func (g *NewGroups) Remove(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.ids, id)
}
