package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"usher/db"
	"usher/db/dbtest"
)

// parts is a store of SQLite whose write transactions meet in one group: the first waits inside until others wait for it.
type parts struct {
	t     *testing.T
	s     *db.Store
	mu    sync.Mutex
	told  map[string]error
	wg    sync.WaitGroup
	ready chan struct{} // closed: the first may go on
}

func newParts(t *testing.T) *parts {
	p := &parts{t: t, s: dbtest.New(t), told: map[string]error{}, ready: make(chan struct{})}
	db.JoinFor(p.s, time.Hour)
	_, err := db.Writer(p.s).Exec(`CREATE TABLE parts (name TEXT PRIMARY KEY)`)
	must(t, err)
	inside := make(chan struct{})
	enter := sync.OnceFunc(func() { close(inside) })
	p.begin("first", t.Context(), func(tx *sql.Tx) error {
		enter()
		<-p.ready
		return insertPart(tx, "first")
	})
	<-inside
	return p
}

func insertPart(tx *sql.Tx, name string) error {
	_, err := tx.Exec(`INSERT INTO parts VALUES ($1)`, name)
	return err
}

// begin runs a transaction beside the others, and returns when it waits for its turn.
func (p *parts) begin(name string, ctx context.Context, f func(*sql.Tx) error) {
	before := db.WritersWaiting(p.s)
	p.wg.Go(func() {
		err := errors.New("it did not return")
		defer func() {
			_ = recover()
			p.mu.Lock()
			defer p.mu.Unlock()
			p.told[name] = err
		}()
		err = db.Write(ctx, p.s, f)
	})
	if name != "first" {
		for db.WritersWaiting(p.s) == before {
			runtime.Gosched()
		}
	}
}

func (p *parts) insert(name string) {
	p.begin(name, p.t.Context(), func(tx *sql.Tx) error { return insertPart(tx, name) })
}

// end lets the first one go on and gives what is in the database when all have returned.
func (p *parts) end() []string {
	p.t.Helper()
	close(p.ready)
	p.wg.Wait()
	rows, err := db.Writer(p.s).Query(`SELECT name FROM parts ORDER BY name`)
	must(p.t, err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var name string
		must(p.t, rows.Scan(&name))
		all = append(all, name)
	}
	must(p.t, rows.Err())
	return all
}

func (p *parts) want(has []string, want ...string) {
	p.t.Helper()
	slices.Sort(want)
	if !slices.Equal(has, want) {
		p.t.Errorf("the database has %v, want %v (%v)", has, want, p.told)
	}
	for _, name := range want {
		if p.told[name] != nil {
			p.t.Errorf("%s is there and was told %v", name, p.told[name])
		}
	}
}

func TestWritersShareACommit(t *testing.T) {
	p := newParts(t)
	transactions := map[*sql.Tx]bool{}
	for i := range 20 {
		name := fmt.Sprintf("p%02d", i)
		p.begin(name, t.Context(), func(tx *sql.Tx) error {
			transactions[tx] = true // one after another
			return insertPart(tx, name)
		})
	}
	if has := p.end(); len(has) != 21 {
		t.Errorf("the database has %v", has)
	}
	if len(transactions) != 1 {
		t.Errorf("%d transactions for 20 that waited for each other", len(transactions))
	}
}

func TestAPartThatFailsTakesNobodyAlong(t *testing.T) {
	p := newParts(t)
	failed := errors.New("failed")
	p.insert("before")
	p.begin("fails", t.Context(), func(tx *sql.Tx) error {
		must(t, insertPart(tx, "fails"))
		return failed
	})
	p.begin("refused", t.Context(), func(tx *sql.Tx) error { return insertPart(tx, "before") })
	p.begin("panics", t.Context(), func(tx *sql.Tx) error {
		must(t, insertPart(tx, "panics"))
		panic("no")
	})
	p.insert("after")
	p.want(p.end(), "first", "before", "after")
	if p.told["fails"] != failed { //nolint:errorlint // the very error
		t.Error("told", p.told["fails"])
	}
	if p.told["refused"] == nil || p.told["panics"] == nil {
		t.Error("told", p.told)
	}
}

// TestAPartThatBreaksTheGroup: after a full disk, SQLite rolls back everything. The others do theirs again.
// An error that is about what another part wrote is told when that is there to be seen.
func TestARefusalIsToldAfterTheCommit(t *testing.T) {
	p := newParts(t)
	p.insert("twin")
	seen, told := 0, false
	p.wg.Go(func() {
		err := db.Write(t.Context(), p.s, func(tx *sql.Tx) error { return insertPart(tx, "twin") })
		told = err != nil
		if err := db.Reader(p.s).QueryRow(`SELECT count(*) FROM parts WHERE name = 'twin'`).Scan(&seen); err != nil {
			t.Error(err)
		}
	})
	for db.WritersWaiting(p.s) < 2 {
		runtime.Gosched()
	}
	last := make(chan struct{})
	p.begin("last", t.Context(), func(tx *sql.Tx) error { <-last; return insertPart(tx, "last") })
	time.AfterFunc(100*time.Millisecond, func() { close(last) }) // the group does not end before
	p.want(p.end(), "first", "last", "twin")
	if !told || seen != 1 {
		t.Errorf("the second twin was refused: %v, and found %d of the first", told, seen)
	}
}

func TestAPartThatBreaksTheGroup(t *testing.T) {
	p := newParts(t)
	p.insert("before")
	broken := errors.New("disk full")
	p.begin("breaks", t.Context(), func(tx *sql.Tx) error {
		must(t, insertPart(tx, "breaks"))
		_, err := tx.Exec(`ROLLBACK`) // as SQLite does by itself
		must(t, err)
		return broken
	})
	p.begin("hides it", t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`ROLLBACK`)
		return err
	})
	p.insert("after")
	p.want(p.end(), "first", "before", "after")
	if p.told["breaks"] != broken || p.told["hides it"] == nil { //nolint:errorlint // the very error
		t.Error("told", p.told)
	}
}

func TestWhoGivesUpLeavesTheOthers(t *testing.T) {
	p := newParts(t)
	p.insert("before")
	waits, stop := context.WithCancel(t.Context())
	p.begin("waits", waits, func(tx *sql.Tx) error { return insertPart(tx, "waits") })
	stop()
	for db.WritersWaiting(p.s) != 1 { // until it has left the queue
		runtime.Gosched()
	}
	writes, stopWriting := context.WithCancel(t.Context())
	p.begin("writes", writes, func(tx *sql.Tx) error {
		must(t, insertPart(tx, "writes"))
		stopWriting()
		return insertMany(writes, tx)
	})
	p.insert("after")
	p.want(p.end(), "first", "before", "after")
	for _, name := range []string{"waits", "writes"} {
		if !errors.Is(p.told[name], context.Canceled) {
			t.Errorf("%s was told %v", name, p.told[name])
		}
	}
}

// insertMany takes long enough for SQLite to notice that ctx has ended.
func insertMany(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO parts SELECT 'many' || i FROM n`)
	return err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
