package authtest

import (
	"cmp"
	"context"
	"slices"

	"usher/auth"
	"usher/directory"
)

// AddUser makes a user; ones that are not live are never found.
func (m *Memory) AddUser(u directory.User) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.users = append(m.users, u)
}

// ChangeUser edits a user in place.
func (m *Memory) ChangeUser(id string, edit func(*directory.User)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.users {
		if m.users[i].ID == id {
			edit(&m.users[i])
		}
	}
}

// live finds the index of the only live user that matches, or -1.
func (m *Memory) live(match func(directory.User) bool) int {
	found := -1
	for i, u := range m.users {
		if u.State == directory.Live && match(u) {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

func (m *Memory) UserForSignIn(_ context.Context, key string) (directory.User, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.live(func(u directory.User) bool { return directory.Key(u.UserName) == key })
	if i < 0 {
		i = m.live(func(u directory.User) bool {
			return slices.ContainsFunc(u.Emails, func(e directory.Email) bool { return directory.Key(e.Value) == key })
		})
	}
	if i < 0 || m.failure != nil {
		return directory.User{}, false, m.failure
	}
	return m.users[i], true, nil
}

func (m *Memory) UserByID(_ context.Context, id string) (directory.User, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.live(func(u directory.User) bool { return u.ID == id })
	if i < 0 || m.failure != nil {
		return directory.User{}, false, m.failure
	}
	return m.users[i], true, nil
}

func (m *Memory) SetUserPassword(_ context.Context, id string, p auth.NewPassword, keep string, c directory.Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.live(func(u directory.User) bool { return u.ID == id })
	if i < 0 {
		return cmp.Or(m.failure, missing())
	}
	m.users[i].PasswordHash, m.users[i].VerifiedEmail = p.Hash, cmp.Or(p.Verified, m.users[i].VerifiedEmail)
	m.Told = append(m.Told, p.Clear)
	m.endSessions(auth.Owner{UserID: id}, keep)
	if keep == "" {
		m.tokens = slices.DeleteFunc(m.tokens, func(t auth.Token) bool { return t.UserID == id })
	}
	m.Changes = append(m.Changes, c)
	return m.failure
}

func (m *Memory) RehashUserPassword(_ context.Context, id, old, hash string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.live(func(u directory.User) bool { return u.ID == id && u.PasswordHash == old }); i >= 0 {
		m.users[i].PasswordHash = hash
	}
	return m.failure
}
