package authtest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"usher/auth"
	"usher/directory"
)

// CreateToken implements auth.Tokens.
func (m *Memory) CreateToken(_ context.Context, t auth.Token, c directory.Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tokens = append([]auth.Token{t}, m.tokens...)
	m.Changes = append(m.Changes, c)
	return m.failure
}

// TokenByHash implements auth.Tokens.
func (m *Memory) TokenByHash(_ context.Context, hash string) (auth.Token, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := slices.IndexFunc(m.tokens, func(t auth.Token) bool { return t.Hash == hash }); i >= 0 {
		return m.tokens[i], true, m.failure
	}
	return auth.Token{}, false, m.failure
}

// ListTokens implements auth.Tokens.
func (m *Memory) ListTokens(_ context.Context, f auth.TokenFilter) ([]auth.Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := slices.DeleteFunc(slices.Clone(m.tokens), func(t auth.Token) bool { return t.UserID != f.UserID || f.Before != "" && t.ID >= f.Before })
	return found[:min(f.Limit, len(found))], m.failure
}

// DeleteToken implements auth.Tokens.
func (m *Memory) DeleteToken(_ context.Context, userID, id string, c directory.Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.tokens)
	m.tokens = slices.DeleteFunc(m.tokens, func(t auth.Token) bool { return t.ID == id && t.UserID == userID })
	if len(m.tokens) == n {
		return cmp.Or(m.failure, missing())
	}
	m.Changes = append(m.Changes, c)
	return m.failure
}

// TouchToken implements auth.Tokens.
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
