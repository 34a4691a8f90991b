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

// UserForSignIn implements auth.Users.
func (m *Memory) UserForSignIn(_ context.Context, typed string) (directory.User, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failure != nil {
		return directory.User{}, false, m.failure
	}
	var named directory.User
	i := m.live(func(u directory.User) bool { return directory.NameKey(u.UserName) == directory.NameKey(typed) })
	if i >= 0 {
		named = m.users[i]
	}
	var having, owners []directory.User
	for _, u := range m.users {
		has := func(e directory.Email) bool { return directory.SameAddress(e.Value, typed) }
		if u.State != directory.Live || !slices.ContainsFunc(u.Emails, has) {
			continue
		}
		if having = append(having, u); u.Owns(typed) {
			owners = append(owners, u)
		}
	}
	if len(owners) > 0 {
		having = owners
	}
	u, ok := directory.Meant(typed, named, i >= 0, having)
	return u, ok, nil
}

// UserByID implements auth.Users.
func (m *Memory) UserByID(_ context.Context, id string) (directory.User, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.live(func(u directory.User) bool { return u.ID == id })
	if i < 0 || m.failure != nil {
		return directory.User{}, false, m.failure
	}
	return m.users[i], true, nil
}

// SetUserPassword implements auth.Users.
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
	m.forgetBrowsers(auth.Owner{UserID: id})
	if keep == "" {
		m.tokens = slices.DeleteFunc(m.tokens, func(t auth.Token) bool { return t.UserID == id })
	}
	m.Changes = append(m.Changes, c)
	return m.failure
}

// RehashUserPassword implements auth.Users.
func (m *Memory) RehashUserPassword(_ context.Context, id, old, hash string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.live(func(u directory.User) bool { return u.ID == id && u.PasswordHash == old }); i >= 0 {
		m.users[i].PasswordHash = hash
	}
	return m.failure
}
