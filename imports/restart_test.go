package imports_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"usher/directory"
	"usher/imports"
)

// cutOff is a file whose connection breaks before its end.
type cutOff struct{ text io.Reader }

func (c *cutOff) Read(b []byte) (int, error) {
	n, err := c.text.Read(b[:min(len(b), 4096)])
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// deaf is a store whose process dies before what was done is recorded: users are there, rows say nothing.
type deaf struct {
	imports.Store
	left int // batches that are recorded before
}

var errDead = errors.New("the process is dead")

func (d *deaf) RecordImport(ctx context.Context, p imports.Progress) (imports.Import, error) {
	if d.left--; d.left < 0 && p.Plan == (imports.Plan{}) {
		return imports.Import{}, errDead
	}
	return d.Store.RecordImport(ctx, p)
}

func (d *deaf) ReleaseImport(context.Context, string, string) error { return nil }

func (d *deaf) MoveImport(context.Context, string, imports.Move, directory.Change) error {
	return errDead
}

// TestDeathBeforeTheRecord: users that were made and not marked as made are recognised, and nobody is made twice.
func TestDeathBeforeTheRecord(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		stop := w.run()
		i := w.checked(people(500), imports.OnlyCreate, imports.RefuseUnknown)
		stop()
		dying := w.importer("dying")
		dying.Store = &deaf{Store: w.store, left: 2}
		w.start(i)
		end := runner(t, dying)
		for w.count() < 300 {
			time.Sleep(time.Millisecond)
		}
		end()
		w.same("rows that say created", w.now(i).Done.Created, 200)
		runner(t, w.importer("next"))
		i = w.until(i, imports.Finished)
		w.same("done", i.Done, imports.Done{Created: 500})
		w.same("users", w.count(), 500)
	})
}

// TestDeathWhileATargetIsAsked: the staged user is taken back by the engine, and the row is worked on again.
func TestDeathWhileATargetIsAsked(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		w.target()
		stop := w.run()
		i := w.checked(people(1), imports.OnlyCreate, imports.RefuseUnknown)
		stop()
		w.start(i)
		now := w.Now()
		staged := directory.User{ID: directory.NewID(), UserName: "u000000", Active: true, Source: directory.Import}
		staged.Arrival.Row = directory.ImportRow{ImportID: i.ID, N: 1}
		w.must(w.store.CreateUser(t.Context(), staged, w.Directory.Change(clerk, directory.ActionUserCreate, staged.ID, "u"), now.Add(time.Second)))
		w.run()
		time.Sleep(100 * time.Millisecond)
		w.same("done while the user is staged", w.now(i).Done, imports.Done{})
		_, err := w.store.TakeBackStaged(t.Context(), now.Add(time.Hour))
		w.must(err)
		i = w.until(i, imports.Finished)
		w.same("done", i.Done, imports.Done{Created: 1})
		if u := w.user("u000000"); u.ID == staged.ID {
			t.Error("the user that was taken back is live")
		}
	})
}

// TestTwoAtOneRow: a row makes one user, whoever is at it.
func TestTwoAtOneRow(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		stop := w.run()
		i := w.checked(people(1), imports.OnlyCreate, imports.RefuseUnknown)
		stop()
		for n, name := range []string{"one", "two"} {
			u := directory.User{UserName: name, Active: true, Source: directory.Import}
			u.Arrival.Row = directory.ImportRow{ImportID: i.ID, N: 1}
			if _, _, err := w.Directory.CreateUser(t.Context(), u, clerk); (err == nil) != (n == 0) {
				t.Errorf("%s: %v", name, err)
			}
		}
		w.start(i)
		w.run()
		w.same("done", w.until(i, imports.Finished).Done, imports.Done{Created: 1})
	})
}

// TestRestarts stops runners at random instants, some of them without a word, and starts new ones, two at a time.
func TestRestarts(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		const rows = 1500
		stop := w.run()
		i := w.checked(people(rows), imports.OnlyCreate, imports.RefuseUnknown)
		stop()
		w.start(i)
		for n := 0; w.now(i).State() == imports.Running; n++ {
			one, two := w.importer("one"), w.importer("two")
			one.LeaseFor, two.LeaseFor = 300*time.Millisecond, 300*time.Millisecond
			if n%2 == 0 {
				one.Store = &deaf{Store: w.store, left: rand.IntN(8)}
			}
			endOne, endTwo := runner(t, one), runner(t, two)
			time.Sleep(time.Duration(200+rand.IntN(500)) * time.Millisecond)
			endOne()
			endTwo()
		}
		i = w.now(i)
		w.same("done", i.Done, imports.Done{Created: rows})
		w.same("users", w.count(), rows)
		left, err := w.store.ImportRows(t.Context(), imports.RowFilter{ImportID: i.ID, Verdicts: []imports.Verdict{imports.WillCreate, imports.Refused}})
		w.must(err)
		w.same("rows that were lost", len(left), 0)
	})
}

// TestLostLease: what somebody records after the import went to another is void.
func TestLostLease(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		i := w.upload(people(2))
		w.must(w.Map(t.Context(), i, i.Mapping, imports.OnlyCreate, imports.RefuseUnknown))
		now := w.Now()
		i, ok, err := w.store.ClaimImport(t.Context(), "one", now, now.Add(time.Second))
		if err != nil || !ok || i.Lease != "one" {
			t.Fatal(i, ok, err)
		}
		if _, ok, err := w.store.ClaimImport(t.Context(), "two", now, now.Add(time.Second)); ok || err != nil {
			t.Fatal("a leased import was leased again: ", err)
		}
		if _, ok, err = w.store.ClaimImport(t.Context(), "two", now.Add(2*time.Second), now.Add(3*time.Second)); !ok || err != nil {
			t.Fatal("an import whose lease has ended is not to be had: ", err)
		}
		p := imports.Progress{ImportID: i.ID, Lease: "one", Until: now, Position: 2, Plan: imports.Plan{Create: 2}}
		if _, err := w.store.RecordImport(t.Context(), p); !errors.Is(err, imports.ErrLost) {
			t.Errorf("record: %v", err)
		}
		if err := w.store.RenewImport(t.Context(), i.ID, "one", now); !errors.Is(err, imports.ErrLost) {
			t.Errorf("renew: %v", err)
		}
		if err := w.store.FinishCheck(t.Context(), i.ID, "one", now); !errors.Is(err, imports.ErrLost) {
			t.Errorf("finish: %v", err)
		}
		w.same("position", w.now(i).Position, 0)
		w.must(w.Map(t.Context(), i, i.Mapping, imports.OnlyCreate, imports.RefuseUnknown))
		if err := w.store.RenewImport(t.Context(), i.ID, "two", now); !errors.Is(err, imports.ErrLost) {
			t.Errorf("renew after other columns were chosen: %v", err)
		}
		if err := w.Map(t.Context(), i, imports.Mapping{"", ""}, imports.OnlyCreate, ""); directory.CodeOf(err) != directory.Invalid || !strings.Contains(err.Error(), "unknown:") {
			t.Errorf("a wrong mapping: %v", err)
		}
	})
}
