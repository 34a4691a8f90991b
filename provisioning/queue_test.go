package provisioning

import (
	"testing"
	"testing/synctest"
	"time"

	"usher/connectors"
)

func testLane(s Store, concurrency int) *queue {
	l := &queue{engine: quietEngine(s), id: "c"}
	l.update(Target{}, &Opened{Budget: connectors.Budget{Concurrency: concurrency}})
	return l
}

// fill makes tasks wait without starting them.
func (l *queue) fill(urgent, bulk int) {
	l.urgent, l.bulk = make([]Task, urgent), make([]Task, bulk)
	for i := range l.urgent {
		l.urgent[i].Priority = People
	}
	for i := range l.bulk {
		l.bulk[i].Priority = Bulk
	}
}

// begin starts what may be tried now and counts it.
func (l *queue) begin() (urgent, bulk int) {
	for {
		t, _, ok := l.next()
		switch {
		case !ok:
			return urgent, bulk
		case t.Priority >= Bulk:
			bulk++
		default:
			urgent++
		}
	}
}

func ended(p Priority, k connectors.Kind) Result {
	r := Result{Kind: k}
	r.Task.Priority = p
	return r
}

func TestBulkWorkLeavesASlotFree(t *testing.T) {
	l := testLane(nil, 4)
	l.fill(0, 10)
	if _, bulk := l.begin(); bulk != 3 {
		t.Error(bulk, "bulk tasks began at once, want 3 of 4")
	}
	l.finished(ended(Bulk, ""))
	if _, bulk := l.begin(); bulk != 1 {
		t.Error(bulk, "bulk tasks began after one ended, want 1")
	}
	l.urgent = make([]Task, 5)
	if urgent, bulk := l.begin(); urgent != 1 || bulk != 0 {
		t.Error(urgent, bulk, "began, want the slot that was kept free")
	}
}

func TestUrgentWorkNeverWaitsForBulkWorkOnly(t *testing.T) {
	l := testLane(nil, 2)
	l.atOnce.now = 1 // the target said “too many”
	l.fill(0, 3)
	if _, bulk := l.begin(); bulk != 1 {
		t.Error(bulk, "bulk tasks began; a narrow queue still does bulk work, one at a time")
	}
	l.urgent = make([]Task, 3)
	if urgent, _ := l.begin(); urgent != 1 {
		t.Error(urgent, "urgent tasks began beside a bulk one, want 1")
	}
}

func TestTooManyRequestsHalveTheQueueAndItGrowsBackSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := testLane(nil, 8)
		tooMany := func() Result {
			time.Sleep(time.Second)
			r := ended(People, connectors.RateLimited)
			r.Err, r.StartedAt = busy(connectors.RateLimited, 0), time.Now()
			return r
		}
		for _, want := range []float64{4, 2, 1, 1, 1} {
			l.busy = 8
			if l.finished(tooMany()); l.atOnce.now != want {
				t.Fatal("concurrency", l.atOnce.now, "want", want)
			}
		}
		l.update(Target{}, l.opened) // as every dispatch does
		l.busy = 0
		l.fill(5, 0)
		if urgent, _ := l.begin(); urgent != 1 {
			t.Error(urgent, "began in a queue one wide")
		}
		succeed := func(n int) {
			for range n {
				l.busy = l.slots()
				l.finished(ended(People, ""))
			}
		}
		if succeed(3); l.slots() != 2 {
			t.Error("concurrency", l.atOnce.now, "after a round of one and a round of two")
		}
		if succeed(200); l.slots() != 7 {
			t.Error("concurrency", l.atOnce.now, "after a while: eight were too many")
		}
		time.Sleep(lastDoubt)
		if succeed(200); l.slots() != 8 {
			t.Error("concurrency", l.atOnce.now, "in the end")
		}
	})
}

func TestAKindWithoutABudgetIsWorkedAllTheSame(t *testing.T) {
	l := testLane(nil, 0)
	if urgent, bulk := l.capacity(); urgent == 0 || bulk == 0 {
		t.Error("no room:", urgent, bulk)
	}
	l.fill(3, 0)
	if urgent, _ := l.begin(); urgent != 2 {
		t.Error(urgent, "began")
	}
}

func TestRoom(t *testing.T) {
	for _, c := range []struct {
		rate                     float64
		queuedUrgent, queuedBulk int
		urgent, bulk             int
	}{
		{0, 0, 0, 8, 8}, // two rounds of four
		{0, 5, 4, 3, 8},
		{0, 9, 5, 0, 0}, // no more while half of the bulk work waits
		{100, 0, 0, 100, 100},
		{100, 0, 51, 100, 0},
		{10_000, 0, 0, maxBatch, maxBatch},
	} {
		l := testLane(nil, 4)
		l.rate = c.rate / queueFor.Seconds()
		l.fill(c.queuedUrgent, c.queuedBulk)
		if urgent, bulk := l.capacity(); urgent != c.urgent || bulk != c.bulk {
			t.Errorf("%+v: room for %d and %d", c, urgent, bulk)
		}
	}
}

func TestMoreWorkIsAskedForOnceARound(t *testing.T) {
	l := testLane(nil, 4)
	asked := func() bool {
		select {
		case <-l.engine.wake:
			return true
		default:
			return false
		}
	}
	l.fill(0, maxBatch)
	if l.finished(ended(Bulk, "")); asked() {
		t.Error("asked for more while plenty waits")
	}
	l.fill(0, l.ahead()/2)
	if l.finished(ended(Bulk, "")); !asked() {
		t.Error("did not ask for the next batch in time")
	}
	if l.finished(ended(Bulk, "")); asked() {
		t.Error("asked twice")
	}
	l.capacity()
	if l.finished(ended(Bulk, "")); !asked() {
		t.Error("did not ask after the last answer was used up")
	}
}

func TestTemporaryFailuresInARow(t *testing.T) {
	for k, want := range map[connectors.Kind]bool{
		"": false, connectors.Invalid: false, connectors.Conflict: false, connectors.NotFound: false, // the target answered
		connectors.RateLimited: true, connectors.Pending: true, connectors.Unknown: true,
	} {
		l := testLane(nil, 4)
		for range sickAfter - 2 {
			l.count(connectors.Temporary)
		}
		if l.count(connectors.Unknown) {
			t.Error("too many already")
		}
		if l.count(k); l.count(connectors.Temporary) != want {
			t.Errorf("nine failures, %q, one failure: too many is %v", k, !want)
		}
	}
}

// A quarantine may end without a check of this process: the configuration was saved, or another process checked.
func TestOnlyAFailureIsTheLastStraw(t *testing.T) {
	l := testLane(nil, 4)
	for range sickAfter {
		l.count(connectors.Temporary)
	}
	for _, k := range []connectors.Kind{connectors.RateLimited, connectors.Pending} {
		if l.count(k) {
			t.Errorf("%s paused the connector", k)
		}
	}
	l.update(Target{}, &Opened{})
	if l.count(connectors.Temporary) {
		t.Error("failures of the old configuration count against the new one")
	}
}

func TestBackoffIsNeverNothing(t *testing.T) {
	for range 500 {
		if d := backoff(1); d < 100*time.Millisecond || d > 2*time.Second {
			t.Fatal(d)
		}
	}
}
