package db

import (
	"context"

	"usher/latin"
	"usher/provisioning"
)

// few is how many index entries a search may meet and still be answered from them; what meets more is so common
// that walking the list in its order finds a page soon.
const few = 1000

// logFilter narrows the log by what the filter names. A search for a rare name starts from its own index.
func (s *Store) logFilter(ctx context.Context, f provisioning.LogFilter) (*query, error) {
	name := latin.Fold(f.Search)
	rare := false
	if name != "" {
		var err error
		if rare, err = s.isRare(ctx, `SELECT count(*) FROM (SELECT 1 FROM attempts WHERE user_name_key >= $1 AND user_name_key < $2 LIMIT $3) AS met`, name); err != nil {
			return nil, err
		}
	}
	return logQueryOf(f, name, rare), nil
}

func logQueryOf(f provisioning.LogFilter, name string, rare bool) *query {
	q := where(`SELECT ` + attemptColumns + fromAttempts)
	q.addIf(f.UserID != "", `l.user_id = %s AND l.user_id <> ''`, clean(f.UserID))
	q.addIf(f.GroupID != "", `l.group_id = %s AND l.group_id <> ''`, clean(f.GroupID))
	q.addIf(f.ConnectorID != "", `l.connector = `+connectorNumber, clean(f.ConnectorID))
	q.addIf(f.Outcome != "", `l.outcome = %s`, string(f.Outcome))
	q.addIf(f.Outcome != "" && f.Outcome != provisioning.Succeeded, `l.outcome <> 'succeeded'`) // as the index says
	q.addIf(f.Operation != "", `l.operation = %s`, string(f.Operation))
	q.addIf(f.Operation != "" && f.Operation != provisioning.OpCreate && f.Operation != provisioning.OpUpdate, `l.operation <> 'create' AND l.operation <> 'update'`)
	q.addIf(f.Before != "", `l.id < %s`, clean(f.Before))
	q.addIf(!f.Since.IsZero(), `l.id >= %s`, boundID(f.Since).String())
	switch {
	case rare:
		q.add(`l.id IN (SELECT id FROM attempts WHERE user_name_key >= %s AND user_name_key < %s)`, name, after(name))
	case name != "": // many have it: a page is soon full, in the order of the list, if no index of names is used, which is in another
		q.add(`l.user_name_key || '' >= %s AND l.user_name_key || '' < %s`, name, after(name))
	}
	return q
}

// isRare reports whether at most few rows begin with the text; query counts them up to $3.
func (s *Store) isRare(ctx context.Context, query, prefix string) (bool, error) {
	var n int
	err := s.r.QueryRowContext(ctx, query, prefix, after(prefix), few+1).Scan(&n)
	return n <= few, err
}
