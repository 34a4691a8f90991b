// Package authtest has what tests of auth's users need: a store in memory, and the contract of auth.Store as tests
// that every implementation must pass. It is not for the program itself.
package authtest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"usher/auth"
	"usher/directory"
)

// Memory is an auth.Store without a database.
type Memory struct {
	mu       sync.Mutex
	admins   []auth.Admin
	users    []directory.User
	setup    string
	sessions map[string]auth.SessionRow
	failures map[string]auth.Failures
	browsers map[knownBrowser]time.Time
	tokens   []auth.Token
	Changes  []directory.Change // what was recorded, oldest first
	Told     []directory.Secret // users' new passwords in clear, oldest first
	failure  error
}

var _ auth.Store = (*Memory)(nil)

// NewMemory makes an empty store.
func NewMemory() *Memory {
	return &Memory{sessions: map[string]auth.SessionRow{}, failures: map[string]auth.Failures{}, browsers: map[knownBrowser]time.Time{}}
}

// Fail makes every later call answer err; nil ends that.
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failure = err
}

func (m *Memory) find(match func(auth.Admin) bool) (auth.Admin, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := slices.IndexFunc(m.admins, match); i >= 0 && m.failure == nil {
		return m.admins[i], true, nil
	}
	return auth.Admin{}, false, m.failure
}

// AdminByName implements auth.Admins.
func (m *Memory) AdminByName(_ context.Context, key string) (auth.Admin, bool, error) {
	return m.find(func(a auth.Admin) bool { return directory.NameKey(a.UserName) == key })
}

// AdminByID implements auth.Admins.
func (m *Memory) AdminByID(_ context.Context, id string) (auth.Admin, bool, error) {
	return m.find(func(a auth.Admin) bool { return a.ID == id })
}

// ListAdmins implements auth.Admins.
func (m *Memory) ListAdmins(context.Context) ([]auth.Admin, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.admins), m.failure
}

// CreateAdmin implements auth.Admins.
func (m *Memory) CreateAdmin(_ context.Context, a auth.Admin, c directory.Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, b := range m.admins {
		if directory.NameKey(a.UserName) == directory.NameKey(b.UserName) {
			return &directory.Error{Code: directory.Conflict, Message: "The name is taken.",
				Fields: map[string]string{"user_name": "There is an administrator with this name."}}
		}
	}
	m.admins = append(m.admins, a)
	m.Changes = append(m.Changes, c)
	return m.failure
}

// SetAdminPassword implements auth.Admins.
func (m *Memory) SetAdminPassword(_ context.Context, id, hash, keep string, c directory.Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(m.admins, func(a auth.Admin) bool { return a.ID == id })
	if i < 0 {
		return cmp.Or(m.failure, missing())
	}
	m.admins[i].PasswordHash, m.admins[i].PasswordAt = hash, c.At
	m.endSessions(auth.Owner{AdminID: id}, keep)
	m.forgetBrowsers(auth.Owner{AdminID: id})
	m.Changes = append(m.Changes, c)
	return m.failure
}

// RehashAdminPassword implements auth.Admins.
func (m *Memory) RehashAdminPassword(_ context.Context, id, old, hash string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, a := range m.admins {
		if a.ID == id && a.PasswordHash == old {
			m.admins[i].PasswordHash = hash
		}
	}
	return m.failure
}

// AdminSignedIn implements auth.Admins.
func (m *Memory) AdminSignedIn(_ context.Context, id string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.admins {
		if m.admins[i].ID == id {
			m.admins[i].SignedInAt = at
		}
	}
	return m.failure
}

// HasAdmin implements auth.Setup.
func (m *Memory) HasAdmin(context.Context) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.admins) > 0, m.failure
}

// SaveSetupToken implements auth.Setup.
func (m *Memory) SaveSetupToken(_ context.Context, hash string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.admins) > 0 {
		return auth.ErrSetupOver
	}
	m.setup = hash
	return m.failure
}

// SetupTokenHash implements auth.Setup.
func (m *Memory) SetupTokenHash(context.Context) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.setup, m.failure
}

// CreateFirstAdmin implements auth.Setup.
func (m *Memory) CreateFirstAdmin(_ context.Context, a auth.Admin, hash string, c directory.Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.admins) > 0 || m.setup == "" || hash != m.setup {
		return auth.ErrSetupOver
	}
	m.admins, m.setup = append(m.admins, a), ""
	m.Changes = append(m.Changes, c)
	return m.failure
}

func missing() error {
	return &directory.Error{Code: directory.NotFound, Message: "There is no such thing any more."}
}
