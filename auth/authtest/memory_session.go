package authtest

import (
	"context"
	"maps"
	"slices"
	"time"

	"usher/auth"
)

// LoadSession implements auth.SessionRows.
func (m *Memory) LoadSession(_ context.Context, hash string) (auth.SessionRow, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	row, ok := m.sessions[hash]
	return row, ok, m.failure
}

// CreateSession implements auth.SessionRows.
func (m *Memory) CreateSession(_ context.Context, s auth.SessionRow) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions[s.Hash] = s
	return m.failure
}

// UpdateSession implements auth.SessionRows.
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

// TouchSession implements auth.SessionRows.
func (m *Memory) TouchSession(_ context.Context, hash string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if row, ok := m.sessions[hash]; ok {
		row.SeenAt = at
		m.sessions[hash] = row
	}
	return m.failure
}

// DeleteSession implements auth.SessionRows.
func (m *Memory) DeleteSession(_ context.Context, hash string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sessions, hash)
	return m.failure
}

// DeleteSessions implements auth.SessionRows.
func (m *Memory) DeleteSessions(_ context.Context, of auth.Owner, except string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.endSessions(of, except)
	return m.failure
}

func (m *Memory) endSessions(of auth.Owner, except string) {
	maps.DeleteFunc(m.sessions, func(h string, s auth.SessionRow) bool { return s.Owner == of && h != except })
}

// CountSessions implements auth.SessionRows.
func (m *Memory) CountSessions(ctx context.Context, of auth.Owner, idleSince, now time.Time) (int, error) {
	rows, err := m.ListSessions(ctx, of, idleSince, now, len(m.sessions))
	return len(rows), err
}

// ListSessions implements auth.SessionRows.
func (m *Memory) ListSessions(_ context.Context, of auth.Owner, idleSince, now time.Time, limit int) ([]auth.SessionRow, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []auth.SessionRow
	for _, s := range m.sessions {
		if s.Owner == of && s.SeenAt.After(idleSince) && s.ExpiresAt.After(now) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b auth.SessionRow) int { return b.SeenAt.Compare(a.SeenAt) })
	return out[:min(limit, len(out))], m.failure
}

// DeleteExpiredSessions implements auth.SessionRows.
func (m *Memory) DeleteExpiredSessions(_ context.Context, idleSince, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.sessions, func(_ string, s auth.SessionRow) bool {
		return s.SeenAt.Before(idleSince) || s.ExpiresAt.Before(now)
	})
	return m.failure
}

// SignInFailures implements auth.Throttle.
func (m *Memory) SignInFailures(_ context.Context, key string) (auth.Failures, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.failures[key], m.failure
}

// SwapSignInFailures implements auth.Throttle.
func (m *Memory) SwapSignInFailures(_ context.Context, key string, old, next auth.Failures) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f := m.failures[key]; f.Count != old.Count || !f.LastAt.Equal(old.LastAt) {
		return false, m.failure
	}
	m.failures[key] = next
	return true, m.failure
}

// ClearSignInFailures implements auth.Throttle.
func (m *Memory) ClearSignInFailures(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.failures, key)
	return m.failure
}

// DeleteSignInFailures implements auth.Throttle.
func (m *Memory) DeleteSignInFailures(_ context.Context, before time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.failures, func(_ string, f auth.Failures) bool { return f.LastAt.Before(before) })
	return m.failure
}
