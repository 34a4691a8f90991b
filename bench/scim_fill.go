package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"usher/db"
	"usher/directory"
)

const (
	fillBatch  = 20_000    // users that one transaction makes
	fillDigits = "0000000" // in the texts of the model; everybody else has their own number there
)

// filler makes many users quickly: one is created as everywhere, and the database copies its rows, with other IDs and
// numbers in the texts. So they are what CreateUser writes.
type filler struct {
	store *db.Store
	sql   *sql.DB
	model directory.User
	users int
}

func newFiller(ctx context.Context, store *db.Store, dsn string) (*filler, error) {
	driver := "pgx"
	if store.Engine() == "sqlite" {
		driver, dsn = "sqlite", "file:"+dsn+"?_pragma=busy_timeout(60000)&_pragma=cache_size(-200000)&_pragma=synchronous(OFF)"
	}
	d, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, err
	}
	d.SetMaxOpenConns(1)
	u := sample(0)
	u.ID, u.Source, u.UserName = directory.NewID(), directory.SCIM, "user"+fillDigits
	u.Name = directory.Name{GivenName: "Given" + fillDigits, FamilyName: "Family" + fillDigits}
	u.Emails = nil
	u.SetEmail(u.UserName + "@example.com")
	c := directory.Change{ID: u.ID, At: time.Now(), Actor: directory.Actor{Kind: directory.BySystem}, Action: directory.ActionUserCreate,
		Target: u.ID, Label: u.UserName}
	if err := store.CreateUser(ctx, u, c, time.Time{}); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return &filler{store: store, sql: d, model: u, users: 1}, nil
}

// to makes users until there are so many, numbered from 0.
func (f *filler) to(ctx context.Context, size int) error {
	for f.users < size {
		n := min(fillBatch, size-f.users)
		tx, err := f.sql.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if err := f.copyRows(ctx, tx, f.users, f.users+n-1); err != nil {
			return errors.Join(err, tx.Rollback())
		}
		if err := tx.Commit(); err != nil {
			return err
		}
		f.users += n
	}
	if f.store.Engine() == "postgres" {
		_, err := f.sql.ExecContext(ctx, `VACUUM ANALYZE`) // autovacuum would, a little later
		return err
	}
	return nil
}

func (f *filler) copyRows(ctx context.Context, tx *sql.Tx, from, to int) error {
	for _, t := range [][2]string{{"users", "id"}, {"user_terms", "user_id"}, {"user_values", "user_id"}, {"changes", "target"}} {
		if err := copyRow(ctx, tx, t[0], t[1], f.model.ID, from, to, nil); err != nil {
			return err
		}
	}
	return nil
}

const (
	numbers = `WITH RECURSIVE n(i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < CAST($2 AS BIGINT)) `
	digits  = `substr(CAST(10000000 + i AS TEXT), 2)` // as many as fillDigits are
)

// copyRow copies the row of a table whose key is the model's, with the numbers from one to another. special says what a
// column of a copy has that is not like the model's; "" leaves the column out.
func copyRow(ctx context.Context, tx *sql.Tx, table, key, model string, from, to int, special map[string]string) error {
	columns, values, err := columnsOf(ctx, tx, table, special)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf(numbers+`INSERT INTO %s (%s) SELECT %s FROM n CROSS JOIN %s WHERE %s = $3`, table, columns, values, table, key),
		from, to, model)
	if err != nil {
		return fmt.Errorf("fill %s: %w", table, err)
	}
	return nil
}

// columnsOf are the columns of a table, and what the copy with the number i has in them.
func columnsOf(ctx context.Context, tx *sql.Tx, table string, special map[string]string) (names, values string, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT * FROM `+table+` WHERE 1 = 0`)
	if err != nil {
		return "", "", err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return "", "", err
	}
	var all, copied []string
	for _, t := range types {
		name, value := t.Name(), t.Name()
		other, is := special[name]
		switch {
		case is && other == "":
			continue
		case is:
			value = other
		case name == "id", name == "user_id", name == "group_id" && table != "attempts", name == "resource_id", name == "target":
			value = copiedID(name)
		case name == "name_skeleton": // has letters for the figures 0 and 1
			value = `replace(replace(replace(` + name + `, '` + strings.Repeat("o", len(fillDigits)) + `', ` + digits + `), '0', 'o'), '1', 'l')`
		case name == "created_at", name == "updated_at":
			value = name + ` + i`
		case t.DatabaseTypeName() == "TEXT":
			value = `replace(` + name + `, '` + fillDigits + `', ` + digits + `)`
		}
		all, copied = append(all, name), append(copied, value)
	}
	return strings.Join(all, ", "), strings.Join(copied, ", "), rows.Err()
}

// copiedID is the ID of the copy with the number i.
func copiedID(model string) string { return `substr(` + model + `, 1, 24) || '00000' || ` + digits }
