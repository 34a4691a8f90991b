package db

import (
	"context"
	"fmt"
	"slices"

	"usher/provisioning"
)

// troubledPush selects groups at connector $1, those that were deleted under the name that they had.
const troubledPush = `SELECT a.resource_id, COALESCE(g.display_name, a.label), COALESCE(g.members, 0), COALESCE(g.version, 1), g.created_at, g.updated_at, ` +
	accountColumns + `, n.id, n.name, k.kind, k.field_values,
	EXISTS (SELECT 1 FROM pushed_groups h WHERE h.connector_id = a.connector_id AND h.group_id = a.resource_id)
	FROM accounts a LEFT JOIN user_groups g ON g.id = a.resource_id` + fromPushes + `WHERE a.connector_id = $1 AND a.kind = 'group' AND `

const (
	newestHeldGroups = troubledPush + `a.held_at IS NOT NULL ORDER BY a.held_at DESC LIMIT $2`
	newestDeadGroups = troubledPush + `a.dead_at IS NOT NULL ORDER BY a.dead_at DESC LIMIT $2`
)

// groupTrouble finds the groups that wait for somebody, newest first.
func (s *Store) groupTrouble(ctx context.Context, targets []provisioning.Target) ([]provisioning.GroupPush, error) {
	var all []provisioning.GroupPush
	r := &pushReader{definitions: map[string]provisioning.GroupPolicy{}}
	for _, t := range targets {
		for _, query := range []string{newestHeldGroups, newestDeadGroups} {
			found, err := list(ctx, s.r, r.scan, query, t.ID, mostTrouble)
			if err != nil {
				return nil, fmt.Errorf("list groups in trouble at connector %s: %w", t.ID, err)
			}
			all = append(all, found...)
		}
	}
	slices.SortFunc(all, func(a, b provisioning.GroupPush) int { return since(b.Account).Compare(since(a.Account)) })
	return all[:min(len(all), mostTrouble)], nil
}
