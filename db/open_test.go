package db_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"usher/db"
	"usher/db/dbtest"
	"usher/db/pgtest"
	"usher/directory"
	"usher/provisioning"
)

func TestOpenRefuses(t *testing.T) {
	for _, dsn := range []string{"", ":memory:", "mysql://u:hunter2@host/db", "postgres://u:hunter2@ho st/db", filepath.Join(t.TempDir(), "no", "such", "usher.db")} {
		s, err := db.Open(ctx, dsn, dbtest.Ring())
		if err == nil {
			t.Errorf("%q was opened", dsn)
			s.Close()
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error holds the password: %v", err)
		}
	}
}

func TestOpenOddPaths(t *testing.T) {
	for _, name := range []string{"a b.db", "50%.db", "what#is.db", "ä.db"} {
		path := filepath.Join(t.TempDir(), name)
		dbtest.Open(t, path)
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	path := filepath.Join(t.TempDir(), "url.db")
	dbtest.Open(t, "file:"+path+"?mode=rwc")
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

// TestOpenTogether starts several processes' worth of stores on one new database.
func TestOpenTogether(t *testing.T) {
	for name, dsn := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "usher.db") },
		"postgres": func(t *testing.T) string { return pgtest.Empty(t) },
	} {
		t.Run(name, func(t *testing.T) {
			address := dsn(t)
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					s, err := db.Open(ctx, address, dbtest.Ring())
					if err != nil {
						t.Error(err)
						return
					}
					defer s.Close()
					if err := s.Ping(ctx); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		})
	}
}

func TestPragmas(t *testing.T) {
	s := dbtest.New(t)
	for pragma, want := range map[string]string{"foreign_keys": "1", "journal_mode": "wal", "synchronous": "2", "busy_timeout": "10000"} {
		var got string
		if err := db.Writer(s).QueryRow("PRAGMA " + pragma).Scan(&got); err != nil {
			t.Fatal(err)
		}
		same(t, pragma, got, want)
	}
}

func TestLockInstance(t *testing.T) {
	path := dbtest.File(t)
	a, b := dbtest.Open(t, path), dbtest.Open(t, path)
	release, err := a.LockInstance(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.LockInstance(t.Context()); err == nil || !strings.Contains(err.Error(), "another Usher already serves") {
		t.Errorf("second server: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	release, err = b.LockInstance(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
}

// TestPostgresSortsByBytes: the server of these tests sorts text by language, the columns must not.
func TestPostgresSortsByBytes(t *testing.T) {
	w := build(t, dbtest.Postgres(t))
	var byLanguage bool
	w.must(writer(w).QueryRow(`SELECT 'a' < 'B'`).Scan(&byLanguage))
	if !byLanguage {
		t.Fatal("the server sorts by bytes, so this proves nothing")
	}
	var n int
	w.must(writer(w).QueryRow(`SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'text'
		AND table_name NOT LIKE 'goose%' AND collation_name IS DISTINCT FROM 'C'`).Scan(&n))
	same(t, "text columns of another collation", n, 0)
}

// TestConcurrentWriters claims, edits and records from several sides; no account may be tried twice at once and
// nobody may be missed by a provisioner that is added meanwhile.
func TestConcurrentWriters(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		for i := range 60 {
			w.user(fmt.Sprintf("early%02d", i))
		}
		var mu sync.Mutex
		leased := map[string]bool{}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { claimAndRecord(t, w, &mu, leased) })
		}
		for g := range 2 {
			wg.Go(func() {
				for i := range 15 {
					u := person(fmt.Sprintf("late%d-%02d", g, i))
					if err := w.CreateUser(ctx, u, change(at), time.Time{}); err != nil {
						t.Error(err)
						return
					}
					u.Title = "x"
					if _, err := w.UpdateUser(ctx, u, change(at)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		second := w.second()
		wg.Wait()
		p, err := w.Progress(ctx, second.ID)
		w.must(err)
		same(t, "accounts at the provisioner that was added meanwhile", p.Total, 90)
	})
}

func claimAndRecord(t *testing.T, w *fixture, mu *sync.Mutex, leased map[string]bool) {
	for range 20 {
		tasks, err := w.Claim(context.Background(), provisioning.Claim{ConnectorID: w.connector.ID, Least: provisioning.Bulk, Limit: 7,
			Lease: directory.NewToken(), Until: at.Add(time.Hour), Now: at})
		if err != nil {
			t.Error(err)
			return
		}
		var rs []provisioning.Result
		mu.Lock()
		for _, task := range tasks {
			if leased[task.UserID] {
				t.Errorf("user %s is tried twice at once", task.User.UserName)
			}
			leased[task.UserID] = true
			rs = append(rs, created(task, "r"+task.UserID))
		}
		mu.Unlock()
		time.Sleep(time.Millisecond)
		mu.Lock()
		for _, task := range tasks {
			delete(leased, task.UserID)
		}
		mu.Unlock()
		if _, err := w.Record(context.Background(), rs, at); err != nil {
			t.Error(err)
		}
	}
}

// TestBackfillWaitsForUsersBeingAdded: on PostgreSQL a back-fill does not see a user whose transaction is still open,
// and that transaction did not see the provisioner.
func TestBackfillWaitsForUsersBeingAdded(t *testing.T) {
	w := build(t, dbtest.Postgres(t))
	w.must(w.DeleteProvisioner(ctx, w.provisioner.ID, change(at)))
	tx, err := writer(w).Begin()
	w.must(err)
	defer tx.Rollback()
	w.must(db.LockUsers(w.Store, tx))
	_, err = tx.Exec(`INSERT INTO users (id, user_name, user_name_key, state, active, source, external_id, attributes, password_hash, version, created_at, updated_at)
		VALUES ('u1', 'ada', 'ada', 'live', TRUE, 'console', '', '{}', '', 1, 1, 1)`)
	w.must(err)
	done := make(chan error)
	go func() { done <- w.CreateProvisioner(ctx, w.provisioner, change(at)) }()
	select {
	case err := <-done:
		t.Fatalf("the back-fill did not wait: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	w.must(tx.Commit())
	w.must(<-done)
	w.account(directory.User{ID: "u1"})
}

func TestANewDatabaseIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "usher.db")
	s, err := db.Open(t.Context(), path, dbtest.Ring())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", suffix, info.Mode(), err)
		}
	}
}
