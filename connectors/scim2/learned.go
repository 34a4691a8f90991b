package scim2

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// learned is what the service turned out not to do. It is forgotten when the configuration is opened anew.
type learned struct {
	plainJSON    atomic.Bool // refuses application/scim+json
	noPatch      atomic.Bool
	noDelete     atomic.Bool
	noIDFilter   atomic.Bool  // cannot filter by externalId
	noNameFilter atomic.Bool  // cannot filter by userName
	noMailFilter atomic.Bool  // cannot filter by e-mail address
	objectPatch  atomic.Bool  // understands a PATCH without path, and none with one
	versioned    atomic.Bool  // wants If-Match with every write
	cursors      atomic.Bool  // pages by cursor
	largestPage  atomic.Int32 // 0 is not known
	collection   atomic.Bool  // the users endpoint has answered as one: a bare 404 means "none" there
	unkept       sync.Map     // attributes that are never kept, whatever way they are written
	listEnd      pathEnd      // of the URLs of collections
	itemEnd      pathEnd      // of the URLs of single resources
	movedTo      sync.Map     // of a collection, by its URL as configured: the URL to which the service sent us on
	taken        taken
	group        groupLearned
}

// groupLearned is what the service turned out to do about groups. It is forgotten when the configuration is opened anew.
type groupLearned struct {
	noExclude    atomic.Bool  // refuses excludedAttributes
	noIDFilter   atomic.Bool  // cannot filter by externalId
	noNameFilter atomic.Bool  // cannot filter by displayName
	noPatch      atomic.Bool  // has no PATCH for groups
	objectPatch  atomic.Bool  // understands PATCH of groups only without a path
	tells        atomic.Bool  // has been seen to send members, so that a group without any is empty
	chunk        atomic.Int64 // half of what was too many members for one request; 0 is not known
	mu           sync.Mutex
	fresh        map[string]struct{} // groups that were made here and have never had a member
}

func (l *learned) filterOff(attr string) *atomic.Bool {
	switch attr {
	case AttrExternalID:
		return &l.noIDFilter
	case AttrEmails:
		return &l.noMailFilter
	}
	return &l.noNameFilter
}

// keepsNot remembers attributes that the service never takes, whatever way they are written.
func (l *learned) keepsNot(lost []contradiction) {
	for _, c := range lost {
		if c.key != AttrUserName && c.key != AttrActive {
			l.unkept.Store(c.key, true)
		}
	}
}

func (l *learned) neverKept(lost []contradiction) bool {
	return !slices.ContainsFunc(lost, func(c contradiction) bool { _, known := l.unkept.Load(c.key); return !known })
}

// taken remembers the names that a create was refused for: such a name exists, so that a filter which finds
// nothing compares differently, and the list is worth reading.
type taken struct {
	mu    sync.Mutex
	names map[string]struct{}
}

const maxTaken = 1000

const maxFresh = 1000

// begun notes a group that was made a moment ago: it is known to be empty.
func (l *groupLearned) begun(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fresh == nil || len(l.fresh) >= maxFresh {
		l.fresh = map[string]struct{}{}
	}
	l.fresh[id] = struct{}{}
}

func (l *groupLearned) isFresh(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.fresh[id]
	return ok
}

func (l *groupLearned) used(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.fresh, id)
}

func (t *taken) add(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.names == nil || len(t.names) >= maxTaken {
		t.names = map[string]struct{}{}
	}
	t.names[strings.ToLower(name)] = struct{}{}
}

// take reports whether the name was there, and forgets it.
func (t *taken) take(name string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, ok := t.names[strings.ToLower(name)]
	delete(t.names, strings.ToLower(name))
	return ok
}
