package googlefake

import (
	"strings"
	"sync"

	"usher/connectors"
)

// NewSandbox makes the Workspace account of the domain example.com for an evaluator. Its service account's key takes
// longer than all the rest, and is made when it is first asked for.
func NewSandbox() connectors.Sandbox {
	s := New(Options{Scopes: []string{UserScope, GroupScope, OrgUnitScope}, OrgUnits: []string{"/Staff", "/Contractors", "/Former"}})
	s.key = sync.OnceValues(func() (ServiceAccount, string) {
		a, file, err := NewKey()
		if err != nil {
			return ServiceAccount{}, "" // nobody can sign in then, and the connector's form says why
		}
		return a, file
	})
	return s
}

// Settings implements connectors.Sandbox. The file of the key is known only to a server that made it itself.
func (s *Server) Settings(base string) map[string]string {
	_, file := s.key()
	s.audiences.Store(base+TokenPath, true)
	return map[string]string{
		"domains": strings.Join(s.options.Domains, ", "), "subject": s.options.Admin, "credentials_json": file,
		"allow_private_network": "true", "endpoint": base, "token_url": base + TokenPath,
	}
}

// Accounts implements connectors.Sandbox. The administrator is one of them, as in any Workspace account.
func (s *Server) Accounts(n int) (rows []connectors.SandboxAccount, total int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, u := range s.order {
		if !u.deletedAt.IsZero() {
			continue
		}
		if total++; total <= n {
			rows = append(rows, u.shown())
		}
	}
	return rows, total
}

func (u *user) shown() connectors.SandboxAccount {
	name, _ := u.doc["name"].(map[string]any)
	a := connectors.SandboxAccount{ID: u.id, UserName: u.email(), Email: u.email(), DisplayName: text(name, "displayName"),
		Active: !u.suspended() && !u.archived(), Protected: u.admin || u.delegated, PasswordKnown: u.chosen}
	if a.DisplayName == "" {
		a.DisplayName = strings.TrimSpace(text(name, "givenName") + " " + text(name, "familyName"))
	}
	for _, m := range items(u.doc["externalIds"]) {
		if a.ExternalID == "" && text(m, "type") == "custom" {
			a.ExternalID = text(m, "value")
		}
	}
	for _, m := range items(u.doc["organizations"]) {
		if a.Department == "" || m["primary"] == true {
			a.Department = text(m, "department")
		}
	}
	return a
}

// Groups implements connectors.Sandbox.
func (s *Server) Groups(n int) (rows []connectors.SandboxGroup, total int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	const most = 20
	for _, g := range s.groupOrder[:min(n, len(s.groupOrder))] {
		row := connectors.SandboxGroup{ID: g.id, Name: g.name, Total: len(g.members)}
		for _, m := range g.members[:min(most, len(g.members))] {
			row.Members = append(row.Members, text(s.renderMember(m), "email"))
		}
		rows = append(rows, row)
	}
	return rows, len(s.groupOrder)
}
