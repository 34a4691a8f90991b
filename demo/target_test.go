package demo_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/all"
	"usher/connectors/example"
	"usher/connectors/example/examplefake"
	"usher/db"
	"usher/db/dbtest"
	"usher/demo"
	"usher/directory"
	"usher/provisioning"
	"usher/views"
)

// fixture is a demo whose one target is of a kind that the demo has never heard of.
type fixture struct {
	*demo.Targets
	store *db.Store
	acts  *directory.Directory
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	kinds := []all.Kind{{Definition: connectors.Definition{Kind: "bare", Name: "Bare"}}, {Definition: example.Definition(), Sandbox: examplefake.NewSandbox}}
	store := dbtest.New(t)
	opener := provisioning.NewOpener([]connectors.Definition{example.Definition()})
	t.Cleanup(opener.Close)
	engine := provisioning.New(store, opener, provisioning.Config{Poll: 20 * time.Millisecond}, slog.New(slog.DiscardHandler))
	w := fixture{store: store, acts: &directory.Directory{Store: store, Engine: engine, Now: time.Now}}
	var err error
	if w.Targets, err = demo.StartTargets(kinds); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	if err := w.Prepare(t.Context(), w.acts, store); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); engine.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	if err := w.AddPeople(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w fixture) one() views.DemoTarget { return w.Targets.Targets(200)[0] }

// until waits with a generous end: the machine may be busy.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never: ", what)
		}
	}
}

func (w fixture) quarantined(t *testing.T) bool {
	t.Helper()
	target, err := w.store.Target(t.Context(), w.one().ConnectorID)
	if err != nil {
		t.Fatal(err)
	}
	return target.Quarantine.On()
}

func (w fixture) settled(t *testing.T) bool {
	t.Helper()
	p, err := w.store.Progress(t.Context(), w.one().ConnectorID)
	if err != nil {
		t.Fatal(err)
	}
	return p.Total > 0 && p.Counts[provisioning.StatusSynced] == p.Total
}

func TestAnyKindWithASandboxIsATarget(t *testing.T) {
	w := newFixture(t)
	if names := fmt.Sprint(w.Names()); names != "[Badge office]" {
		t.Errorf("the targets are %s", names)
	}
	until(t, "every sample user is at the target", func() bool { return w.one().AccountsTotal == len(demo.People()) })
	if one := w.one(); one.HasGroups || one.ConnectorID == "" || one.Icon != "id-card" {
		t.Errorf("the target is %+v", one)
	}
	if err := w.SetTrouble(t.Context(), "bare", connectors.Down); directory.CodeOf(err) != directory.NotFound {
		t.Errorf("trouble at a kind without a sandbox: %v", err)
	}
}

func TestTroubleIsMadeAndEnds(t *testing.T) {
	for _, trouble := range []connectors.Trouble{connectors.Down, connectors.Revoked} {
		t.Run(string(trouble), func(t *testing.T) {
			w := newFixture(t)
			until(t, "all is settled", func() bool { return w.settled(t) })
			if err := w.SetTrouble(t.Context(), example.Kind, trouble); err != nil {
				t.Fatal(err)
			}
			if w.one().Trouble != trouble {
				t.Fatalf("the target says %q", w.one().Trouble)
			}
			if n, err := w.ChangeSampleUsers(t.Context()); err != nil || n != len(demo.People()) {
				t.Fatal(n, err)
			}
			until(t, "the connector is paused", func() bool { return w.quarantined(t) })
			if err := w.SetTrouble(t.Context(), example.Kind, connectors.NoTrouble); err != nil {
				t.Fatal(err)
			}
			// The engine's own check comes after a minute, so this fails unless the end of trouble is told.
			until(t, "all is settled again", func() bool { return !w.quarantined(t) && w.settled(t) })
		})
	}
}

func TestSamplePeopleMayBeGone(t *testing.T) {
	w := newFixture(t)
	users, err := w.store.Users(t.Context(), directory.UserFilter{Limit: 1})
	if err != nil || len(users.Users) != 1 {
		t.Fatal(users, err)
	}
	if _, err := w.acts.DeleteUser(t.Context(), users.Users[0].ID, directory.Actor{Kind: directory.BySystem}); err != nil {
		t.Fatal(err)
	}
	if n, err := w.ChangeSampleUsers(t.Context()); err != nil || n != len(demo.People())-1 {
		t.Errorf("changed %d, %v", n, err)
	}
}
