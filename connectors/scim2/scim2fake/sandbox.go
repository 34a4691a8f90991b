package scim2fake

import (
	"crypto/rand"
	"net/http"
	"strings"

	"usher/connectors"
	"usher/connectors/fakekit"
)

// sandbox is a Server with a token of its own, for the demo.
type sandbox struct {
	*Server
	token string
}

// NewSandbox makes an empty service that keeps to the RFCs, lets no two groups have one name, and wants a bearer token.
func NewSandbox() connectors.Sandbox {
	token := "scim-" + rand.Text()
	return &sandbox{Server: New(Options{Token: token, Quirks: Quirks{Groups: GroupQuirks{UniqueNames: true}}}), token: token}
}

// Settings implements connectors.Sandbox.
func (s *sandbox) Settings(base string) map[string]string {
	return map[string]string{"base_url": base + Prefix, "auth_mode": "bearer", "token": s.token, "allow_private_network": "true"}
}

// troubled is what a server in trouble says.
func troubled(t connectors.Trouble, _ fakekit.Call) (out reply, ok bool) {
	switch t {
	case connectors.Down:
		return problem(http.StatusServiceUnavailable, "", "The service is down for maintenance."), true
	case connectors.Throttled:
		return problem(http.StatusTooManyRequests, "", "Too many requests. Slow down."), true
	case connectors.Revoked:
		return problem(http.StatusUnauthorized, "", "Authorization failure: the token was revoked."), true
	}
	return reply{}, false
}

// Accounts implements connectors.Sandbox.
func (s *sandbox) Accounts(n int) (rows []connectors.SandboxAccount, total int) {
	s.mu.RLock()
	live := s.live()
	s.mu.RUnlock()
	for _, u := range live[:min(n, len(live))] {
		rows = append(rows, u.shown())
	}
	return rows, len(live)
}

func (u *user) shown() connectors.SandboxAccount {
	m, _ := u.attributes() // what is stored was checked
	at := func(v any, key string) string {
		o, _ := v.(map[string]any)
		s, _ := o[key].(string)
		return s
	}
	a := connectors.SandboxAccount{ID: u.id, ExternalID: u.externalID, UserName: u.userName, DisplayName: at(m, "displayName"),
		Department: at(m[enterpriseURN], "department"), Active: u.active, PasswordKnown: u.password != "" && !looksRandom(u.password)}
	emails, _ := m["emails"].([]any)
	for _, e := range emails {
		if o, _ := e.(map[string]any); a.Email == "" || o["primary"] == true {
			a.Email = at(e, "value")
		}
	}
	roles, _ := m["roles"].([]any)
	for _, r := range roles {
		a.Protected = a.Protected || strings.HasPrefix(fold(at(r, "value")), "admin")
	}
	return a
}

// looksRandom knows the passwords that nobody chose by their looks: 26 characters of base32, and four that satisfy rules.
func looksRandom(password string) bool {
	base, _, ok := strings.Cut(password, "-")
	return ok && len(password) == 30 && len(base) == 26 && strings.Trim(base, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// Groups implements connectors.Sandbox.
func (s *sandbox) Groups(n int) (rows []connectors.SandboxGroup, total int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	const most = 20
	all := s.groups.order
	for _, g := range all[:min(n, len(all))] {
		row := connectors.SandboxGroup{ID: g.id, Name: g.name, Total: len(g.members)}
		for _, id := range g.members[:min(most, len(g.members))] {
			row.Members = append(row.Members, s.byID[id].userName)
		}
		rows = append(rows, row)
	}
	return rows, len(all)
}
