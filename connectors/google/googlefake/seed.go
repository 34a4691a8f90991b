package googlefake

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"time"
)

// User is a user as Google keeps it.
type User struct {
	ID, PrimaryEmail    string
	Aliases             []string
	Suspended, Archived bool
	Admin, Delegated    bool
	Created             time.Time
	Deleted             time.Time      // zero while it lives
	Document            map[string]any // what may be written, as JSON
}

func (u *user) public() User {
	return User{u.id, u.email(), slices.Clone(u.aliases), u.suspended(), u.archived(), u.admin, u.delegated, u.created, u.deletedAt, maps.Clone(u.doc)}
}

// Snapshot is all live users, oldest first, without the first administrator.
func (s *Server) Snapshot() []User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []User
	for i, u := range s.order {
		if i > 0 && u.deletedAt.IsZero() {
			out = append(out, u.public())
		}
	}
	return out
}

// Count is how many live users there are, without the first administrator.
func (s *Server) Count() int { return len(s.Snapshot()) }

// User is one user by its ID, deleted or not.
func (s *Server) User(id string) (User, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	u := s.users[id]
	if u == nil {
		return User{}, false
	}
	return u.public(), true
}

// PasswordIs reports whether a user has the password.
func (s *Server) PasswordIs(id, password string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	u := s.users[id]
	return u != nil && u.password == sha256.Sum256([]byte(password))
}

// Seed is what Put may say beside a user's document.
type Seed struct {
	Aliases          []string
	Admin, Delegated bool
	Abuse            bool // suspended by Google
	Age              time.Duration
}

// Put places a user that somebody else made, without any check, and gives its ID.
func (s *Server) Put(document map[string]any, o Seed) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	doc := maps.Clone(document)
	if doc["orgUnitPath"] == nil {
		doc["orgUnitPath"] = "/"
	}
	if o.Abuse {
		doc["suspended"] = true
	}
	u := &user{doc: doc, aliases: o.Aliases, admin: o.Admin, delegated: o.Delegated, abuse: o.Abuse}
	s.add(u, s.options.Now().Add(-o.Age))
	return u.id
}

// Group is a group as Google keeps it.
type Group struct {
	ID, Email, Name string
	Aliases         []string
	ExternalIDs     map[string]string // by namespace
	Members         []Member          // direct, oldest first
}

// Member is a member of a group: Role is OWNER, MANAGER or MEMBER, Type USER or GROUP.
type Member struct{ ID, Role, Type string }

// PutGroup places a group that somebody else made, without any check, and gives its ID. The ID and creation are set here.
func (s *Server) PutGroup(g Group) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	made := &group{email: fold(g.Email), name: g.Name, aliases: g.Aliases}
	for namespace, id := range g.ExternalIDs {
		made.externalIDs = append(made.externalIDs, map[string]any{"namespace": namespace, "id": id})
	}
	for _, m := range g.Members {
		made.members = append(made.members, &member{id: m.ID, role: cmp.Or(m.Role, "MEMBER"), kind: cmp.Or(m.Type, "USER")})
	}
	s.addGroup(made)
	return made.id
}

// DropGroup deletes a group behind the client's back.
func (s *Server) DropGroup(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.groups[id]; g != nil {
		s.dropGroup(g)
	}
}

// AllGroups are the groups, oldest first.
func (s *Server) AllGroups() []Group {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []Group
	for _, g := range s.groupOrder {
		p := Group{ID: g.id, Email: g.email, Name: g.name, Aliases: slices.Clone(g.aliases), ExternalIDs: map[string]string{}}
		for _, m := range items(g.externalIDs) {
			p.ExternalIDs[text(m, "namespace")] = text(m, "id")
		}
		for _, m := range g.members {
			p.Members = append(p.Members, Member{m.id, m.role, m.kind})
		}
		out = append(out, p)
	}
	return out
}

// Edit changes a user behind the client's back: a nil value removes the field.
func (s *Server) Edit(id string, fields map[string]any) error {
	return s.alter(id, func(u *user) {
		for k, v := range fields {
			if v == nil {
				delete(u.doc, k)
			} else {
				u.doc[k] = v
			}
		}
	})
}

// Promote makes a user a super administrator, a delegated one, or neither.
func (s *Server) Promote(id string, admin, delegated bool) error {
	return s.alter(id, func(u *user) { u.admin, u.delegated = admin, delegated })
}

// Drop deletes a user behind the client's back; it can be restored for 20 days.
func (s *Server) Drop(id string) error {
	return s.alter(id, func(u *user) {
		u.deletedAt = s.options.Now()
		s.forget(id)
	})
}

// Administrator is the ID of the first administrator.
func (s *Server) Administrator() string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.order[0].id
}

func (s *Server) alter(id string, change func(*user)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.users[id]
	if old == nil {
		return fmt.Errorf("alter user: there is no user %s", id)
	}
	u := old.copy()
	change(u)
	s.exchange(old, u)
	return nil
}
