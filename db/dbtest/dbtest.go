// Package dbtest gives tests a fresh, migrated store. It is for tests only.
package dbtest

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"usher/db"
	"usher/db/pgtest"
)

// Ring is the data keys of every store that this package opens.
func Ring() db.Ring {
	r, err := db.NewRing(bytes.Repeat([]byte{7}, db.KeySize))
	if err != nil {
		panic(err)
	}
	return r
}

// template is a migrated SQLite file, made once for the test binary.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "dbtest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	if err := migrate(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func migrate(dsn string) error {
	s, err := db.Open(context.Background(), dsn, Ring())
	if err != nil {
		return err
	}
	return s.Close()
}

// File gives the path of a fresh, migrated SQLite file.
func File(t testing.TB) string {
	t.Helper()
	b, err := template()
	if err != nil {
		t.Fatalf("make template database: %v", err)
	}
	path := filepath.Join(t.TempDir(), "usher.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// New gives a fresh SQLite store, closed when the test ends.
func New(t testing.TB) *db.Store {
	t.Helper()
	return Open(t, File(t))
}

// Postgres gives a fresh PostgreSQL store. Without PostgreSQL the test is skipped, or fails where that is required.
func Postgres(t testing.TB) *db.Store {
	t.Helper()
	return Open(t, PostgresDSN(t))
}

// PostgresDSN names a fresh, migrated PostgreSQL database.
func PostgresDSN(t testing.TB) string {
	t.Helper()
	return pgtest.New(t, migrate)
}

// SetClock makes a database as if the clock on the wall had been set forward by d, or back, since everything in it was
// written. Nothing else may be using it.
func SetClock(t testing.TB, dsn string, d time.Duration) {
	t.Helper()
	c := connect(t, dsn)
	defer c.Close()
	for table, columns := range map[string][]string{
		"accounts":   {"due_at", "lease_until", "write_began", "write_until", "linked_at", "held_at", "dead_at", "verified_at"},
		"connectors": {"quarantine_since", "quarantine_until"},
	} {
		var set []string
		for _, name := range columns {
			set = append(set, name+" = "+name+" - "+strconv.FormatInt(d.Microseconds(), 10))
		}
		if _, err := c.Exec("UPDATE " + table + " SET " + strings.Join(set, ", ")); err != nil {
			t.Fatal(err)
		}
	}
}

// CheckCountsOf is CheckCounts of a database by its address.
func CheckCountsOf(t testing.TB, dsn string) {
	t.Helper()
	c := connect(t, dsn)
	defer c.Close()
	CheckCounts(t, c)
}

func connect(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	driver := "sqlite"
	if strings.HasPrefix(dsn, "postgres") {
		driver = "pgx"
	}
	c, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Open opens a store that is closed when the test ends.
func Open(t testing.TB, dsn string) *db.Store {
	t.Helper()
	return OpenWith(t, dsn, Ring())
}

// OpenWith is Open with other data keys.
func OpenWith(t testing.TB, dsn string, r db.Ring) *db.Store {
	t.Helper()
	s, err := db.Open(context.Background(), dsn, r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	return s
}

// Each runs a test on every engine.
func Each(t *testing.T, f func(t *testing.T, s *db.Store)) {
	t.Helper()
	EachDSN(t, func(t *testing.T, dsn string) { f(t, Open(t, dsn)) })
}

// EachDSN is Each for tests that open the fresh database themselves, such as those in virtual time.
func EachDSN(t *testing.T, f func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, File(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, PostgresDSN(t)) })
}
