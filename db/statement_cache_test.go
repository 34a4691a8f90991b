package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
)

// onOne gives a connection to a new SQLite file, and what it keeps.
func onOne(t *testing.T, f func(c *sql.Conn, kept *statementCache)) {
	t.Helper()
	s := &Store{}
	if err := s.connectSQLite(filepath.Join(t.TempDir(), "x.db")); err != nil {
		t.Fatal(err)
	}
	defer s.w.Close()
	defer s.r.Close()
	c, err := s.w.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var kept *statementCache
	if err := c.Raw(func(driver any) error { kept = &driver.(*guardedConn).kept; return nil }); err != nil {
		t.Fatal(err)
	}
	f(c, kept)
}

func one(ctx context.Context, c *sql.Conn, query string, args ...any) (n int, err error) {
	err = c.QueryRowContext(ctx, query, args...).Scan(&n)
	return n, err
}

func TestStatementsAreKept(t *testing.T) {
	onOne(t, func(c *sql.Conn, kept *statementCache) {
		for want := range 3 {
			if n, err := one(t.Context(), c, `SELECT $1 + 0`, want); err != nil || n != want {
				t.Errorf("%d, %v; want %d: a kept statement remembers an argument", n, err, want)
			}
		}
		first := kept.byQuery[`SELECT $1 + 0`]
		if first == nil || first.busy {
			t.Fatalf("kept: %+v", first)
		}
		for i := range 2 * mostStatements {
			if _, err := one(t.Context(), c, fmt.Sprintf(`SELECT %d`, i)); err != nil {
				t.Fatal(err)
			}
			if i == mostStatements/2 {
				if n, err := one(t.Context(), c, `SELECT $1 + 0`, 7); err != nil || n != 7 || kept.byQuery[`SELECT $1 + 0`] != first {
					t.Errorf("%d, %v: one that was asked lately is prepared again", n, err)
				}
			}
		}
		if n := len(kept.byQuery); n != mostStatements {
			t.Errorf("%d statements are kept, want %d", n, mostStatements)
		}
		if n, err := one(t.Context(), c, `SELECT $1 + 0`, 8); err != nil || n != 8 {
			t.Error("dropped for good:", n, err)
		}
	})
}

func TestAStatementIsAskedWhileItsRowsAreRead(t *testing.T) {
	const query = `SELECT value FROM (SELECT 1 AS value UNION ALL SELECT 2 UNION ALL SELECT 3) ORDER BY value`
	onOne(t, func(c *sql.Conn, kept *statementCache) {
		rows, err := c.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		var outer []int
		for rows.Next() {
			var n int
			if err := rows.Scan(&n); err != nil {
				t.Fatal(err)
			}
			outer = append(outer, n)
			if inner, err := one(t.Context(), c, query); err != nil || inner != 1 {
				t.Errorf("asked again while it is read: %d, %v", inner, err)
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(outer) != 3 || kept.byQuery[query].busy {
			t.Error(outer, err, kept.byQuery[query])
		}
	})
}

func TestAScriptIsNotKept(t *testing.T) {
	onOne(t, func(c *sql.Conn, kept *statementCache) {
		const script = `CREATE TEMP TABLE a (n INTEGER); INSERT INTO a VALUES (1); INSERT INTO a VALUES (2)`
		if _, err := c.ExecContext(t.Context(), script); err != nil {
			t.Fatal(err)
		}
		n, err := one(t.Context(), c, `SELECT count(*) FROM a`)
		if err != nil || n != 2 || kept.byQuery[script] != nil {
			t.Error(n, err, "every statement of a script is carried out, and none is kept")
		}
	})
}
