package db

import (
	"context"
	"database/sql"
	"errors"

	"usher/scim/filter"
)

// SetFew changes how many index entries a SCIM list looks at; with 0 it walks whenever anybody is found.
func SetFew(s *Store, n int) { s.few = n }

// KeyOf is the key of a text in user_values.
func KeyOf(text string, exact bool) string {
	key, _, _ := keyOf(text, exact)
	return key
}

// ValueAttr is the number of an attribute in user_values, and whether its case counts there.
func ValueAttr(path string) (int64, bool) {
	n := attrNumber(path)
	return n, exactKey(n)
}

// MigrateTo brings an empty database to a version, and then lets fill write to it.
func MigrateTo(dsn string, ring Ring, version int64, fill func(exec func(query string, args ...any))) error {
	s := &Store{ring: ring}
	if err := s.connect(dsn); err != nil {
		return err
	}
	defer s.Close()
	p, err := s.migrator()
	if err != nil {
		return err
	}
	if _, err = p.UpTo(context.Background(), version); err != nil {
		return err
	}
	return s.tx(context.Background(), func(tx *sql.Tx) error {
		fill(func(query string, args ...any) {
			if _, e := tx.Exec(query, args...); e != nil {
				err = errors.Join(err, e)
			}
		})
		return err
	})
}

// FindStatement is the text that FindUsers runs for a page; driven is with a few IDs.
func FindStatement(s *Store, q filter.Query, ids []string) (Query, error) {
	f := &finder[int]{s: s, r: users(), q: q, term: term{condition: always}}
	var err error
	if q.Filter != nil {
		if f.term, err = compile(userScope{users(), q.Client}, q.Filter, false); err != nil {
			return Query{}, err
		}
	}
	if f.order, err = orderOf(f.r, q); err != nil {
		return Query{}, err
	}
	f.begin = beginning{few: ids != nil, ids: ids}
	var after *position
	if q.After != "" {
		after = &position{Key: q.After, ID: q.After, Number: 1}
	}
	st := f.statement(f.order.segments[0], after, 100, q.Offset)
	return Query{st.text.String(), st.args}, nil
}

// StartStatements are the texts that look whether a condition of the filter is met by few.
func StartStatements(s *Store, e filter.Expr) ([]Query, error) {
	t, err := compile(userScope{users(), "client"}, e, false)
	if err != nil {
		return nil, err
	}
	var all []Query
	for _, st := range t.starts {
		for _, c := range st.ids {
			q := &query{}
			all = append(all, Query{q.end(c.text, c.args...), q.args})
		}
	}
	return all, nil
}
