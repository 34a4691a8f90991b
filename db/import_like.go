package db

import (
	"context"
	"fmt"

	"usher/directory"
	"usher/imports"
)

// traitColumn is where rows have the folded value of a trait. Only by user names rows count that are refused, too.
func traitColumn(t imports.Trait) (column, condition string) {
	const acted = ` AND verdict IN ('create', 'change')`
	switch t {
	case imports.ByEmail:
		return "email_key", acted
	case imports.ByNumber:
		return "number_key", acted
	case imports.ByExternal:
		return "external_key", acted
	}
	return "name_key", ""
}

func earlierRows(t imports.Trait, keys int) string {
	column, condition := traitColumn(t)
	return `SELECT ` + column + `, min(line) FROM import_rows WHERE import_id = $1 AND ` + column + ` <> '' AND n < $2` + condition +
		` AND ` + column + ` IN (` + placeholders(3, keys) + `) GROUP BY ` + column
}

// EarlierRows implements imports.Store.
func (s *Store) EarlierRows(ctx context.Context, id string, before int64, t imports.Trait, keys []string) (map[string]int64, error) {
	first := map[string]int64{}
	if len(keys) == 0 {
		return first, nil
	}
	args, given := []any{id, before}, map[string]string{}
	for _, k := range keys {
		short, _, _ := keyOf(k, true)
		given[short], args = k, append(args, short)
	}
	type met struct {
		key  string
		line int64
	}
	all, err := list(ctx, s.r, func(row scanner) (m met, err error) { return m, row.Scan(&m.key, &m.line) }, earlierRows(t, len(keys)), args...)
	if err != nil {
		return nil, fmt.Errorf("find earlier rows of import %s: %w", id, err)
	}
	for _, m := range all {
		first[given[m.key]] = m.line
	}
	return first, nil
}

// usersAlike are the queries for users by a trait: what they have, and who.
func usersAlike(t imports.Trait, values int) []string {
	in := ` IN (` + placeholders(1, values) + `) AND ` + isLive + ` ORDER BY id`
	switch t {
	case imports.ByEmail, imports.ByNumber:
		attr := attrNumber(emailPath)
		if t == imports.ByNumber {
			attr = attrNumber(employeeNumberPath)
		}
		return []string{fmt.Sprintf(`SELECT key, `+userColumns+` FROM user_values JOIN users ON id = user_id WHERE attr = %d AND key`, attr) + in}
	case imports.ByExternal:
		return []string{`SELECT external_id, ` + userColumns + ` FROM users WHERE external_id <> '' AND external_id` + in,
			`SELECT value, ` + userColumns + ` FROM client_ids JOIN users ON id = resource_id WHERE kind = 'user' AND value` + in}
	}
	return []string{`SELECT user_name_key, ` + userColumns + ` FROM users WHERE user_name_key` + in}
}

// UsersAlike implements imports.Store.
func (s *Store) UsersAlike(ctx context.Context, t imports.Trait, values []string) (map[string]directory.User, error) {
	found := map[string]directory.User{}
	if len(values) == 0 {
		return found, nil
	}
	args, given := make([]any, len(values)), map[string][]string{}
	for i, v := range values {
		key, _, _ := keyOf(v, t == imports.ByExternal)
		args[i], given[key] = key, append(given[key], v)
	}
	type keyed struct {
		key string
		directory.User
	}
	for _, query := range usersAlike(t, len(values)) {
		all, err := list(ctx, s.r, func(row scanner) (k keyed, err error) {
			k.User, err = scanUser(behind{row, &k.key})
			return k, err
		}, query, args...)
		if err != nil {
			return nil, fmt.Errorf("find users who are alike: %w", err)
		}
		for _, k := range all {
			for _, v := range given[k.key] {
				if _, known := found[v]; !known {
					found[v] = k.User
				}
			}
		}
	}
	return found, nil
}

// behind scans one more column before the others.
type behind struct {
	row   scanner
	first any
}

func (b behind) Scan(dest ...any) error { return b.row.Scan(append([]any{b.first}, dest...)...) }

const causesQuery = `SELECT cause, verdict IN ('refuse', 'refused'), count(*), min(line) FROM import_rows WHERE import_id = $1 AND cause <> ''
	GROUP BY cause, verdict IN ('refuse', 'refused') ORDER BY count(*) DESC, cause LIMIT $2`

// Causes implements imports.Store.
func (s *Store) Causes(ctx context.Context, id string, limit int) ([]imports.Cause, error) {
	all, err := list(ctx, s.r, func(row scanner) (c imports.Cause, err error) {
		return c, row.Scan(&c.Words, &c.Refused, &c.Rows, &c.First)
	}, causesQuery, id, limit)
	if err != nil {
		return nil, fmt.Errorf("list causes of import %s: %w", id, err)
	}
	return all, nil
}
