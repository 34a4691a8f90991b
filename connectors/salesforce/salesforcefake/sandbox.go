package salesforcefake

import (
	"net/http"

	"usher/connectors"
	"usher/connectors/fakekit"
)

// Sandbox is an organization for the demo.
type Sandbox struct{ *Server }

// NewSandbox makes an organization with a few groups that were there before.
func NewSandbox() connectors.Sandbox {
	s := New(Options{PermissionSets: []string{"Knowledge Editor", "Report Builder"}})
	s.PutGroup("All Internal Staff", "AllInternalStaff")
	return Sandbox{s}
}

// Settings implements connectors.Sandbox.
func (s Sandbox) Settings(base string) map[string]string {
	return map[string]string{"my_domain_url": base, "auth_mode": "client_credentials", "client_id": s.options.ClientID, "client_secret": s.options.Secret,
		"profile": "Standard User", "allow_private_network": "true", "daily_api_budget_pct": "0", connectors.RequestsLimit: "0"}
}

// Accounts implements connectors.Sandbox.
func (s Sandbox) Accounts(n int) (rows []connectors.SandboxAccount, total int) {
	users := s.Users()
	for _, u := range users[:min(n, len(users))] {
		rows = append(rows, connectors.SandboxAccount{ID: u.ID, ExternalID: u.text("FederationIdentifier"), UserName: u.text("Username"), Email: u.text("Email"), Department: u.text("Department"),
			DisplayName: joinNames(u), Active: u.Fields["IsActive"] == true && !u.Frozen, Protected: s.isAdmin(u), PasswordKnown: u.Password})
	}
	return rows, len(users)
}

func joinNames(u User) string {
	if first := u.text("FirstName"); first != "" {
		return first + " " + u.text("LastName")
	}
	return u.text("LastName")
}

func (s *Server) isAdmin(u User) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := s.tables[profileObject].find(u.text("ProfileId"))
	return p != nil && p.doc["PermissionsModifyAllData"] == true
}

// Groups implements connectors.Sandbox: public groups, then permission sets.
func (s Sandbox) Groups(n int) (rows []connectors.SandboxGroup, total int) {
	all := append(s.Server.Groups(), s.PermissionSets()...)
	for _, g := range all[:min(n, len(all))] {
		row := connectors.SandboxGroup{ID: g.ID, Name: g.Name, Total: len(g.Members)}
		const shown = 20
		for _, m := range g.Members[:min(shown, len(g.Members))] {
			if u, ok := s.User(m); ok {
				row.Members = append(row.Members, u.text("Username"))
			}
		}
		rows = append(rows, row)
	}
	return rows, len(all)
}

// SetTrouble implements connectors.Sandbox. Sessions that are refused end.
func (s *Server) SetTrouble(t connectors.Trouble) {
	s.Front.SetTrouble(t)
	if t == connectors.Revoked {
		s.Revoke()
	}
}

// troubled is what a server in trouble says.
func troubled(t connectors.Trouble, c fakekit.Call) (out reply, ok bool) {
	onToken := c.URL.Path == TokenPath
	switch t {
	case connectors.Down:
		return refuse(http.StatusServiceUnavailable, "SERVER_UNAVAILABLE", "The server is temporarily unavailable.").reply(), true
	case connectors.Throttled:
		return refuse(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.").reply(), !onToken
	case connectors.Revoked:
		return tokenRefused("invalid_grant", "authentication failure"), onToken
	}
	return reply{}, false
}
