package db_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"usher/db"
	"usher/db/dbtest"
	"usher/db/pgtest"
	"usher/directory"
)

// tells wants an error that is one sentence of ours about this database, and never the driver's words alone.
func tells(t *testing.T, err error, name string, words ...string) {
	t.Helper()
	f, ok := errors.AsType[*db.Fault](err)
	if !ok {
		t.Fatalf("got %v, want a fault of the database", err)
	}
	for _, w := range append(words, name) {
		if !strings.Contains(f.Words, w) {
			t.Errorf("%q does not say %q", f.Words, w)
		}
	}
	if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\n") {
		t.Errorf("the error holds the password or several lines: %q", err)
	}
}

func refused(t *testing.T, dsn, name string, words ...string) {
	t.Helper()
	s, err := db.Open(ctx, dsn, dbtest.Ring())
	if err == nil {
		s.Close()
		t.Fatalf("%s was opened", dsn)
	}
	if _, whole := err.(*db.Fault); !whole { //nolint:errorlint // the sentence alone is what is asked for
		t.Errorf("there are words around the sentence: %v", err)
	}
	tells(t, err, name, words...)
}

// filled is a closed database with people in it.
func filled(t *testing.T) string {
	t.Helper()
	path := dbtest.File(t)
	s, err := db.Open(ctx, path, dbtest.Ring())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		u := directory.User{ID: directory.NewID(), UserName: fmt.Sprintf("u%d", i), Source: directory.Console, State: directory.Live, Active: true, Version: 1}
		u.Title = strings.Repeat("t", 200)
		if err := s.CreateUser(ctx, u, change(at), at); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Writer(s).Exec(`PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFileThatIsNoDatabase(t *testing.T) {
	for name, content := range map[string][]byte{"text": bytes.Repeat([]byte("Dear diary. "), 1000), "a note": []byte("hello"), "a picture": append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 8000)...)} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "usher.db")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			refused(t, path, path, "is no SQLite database", "--db")
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, content) {
				t.Errorf("the file was changed: %v", err)
			}
		})
	}
	dir := filepath.Join(t.TempDir(), "usher.db")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	refused(t, dir, dir, "cannot be opened")
	deep := filepath.Join(dir, "no", "such", "usher.db")
	refused(t, deep, deep, "cannot be opened", "its folder is there")
}

func TestPagesOfGarbage(t *testing.T) {
	path := filled(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	spoil := func(from, to int) {
		t.Helper()
		bad := bytes.Clone(whole)
		for i := from; i < to; i++ {
			bad[i] = 0xA5
		}
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	spoil(100, len(whole)) // everything but the header
	refused(t, path, path, "is damaged", "restore the last backup")
	spoil(0, 4096)
	refused(t, path, path, "is no SQLite database")
	// From some page on: it may open, and then whoever comes to the page is told.
	for from := 4096; from < len(whole); from += 16 * 4096 {
		spoil(from, len(whole))
		s, err := db.Open(ctx, path, dbtest.Ring())
		if err == nil {
			if err = everything(s); err == nil {
				_, err = db.Writer(s).Exec(`UPDATE users SET user_name = user_name || 'x'`)
			}
			s.Close()
		}
		if err == nil {
			t.Errorf("garbage from byte %d of %d on went unnoticed", from, len(whole))
			continue
		}
		tells(t, err, path, "is damaged")
	}
}

// everything reads all rows of all tables.
func everything(s *db.Store) error {
	rows, err := db.Writer(s).Query(`SELECT name FROM sqlite_master WHERE type = 'table'`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			return err
		}
		tables = append(tables, n)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, n := range tables {
		if _, err := db.Writer(s).Exec(`SELECT count(*) FROM (SELECT * FROM ` + n + ` ORDER BY 1, 2)`); err != nil {
			return err
		}
	}
	return nil
}

func TestNewerTables(t *testing.T) {
	for name, dsn := range engines(t) {
		t.Run(name, func(t *testing.T) {
			s := dbtest.Open(t, dsn.address)
			if _, err := db.Writer(s).Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, TRUE)`); err != nil {
				t.Fatal(err)
			}
			refused(t, dsn.address, dsn.name, "made by a newer Usher", "version 9000", "Start that newer Usher")
		})
	}
}

type engine struct{ address, name string }

func engines(t *testing.T) map[string]engine {
	t.Helper()
	path := dbtest.File(t)
	address := pgtest.Empty(t)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]engine{"sqlite": {path, path}, "postgres": {address, fmt.Sprintf("The PostgreSQL database %q", strings.TrimPrefix(u.Path, "/"))}}
}

func TestFullDisk(t *testing.T) {
	path := dbtest.File(t)
	s := dbtest.Open(t, path)
	var pages int
	if err := db.Writer(s).QueryRow(`PRAGMA page_count`).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit := func(n int) {
		t.Helper()
		if _, err := db.Writer(s).Exec(fmt.Sprintf(`PRAGMA max_page_count = %d`, n)); err != nil {
			t.Fatal(err)
		}
	}
	limit(pages)
	var err error
	for i := 0; i < 100 && err == nil; i++ {
		err = s.SaveSetting(ctx, fmt.Sprint("filler", i), strings.Repeat("x", 20_000), change(at))
	}
	tells(t, err, path, "is full", "Free some space")
	limit(1 << 30)
	if err := errors.Join(s.SaveSetting(ctx, "filler", "x", change(at)), s.Probe(ctx)); err != nil {
		t.Errorf("there is space again, and still: %v", err)
	}
}

func TestReadOnlyAndLocked(t *testing.T) {
	path := dbtest.File(t)
	s := dbtest.Open(t, path)
	other, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := db.Writer(s).Exec(`PRAGMA query_only = ON`); err != nil {
		t.Fatal(err)
	}
	tells(t, s.Probe(ctx), path, "cannot be written", "read-only")
	if _, err := db.Writer(s).Exec(`PRAGMA query_only = OFF`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Writer(s).Exec(`PRAGMA busy_timeout = 1`); err != nil {
		t.Fatal(err)
	}
	tx, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(`DELETE FROM settings`); err != nil {
		t.Fatal(err)
	}
	tells(t, s.Probe(ctx), path, "locked by another program")
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := s.Probe(ctx); err != nil {
		t.Error(err)
	}
}

// Probing again and again keeps one row.
func TestProbeKeepsOneRow(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		count := func() (n int) {
			w.must(writer(w).QueryRow(`SELECT count(*) FROM settings`).Scan(&n))
			return n
		}
		w.must(w.Probe(ctx))
		before := count()
		for range 20 {
			w.must(w.Probe(ctx))
		}
		same(t, "rows", count(), before)
	})
}
