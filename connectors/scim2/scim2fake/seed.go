package scim2fake

import (
	"fmt"
	"time"

	"usher/connectors/fakekit"
)

// User is a user as the service keeps it.
type User struct {
	ID, ExternalID, UserName, DisplayName string
	Active                                bool
	Created, Modified                     time.Time
	Attributes                            map[string]any // everything but id and meta, as JSON
}

// Count is how many users there are.
func (s *Server) Count() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.byID)
}

// Snapshot is all users, oldest first.
func (s *Server) Snapshot() []User {
	s.mu.RLock()
	live := s.live()
	s.mu.RUnlock()
	out := make([]User, len(live))
	for i, u := range live {
		out[i] = u.public()
	}
	return out
}

// User is one user by its ID.
func (s *Server) User(id string) (User, bool) {
	s.mu.RLock()
	u := s.byID[id]
	s.mu.RUnlock()
	if u == nil {
		return User{}, false
	}
	return u.public(), true
}

func (u *user) public() User {
	m, _ := u.attributes() // what is stored was checked
	display, _ := m["displayName"].(string)
	return User{u.id, u.externalID, u.userName, display, u.active, u.created, u.modified, m}
}

// Put places a user that somebody else made, without the checks for uniqueness, and gives its ID. attributes
// is a SCIM user; schemas may be left out.
func (s *Server) Put(attributes map[string]any) (string, error) {
	if attributes["schemas"] == nil {
		attributes["schemas"] = []any{coreURN}
	}
	u, _, err := parseUser(fakekit.JSON(attributes))
	if err != nil {
		return "", fmt.Errorf("put user: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.twins = s.twins || s.byName[fold(u.userName)] != nil || s.byExternal[u.externalID] != nil
	s.insert(u, s.newID(s.quirks.Load()))
	return u.id, nil
}

// Edit changes a user behind the client's back: a nil value removes the attribute.
func (s *Server) Edit(id string, attributes map[string]any) error {
	s.mu.RLock()
	old := s.byID[id]
	s.mu.RUnlock()
	if old == nil {
		return fmt.Errorf("edit user: there is no user %s", id)
	}
	m, err := old.attributes()
	if err != nil {
		return err
	}
	for k, v := range attributes {
		if v == nil {
			delete(m, k)
		} else {
			m[k] = v
		}
	}
	u, _, err := parseUser(fakekit.JSON(m))
	if err != nil {
		return fmt.Errorf("edit user %s: %w", id, err)
	}
	return s.exchange(old, u)
}

// Drop removes a user behind the client's back.
func (s *Server) Drop(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.byID[id]; u != nil {
		s.remove(u)
	}
}
