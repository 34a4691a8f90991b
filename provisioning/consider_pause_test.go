package provisioning

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"usher/connectors"
	"usher/directory"
)

func judged(l *queue, o *Opened, k connectors.Kind, op Operation) {
	r := Result{Operation: op, Kind: k}
	if k != "" {
		r.Err = fails(k).err
	}
	l.engine.considerPause(l, o, r)
}

func TestWhatPausesAConnector(t *testing.T) {
	for _, c := range []struct {
		kind connectors.Kind
		op   Operation
		want Class
		step time.Duration
	}{
		{connectors.Denied, OpDelete, AllOperations, firstProbe},
		{connectors.Misconfigured, OpCreate, WritesOnly, firstProbe},
		{connectors.Refused, OpUpdate, "", 0},
		{connectors.Misconfigured, OpDelete, "", 0}, // this account cannot be taken away; others can be made
		{connectors.Misconfigured, OpDisable, "", 0},
		{connectors.Temporary, OpCreate, "", 0},
		{connectors.Invalid, OpCreate, "", 0},
		{"", OpCreate, "", 0},
	} {
		s := &ledger{}
		l := testLane(s, 4)
		l.fill(2, maxBatch+1)
		judged(l, l.opened, c.kind, c.op)
		if c.want == "" {
			if len(s.quarantines) != 0 || s.released != 0 {
				t.Errorf("%s of a %s paused the connector: %+v", c.kind, c.op, s.quarantines)
			}
			continue
		}
		if len(s.quarantines) != 1 {
			t.Errorf("%s of a %s: %+v", c.kind, c.op, s.quarantines)
			continue
		}
		q := s.quarantines[0]
		if q.Class != c.want || q.Step != c.step || !q.Until.Equal(q.Since.Add(c.step)) || q.Reason == "" || q.Remedy != "remedy of "+string(c.kind) || q.Kind != c.kind {
			t.Errorf("%s of a %s: %+v", c.kind, c.op, q)
		}
		if s.released != maxBatch+3 || len(l.urgent)+len(l.bulk) != 0 {
			t.Errorf("%d of %d waiting claims were given back", s.released, maxBatch+3)
		}
	}
}

func TestWhatWasNeverTriedTellsNothing(t *testing.T) {
	l := testLane(&ledger{}, 4)
	l.failures = sickAfter - 1
	l.engine.considerPause(l, l.opened, Result{Released: true})
	if l.failures != sickAfter-1 {
		t.Error("a claim that was given back counted as an answer of the target")
	}
}

func TestAnOldConfigurationTellsNothing(t *testing.T) {
	s := &ledger{}
	l := testLane(s, 4)
	for range sickAfter {
		judged(l, &Opened{}, connectors.Temporary, OpCreate)
	}
	judged(l, &Opened{}, connectors.Denied, OpCreate)
	if len(s.quarantines) != 0 {
		t.Error("paused by what an old configuration met:", s.quarantines)
	}
	judged(l, l.opened, connectors.Temporary, OpCreate)
	if len(s.quarantines) != 0 {
		t.Error("failures of an old configuration count:", s.quarantines)
	}
}

func TestSicken(t *testing.T) {
	now := time.Now()
	running := Quarantine{Class: AllOperations, Since: now.Add(-time.Hour), Until: now.Add(time.Hour), Step: time.Hour}
	over := running
	over.Until = now.Add(-time.Second)
	writes := running
	writes.Class = WritesOnly
	for name, c := range map[string]struct {
		was   Quarantine
		wrote bool
		since time.Time
	}{
		"the first":                    {Quarantine{}, true, time.Time{}},
		"running already":              {running, false, time.Time{}},
		"its check is due and failed":  {over, true, over.Since},
		"leavers met trouble, as well": {writes, true, writes.Since},
	} {
		s := &ledger{}
		quietEngine(s).quarantine(t.Context(), Target{Quarantine: c.was}, Quarantine{Class: AllOperations})
		if (len(s.quarantines) == 1) != c.wrote {
			t.Errorf("%s: %+v", name, s.quarantines)
			continue
		}
		if !c.wrote {
			continue
		}
		q := s.quarantines[0]
		if !c.since.IsZero() && !q.Since.Equal(c.since) {
			t.Errorf("%s: since %v, want %v", name, q.Since, c.since)
		}
		if q.Step != firstProbe || time.Until(q.Until) < firstProbe-time.Second {
			t.Errorf("%s: %+v", name, q)
		}
	}
}

func TestProbe(t *testing.T) {
	for _, c := range []struct{ was, want time.Duration }{
		{0, 2 * time.Minute}, {time.Minute, 2 * time.Minute}, {8 * time.Minute, 16 * time.Minute}, {40 * time.Minute, time.Hour}, {time.Hour, time.Hour},
	} {
		s := &ledger{}
		target := Target{Quarantine: Quarantine{Class: AllOperations, Until: time.Now().Add(time.Minute), Step: c.was}}
		o := scripted(&script{answers: map[string][]answer{"check": {fails(connectors.Denied)}}}, nil)
		quietEngine(s).probe(t.Context(), o, target)
		if len(s.quarantines) != 1 || s.quarantines[0].Step != c.want || s.quarantines[0].Remedy != "remedy of denied" || s.quarantines[0].Kind != connectors.Denied {
			t.Errorf("after %v: %+v", c.was, s.quarantines)
		}
	}
	s := &ledger{}
	quietEngine(s).probe(t.Context(), scripted(&script{}, nil), Target{Quarantine: Quarantine{Class: AllOperations}})
	if len(s.quarantines) != 1 || s.quarantines[0].On() {
		t.Error("a check that passed does not release:", s.quarantines)
	}
}

func TestAProbeEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &ledger{}
		start := time.Now()
		quietEngine(s).probe(t.Context(), scripted(&script{hangs: true}, nil), Target{Quarantine: Quarantine{Class: AllOperations}})
		if took := time.Since(start); took != 30*time.Second || len(s.quarantines) != 1 {
			t.Error("a check that hangs took", took, s.quarantines)
		}
		stopped, cancel := context.WithCancel(t.Context())
		cancel()
		quietEngine(s).probe(stopped, scripted(&script{hangs: true}, nil), Target{Quarantine: Quarantine{Class: AllOperations}})
		if len(s.quarantines) != 1 {
			t.Error("a check that a stop cut off tells nothing of the target:", s.quarantines)
		}
	})
}

// oneTarget is a ledger with one target, of a kind that nobody knows.
type oneTarget struct{ *ledger }

func (oneTarget) Targets(context.Context) ([]Target, error) {
	return []Target{{Connector: directory.Connector{ID: "c1", Kind: "gone"}}}, nil
}

func TestAConnectorThatCannotBeOpenedSaysWhatToDo(t *testing.T) {
	s := oneTarget{&ledger{}}
	e := quietEngine(s)
	e.opener = NewOpener(nil)
	if err := e.dispatch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(s.quarantines) != 1 || !strings.Contains(s.quarantines[0].Reason, "gone") || s.quarantines[0].Remedy == "" {
		t.Errorf("%+v", s.quarantines)
	}
}
