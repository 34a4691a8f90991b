package db_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"usher/db"
	"usher/db/dbtest"
)

// TestWatchHearsOfAnotherProcess: two stores over one database are as two processes.
func TestWatchHearsOfAnotherProcess(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		here, there := dbtest.Open(t, dsn), dbtest.Open(t, dsn)
		heard := make(chan struct{}, 1)
		ctx, stop := context.WithCancel(t.Context())
		var watching sync.WaitGroup
		watching.Go(func() {
			here.Watch(ctx, func() {
				select {
				case heard <- struct{}{}:
				default:
				}
			})
		})
		for range 3 {
			hear(t, there, heard)
		}
		stop()
		watching.Wait()
	})
}

// hear changes the database until it is heard of: the first change may come before anybody watches.
func hear(t *testing.T, there *db.Store, heard chan struct{}) {
	t.Helper()
	select {
	case <-heard: // of an earlier change
	default:
	}
	for range 600 {
		must(t, there.Probe(t.Context()))
		select {
		case <-heard:
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
	t.Fatal("a change of another process was not heard of within a minute")
}

// TestWatchEndsWithItsContext also while the database does not answer.
func TestWatchEndsWithItsContext(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		s := dbtest.Open(t, dsn)
		must(t, s.Close())
		ctx, stop := context.WithCancel(t.Context())
		s.Watch(ctx, stop)
	})
}
