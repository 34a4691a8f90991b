package db

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"usher/directory"
)

// groupTermCount counts the terms of groups that begin with $1, up to $3.
const groupTermCount = `SELECT count(*) FROM (SELECT 1 FROM group_terms WHERE term >= $1 AND term < $2 LIMIT $3) AS met`

// ListGroups lists groups by name. It starts, as a list of users does, from what few groups meet.
func (s *Store) ListGroups(ctx context.Context, f directory.GroupFilter) (directory.GroupPage, error) {
	n, terms, rare := pageSize(f.Limit), searchTerms(f.Search), ""
	for _, t := range terms {
		if yes, err := s.isRare(ctx, groupTermCount, t); err != nil {
			return directory.GroupPage{}, fmt.Errorf("list groups: %w", err)
		} else if yes {
			rare = t
			break
		}
	}
	q := groupQuery(f, terms, rare)
	walk := rare == "" && f.Member == ""
	rest := ""
	if walk {
		rest = fmt.Sprintf(` ORDER BY g.name_key LIMIT %d`, n+1)
	}
	found, err := list(ctx, s.r, scanGroup, q.end(rest), q.args...)
	if err != nil {
		return directory.GroupPage{}, fmt.Errorf("list groups: %w", err)
	}
	if !walk {
		sortGroups(found)
	}
	p := directory.GroupPage{Groups: found}
	if len(found) > n {
		p.Groups, p.Next = found[:n], directory.Key(found[n-1].DisplayName)
	}
	return p, nil
}

func sortGroups(all []directory.Group) {
	slices.SortFunc(all, func(a, b directory.Group) int {
		return cmp.Compare(directory.Key(a.DisplayName), directory.Key(b.DisplayName))
	})
}

func groupQuery(f directory.GroupFilter, terms []string, rare string) *query {
	q := where(`SELECT ` + groupColumns + ` FROM user_groups g`)
	q.addIf(f.Member != "", `g.id IN (SELECT m.group_id FROM group_members m WHERE m.user_id = %s)`, clean(f.Member))
	q.addIf(rare != "", `g.id IN (SELECT t.group_id FROM group_terms t WHERE t.term >= %s AND t.term < %s)`, rare, after(rare))
	q.add(`g.name_key > %s`, clean(f.After))
	for _, t := range terms {
		if t != rare {
			q.add(`EXISTS (SELECT 1 FROM group_terms t WHERE t.group_id = g.id AND t.term >= %s AND t.term < %s)`, t, after(t))
		}
	}
	return q
}
