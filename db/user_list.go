package db

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"usher/directory"
)

// Users lists live users by name. A search that meets few starts from what it meets; one that meets many walks the
// names in order, where a page is soon full. Neither reads the whole table.
func (s *Store) Users(ctx context.Context, f directory.UserFilter) (directory.UserPage, error) {
	n := pageSize(f.Limit)
	found, err := s.findUsers(ctx, f, n+1)
	if err != nil {
		return directory.UserPage{}, fmt.Errorf("list users: %w", err)
	}
	var p directory.UserPage
	if len(found) > n {
		found, p.Next = found[:n], found[n-1].key
	}
	for _, u := range found {
		p.Users = append(p.Users, u.User)
	}
	return p, nil
}

// listedUser is a user with the key by which the list goes.
type listedUser struct {
	directory.User
	key string
}

const listedColumns = `user_name_key, ` + userColumns

func scanListed(row scanner) (u listedUser, err error) {
	u.User, err = scanUser(keyed{row, []any{&u.key}})
	return u, err
}

func (s *Store) findUsers(ctx context.Context, f directory.UserFilter, n int) ([]listedUser, error) {
	terms := searchTerms(f.Search)
	start, err := s.rarest(ctx, f, terms)
	if err != nil {
		return nil, err
	}
	q := userQuery(f, terms, start)
	if start.kind == fromNames {
		return list(ctx, s.r, scanListed, q.end(` ORDER BY user_name_key LIMIT %s`, n), q.args...)
	}
	found, err := list(ctx, s.r, scanListed, q.text.String(), q.args...)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b listedUser) int { return cmp.Compare(a.key, b.key) })
	return found[:min(len(found), n)], nil
}

// startKind is the index that a list of users starts from.
type startKind int

const (
	fromNames startKind = iota
	fromTerm
	fromGroup
	fromTrouble
)

type startPoint struct {
	kind startKind
	term string
	ids  []any // of users in trouble
}

// groupSize counts the members of a group, up to $2.
const groupSize = `SELECT count(*) FROM (SELECT 1 FROM group_members WHERE group_id = $1 LIMIT $2) AS met`

// rarest finds a condition that few users meet.
func (s *Store) rarest(ctx context.Context, f directory.UserFilter, terms []string) (startPoint, error) {
	for _, t := range terms {
		rare, err := s.isRare(ctx, `SELECT count(*) FROM (SELECT 1 FROM user_terms WHERE term >= $1 AND term < $2 LIMIT $3) AS met`, t)
		if err != nil {
			return startPoint{}, err
		}
		if rare {
			return startPoint{kind: fromTerm, term: t}, nil
		}
	}
	if f.Group != "" {
		var n int
		if err := s.r.QueryRowContext(ctx, groupSize, clean(f.Group), few+1).Scan(&n); err != nil {
			return startPoint{}, err
		}
		if n <= few {
			return startPoint{kind: fromGroup}, nil
		}
	}
	if !f.Trouble {
		return startPoint{}, nil
	}
	var ids []any
	seen := map[string]bool{}
	for _, condition := range troubleQueries() {
		met, err := list(ctx, s.r, scanText, condition, few+1)
		if err != nil {
			return startPoint{}, err
		}
		if len(met) > few {
			return startPoint{}, nil
		}
		for _, id := range met {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	return startPoint{kind: fromTrouble, ids: ids}, nil
}

// troubleQueries find at most $1 users each, by walking an index of nothing else: held, failed, or tried more than
// once. An account that is being tried again counts, too.
func troubleQueries() []string {
	return []string{
		`SELECT resource_id FROM accounts WHERE held_at IS NOT NULL LIMIT $1`,
		`SELECT resource_id FROM accounts WHERE dead_at IS NOT NULL LIMIT $1`,
		`SELECT resource_id FROM accounts WHERE ` + isDue + ` AND attempts > 0 LIMIT $1`,
	}
}

func userQuery(f directory.UserFilter, terms []string, start startPoint) *query {
	q := where(`SELECT ` + listedColumns + ` FROM users`)
	switch start.kind {
	case fromTerm:
		q.add(`id IN (SELECT user_id FROM user_terms WHERE term >= %s AND term < %s)`, start.term, after(start.term))
	case fromGroup:
		q.add(`id IN (SELECT user_id FROM group_members WHERE group_id = %s)`, clean(f.Group))
	case fromTrouble:
		if len(start.ids) == 0 {
			q.add(`1 = 0`)
			break
		}
		q.add(`id IN (`+strings.Repeat(`%s, `, len(start.ids)-1)+`%s)`, start.ids...)
	}
	q.add(isLive)
	if f.Active != nil {
		q.addIf(*f.Active, `active`)
		q.addIf(!*f.Active, `NOT active`)
	}
	q.addIf(f.Source != "", `source = %s`, string(f.Source))
	q.add(`user_name_key > %s`, clean(f.After))
	for _, t := range terms {
		if start.kind != fromTerm || t != start.term {
			q.add(`EXISTS (SELECT 1 FROM user_terms t WHERE t.user_id = users.id AND t.term >= %s AND t.term < %s)`, t, after(t))
		}
	}
	q.addIf(f.Group != "" && start.kind != fromGroup, `EXISTS (SELECT 1 FROM group_members m WHERE m.user_id = users.id AND m.group_id = %s)`, clean(f.Group))
	q.addIf(f.Trouble && start.kind != fromTrouble, `EXISTS (SELECT 1 FROM accounts a WHERE a.resource_id = users.id AND a.kind = 'user'
		AND (a.held_at IS NOT NULL OR a.dead_at IS NOT NULL OR a.observed_gen < a.desired_gen AND a.attempts > 0))`)
	return q
}
