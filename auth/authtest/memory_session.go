package authtest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"usher/auth"
	"usher/directory"
)

func (m *Memory) LoadSession(_ context.Context, hash string) (auth.SessionRow, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	row, ok := m.sessions[hash]
	return row, ok, m.failure
}

func (m *Memory) CreateSession(_ context.Context, s auth.SessionRow) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions[s.Hash] = s
	return m.failure
}

func (m *Memory) UpdateSession(_ context.Context, s auth.SessionRow) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	row, ok := m.sessions[s.Hash]
	if ok {
		row.Values, row.SeenAt = s.Values, s.SeenAt
		m.sessions[s.Hash] = row
	}
	return ok, m.failure
}

func (m *Memory) TouchSession(_ context.Context, hash string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if row, ok := m.sessions[hash]; ok {
		row.SeenAt = at
		m.sessions[hash] = row
	}
	return m.failure
}

func (m *Memory) DeleteSession(_ context.Context, hash string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sessions, hash)
	return m.failure
}

func (m *Memory) DeleteSessions(_ context.Context, adminID, except string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.endSessions(adminID, except)
	return m.failure
}

func (m *Memory) endSessions(adminID, except string) {
	maps.DeleteFunc(m.sessions, func(h string, s auth.SessionRow) bool { return s.AdminID == adminID && h != except })
}

func (m *Memory) CountSessions(_ context.Context, adminID string, idleSince, now time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, s := range m.sessions {
		if s.AdminID == adminID && s.SeenAt.After(idleSince) && s.ExpiresAt.After(now) {
			n++
		}
	}
	return n, m.failure
}

func (m *Memory) DeleteExpiredSessions(_ context.Context, idleSince, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.sessions, func(_ string, s auth.SessionRow) bool {
		return s.SeenAt.Before(idleSince) || s.ExpiresAt.Before(now)
	})
	return m.failure
}

func (m *Memory) SignInFailures(_ context.Context, key string) (auth.Failures, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.failures[key], m.failure
}

func (m *Memory) SwapSignInFailures(_ context.Context, key string, old, next auth.Failures) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f := m.failures[key]; f.Count != old.Count || !f.LastAt.Equal(old.LastAt) {
		return false, m.failure
	}
	m.failures[key] = next
	return true, m.failure
}

func (m *Memory) ClearSignInFailures(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.failures, key)
	return m.failure
}

func (m *Memory) DeleteSignInFailures(_ context.Context, before time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.failures, func(_ string, f auth.Failures) bool { return f.LastAt.Before(before) })
	return m.failure
}

func (m *Memory) CreateToken(_ context.Context, t auth.Token, c directory.Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tokens = append([]auth.Token{t}, m.tokens...)
	m.Changes = append(m.Changes, c)
	return m.failure
}

func (m *Memory) TokenByHash(_ context.Context, hash string) (auth.Token, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := slices.IndexFunc(m.tokens, func(t auth.Token) bool { return t.Hash == hash }); i >= 0 {
		return m.tokens[i], true, m.failure
	}
	return auth.Token{}, false, m.failure
}

func (m *Memory) ListTokens(context.Context) ([]auth.Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.tokens), m.failure
}

func (m *Memory) DeleteToken(_ context.Context, id string, c directory.Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.tokens)
	m.tokens = slices.DeleteFunc(m.tokens, func(t auth.Token) bool { return t.ID == id })
	if len(m.tokens) == n {
		return cmp.Or(m.failure, missing())
	}
	m.Changes = append(m.Changes, c)
	return m.failure
}

func (m *Memory) TouchToken(_ context.Context, id string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.tokens {
		if m.tokens[i].ID == id {
			m.tokens[i].LastUsedAt = at
		}
	}
	return m.failure
}
