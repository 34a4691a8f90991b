package db

import (
	"context"
	"fmt"

	"usher/directory"
	"usher/provisioning"
)

// managedTarget is a connector that a provisioner sends users to.
type managedTarget struct {
	provisioning.Membership
	provisioner directory.Provisioner
	everybody   bool // its connection has no groups
}

func scanManagedTarget(row scanner) (t managedTarget, err error) {
	var p provisionerRow
	err = row.Scan(append(p.dest(), &t.ConnectionID, &t.Enabled, &t.everybody)...)
	t.provisioner = p.finish()
	t.ConnectorID, t.Connection, t.Kind = t.provisioner.ConnectorID, t.provisioner.Connection, t.provisioner.Kind
	t.Provisioner, t.Blocking = t.provisioner.ID, t.provisioner.Blocking
	return t, err
}

const managedTargets = `SELECT ` + provisionerColumns + `, k.connection_id, k.enabled,
	NOT EXISTS (SELECT 1 FROM connection_groups s WHERE s.connection_id = k.connection_id)` + fromProvisioners + `ORDER BY n.name_key, k.kind`

// Standings say where each of a page of users is at every target that a provisioner sends to, by user ID.
func (s *Store) Standings(ctx context.Context, users []directory.User) (map[string][]provisioning.Standing, error) {
	of := make(map[string][]provisioning.Standing, len(users))
	if len(users) == 0 {
		return of, nil
	}
	ids := make([]string, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	targets, err := list(ctx, s.r, scanManagedTarget, managedTargets)
	if err != nil {
		return nil, fmt.Errorf("list targets of users: %w", err)
	}
	accounts, err := s.AccountsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	within, err := s.within(ctx, targets, ids)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		for _, t := range targets {
			st := provisioning.Standing{Membership: t.Membership}
			for _, a := range accounts[u.ID] {
				if a.ConnectorID == t.ConnectorID {
					st.Account, st.Begun = a, true
				}
			}
			st.InScope = t.everybody || within[[2]string{t.ConnectionID, u.ID}]
			st.Want = provisioning.Wanted(u, t.provisioner, st.InScope)
			of[u.ID] = append(of[u.ID], st)
		}
	}
	return of, nil
}

func usersWithin(n int) string {
	return `SELECT DISTINCT s.connection_id, m.user_id FROM group_members m JOIN connection_groups s ON s.group_id = m.group_id
		WHERE m.user_id IN (` + placeholders(1, n) + `)`
}

// within are the pairs of connection and user where the user is in a group that the connection sends.
func (s *Store) within(ctx context.Context, targets []managedTarget, users []string) (map[[2]string]bool, error) {
	pairs, scoped := map[[2]string]bool{}, false
	for _, t := range targets {
		scoped = scoped || !t.everybody
	}
	if !scoped {
		return pairs, nil
	}
	args := make([]any, len(users))
	for i, id := range users {
		args[i] = id
	}
	found, err := list(ctx, s.r, func(row scanner) (pair [2]string, err error) { return pair, row.Scan(&pair[0], &pair[1]) }, usersWithin(len(users)), args...)
	if err != nil {
		return nil, fmt.Errorf("list whom connections send: %w", err)
	}
	for _, p := range found {
		pairs[p] = true
	}
	return pairs, nil
}

// off replaces the counts of a connector that is switched off though a provisioner sends there.
func off(p provisioning.Progress) provisioning.Progress {
	p.Counts = map[provisioning.Status]int{}
	if p.Total > 0 {
		p.Counts[provisioning.StatusOff] = p.Total
	}
	return p
}

// offTargets are those that a provisioner sends to and whose connector is switched off, secrets left out.
func (s *Store) offTargets(ctx context.Context) ([]provisioning.Target, error) {
	found, err := list(ctx, s.r, s.scanTarget, `SELECT `+targetColumns+fromProvisioners+`WHERE NOT k.enabled ORDER BY p.created_at, p.id`)
	if err != nil {
		return nil, fmt.Errorf("list targets that are switched off: %w", err)
	}
	for i := range found {
		found[i].Settings.Secrets = nil
	}
	return found, nil
}
