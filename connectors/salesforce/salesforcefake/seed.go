package salesforcefake

import (
	"fmt"
	"maps"
	"strings"
)

// User is a user as the organization keeps it.
type User struct {
	ID       string
	Fields   map[string]any
	Pending  string // an address that waits to be confirmed
	Mails    int    // how many asked to confirm one
	Password bool   // one was set
	Frozen   bool
}

func (u User) text(key string) string { s, _ := u.Fields[key].(string); return s }

func (s *Server) public(r *row) User {
	u := User{ID: r.id, Fields: maps.Clone(r.doc), Pending: r.pending, Mails: r.mails, Password: r.password}
	for _, l := range s.tables[loginObject].rows {
		if l.text("UserId") == r.id {
			u.Frozen = l.doc["IsFrozen"] == true
		}
	}
	return u
}

// Users are all users, oldest first, without the first administrator.
func (s *Server) Users() []User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := s.tables[userObject]
	frozen := map[string]bool{}
	for _, l := range s.tables[loginObject].rows {
		frozen[l.text("UserId")] = l.doc["IsFrozen"] == true
	}
	out := make([]User, 0, len(t.ids))
	for _, id := range t.ids {
		if r := t.rows[id]; id != s.admin {
			out = append(out, User{ID: id, Fields: maps.Clone(r.doc), Pending: r.pending, Mails: r.mails, Password: r.password, Frozen: frozen[id]})
		}
	}
	return out
}

// Count is how many users there are, without the first administrator.
func (s *Server) Count() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.tables[userObject].ids) - 1
}

// User is one user by its ID.
func (s *Server) User(id string) (User, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r := s.tables[userObject].find(id)
	if r == nil {
		return User{}, false
	}
	return s.public(r), true
}

// Administrator is the Username of the first administrator, as whom the app runs.
func (s *Server) Administrator() string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.tables[userObject].find(s.admin).text("Username")
}

// AdministratorID is that user's ID.
func (s *Server) AdministratorID() string { return s.admin }

// Organization is the organization's ID.
func (s *Server) Organization() string { return s.org }

// Put places a user that somebody else made, without any check, and gives its ID. profile is a profile's name.
func (s *Server) Put(fields map[string]any, profile string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	doc := map[string]any{"IsActive": true, "Alias": "seed", "LastName": "Seed", "TimeZoneSidKey": "GMT", "LocaleSidKey": "en_US", "LanguageLocaleKey": "en_US", "EmailEncodingKey": "UTF-8"}
	maps.Copy(doc, fields)
	for _, p := range s.tables[profileObject].rows {
		if p.text("Name") == profile {
			doc["ProfileId"], doc["UserType"] = p.id, p.text("UserType")
		}
	}
	return s.add(userObject, doc)
}

// Edit changes a user behind the client's back: a nil value removes the field.
func (s *Server) Edit(id string, fields map[string]any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[userObject]
	r := t.find(id)
	if r == nil {
		return fmt.Errorf("edit user: there is no user %s", id)
	}
	doc := maps.Clone(r.doc)
	maps.Copy(doc, fields)
	maps.DeleteFunc(doc, func(_ string, v any) bool { return v == nil })
	t.change(r, doc)
	return nil
}

// ConfirmMail puts an address into effect that waited to be confirmed.
func (s *Server) ConfirmMail(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[userObject]
	if r := t.find(id); r != nil && r.pending != "" {
		doc := maps.Clone(r.doc)
		doc["Email"] = r.pending
		r.pending = ""
		t.change(r, doc)
	}
}

// DropLogin takes a user's UserLogin record away.
func (s *Server) DropLogin(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[loginObject]
	for _, l := range t.rows {
		if l.text("UserId") == id {
			t.drop(l.id)
		}
	}
}

// Group is a public group or a permission set with its members.
type Group struct {
	ID, Name, DeveloperName string
	Members                 []string // IDs, of users and of others
}

// Groups are the public groups, oldest first.
func (s *Server) Groups() []Group {
	return s.joined(groupObject, "Name", "DeveloperName", memberObject, "GroupId", "UserOrGroupId")
}

// PermissionSets are the permission sets, oldest first.
func (s *Server) PermissionSets() []Group {
	return s.joined(setObject, "Label", "Name", assignObject, "PermissionSetId", "AssigneeId")
}

func (s *Server) joined(object, name, developer, member, group, user string) []Group {
	s.mu.RLock()
	defer s.mu.RUnlock()
	members := map[string][]string{}
	t := s.tables[member]
	for _, id := range t.ids {
		r := t.rows[id]
		members[r.text(group)] = append(members[r.text(group)], r.text(user))
	}
	var out []Group
	for _, id := range s.tables[object].ids {
		r := s.tables[object].rows[id]
		out = append(out, Group{id, r.text(name), r.text(developer), members[id]})
	}
	return out
}

// PutGroup places a public group that somebody else made; its members may be users or other groups.
func (s *Server) PutGroup(name, developerName string, members ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if developerName == "" {
		developerName = strings.ReplaceAll(name, " ", "_") + fmt.Sprint(s.next)
	}
	id := s.add(groupObject, map[string]any{"Name": name, "DeveloperName": developerName, "Type": "Regular"})
	t := s.tables[memberObject]
	for _, m := range members {
		t.pairs[id+m] = s.add(memberObject, map[string]any{"GroupId": id, "UserOrGroupId": m})
	}
	return id
}

// Empower makes an administrator of a user by a permission set.
func (s *Server) Empower(user string) {
	id := s.PutPermissionSet("User managers", user)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tables[setObject].rows[id].doc["PermissionsManageUsers"] = true
}

// PutPermissionSet places a permission set with its assignments.
func (s *Server) PutPermissionSet(label string, users ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.add(setObject, map[string]any{"Label": label, "Name": strings.ReplaceAll(label, " ", "_"), "IsOwnedByProfile": false})
	t := s.tables[assignObject]
	for _, u := range users {
		t.pairs[id+u] = s.add(assignObject, map[string]any{"PermissionSetId": id, "AssigneeId": u})
	}
	return id
}
