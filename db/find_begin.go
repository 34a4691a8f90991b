package db

import (
	"context"
	"strings"
)

// beginning is where a query begins: with a few resources that an index gave, or with the first of all in their order. Few
// are looked at one by one, and sorted then; when many meet a condition, walking in order fills a page soon.
type beginning struct {
	few     bool
	ids     []string
	counted *condition // not few, but counted best by these
}

// begin looks at most s.few+1 index entries far for each start.
func (s *Store) begin(ctx context.Context, starts []start) (beginning, error) {
	var b beginning
	for _, start := range starts {
		if start.cost == oneRow {
			return b, nil
		}
		ids, rare, err := s.rareIDs(ctx, start)
		if err != nil {
			return b, err
		}
		if rare {
			return beginning{few: true, ids: ids}, nil
		}
		if start.cost == ranged && b.counted == nil && len(start.ids) == 1 {
			b.counted = &start.ids[0]
		}
	}
	return b, nil
}

func (s *Store) rareIDs(ctx context.Context, st start) (ids []string, rare bool, err error) {
	seen := map[string]bool{}
	for _, c := range st.ids {
		q := &query{}
		text := q.end(c.text+` LIMIT %s`, append(append([]any(nil), c.args...), s.few+1)...)
		found, err := list(ctx, s.r, scanText, text, q.args...)
		if err != nil {
			return nil, false, err
		}
		for _, id := range found {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
		if len(found) > s.few || len(ids) > s.few {
			return nil, false, nil
		}
	}
	return ids, true, nil
}

// none reports that nothing can be found.
func (b beginning) none() bool { return b.few && len(b.ids) == 0 }

// tables puts first what the query begins with; SQLite keeps to the order of a CROSS JOIN.
func (b beginning) tables(own, other string) string {
	switch {
	case other == "":
		return ` FROM ` + own
	case b.few:
		return ` FROM ` + own + ` CROSS JOIN ` + other
	}
	return ` FROM ` + other + ` CROSS JOIN ` + own
}

// add names the resources; the list is filled up with the last so that there are few different statements.
func (b beginning) add(q *query, id string) {
	if !b.few {
		return
	}
	n := 1
	for n < len(b.ids) {
		n *= 4
	}
	args := make([]any, n)
	for i := range args {
		args[i] = b.ids[min(i, len(b.ids)-1)]
	}
	q.add(id+` IN (`+strings.Repeat(`%s, `, n-1)+`%s)`, args...)
}
