package provisioning_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"usher/connectors"
	"usher/db"
	"usher/provisioning"
)

// dawdler takes long to write a pause down.
type dawdler struct{ *db.Store }

func (d dawdler) Quarantine(ctx context.Context, id string, q provisioning.Quarantine, now time.Time) error {
	time.Sleep(5 * time.Second)
	return d.Store.Quarantine(ctx, id, q, now)
}

// Guard: nothing is sent while a pause is being written down, whichever it is.
func TestNothingIsSentWhileAPauseIsBeingWritten(t *testing.T) {
	for name, trouble := range map[string]error{
		"quarantine": &connectors.Error{Kind: connectors.Denied, Status: 401, Message: "token revoked"},
		"limit":      full(),
		"pace":       overloaded(time.Minute),
	} {
		t.Run(name, func(t *testing.T) {
			each(t, targetSetup{}, func(t *testing.T, w *fixture, tg *target) {
				w.stop()
				for i := range 40 {
					w.add(fmt.Sprint("user", i))
				}
				failing(tg, trouble, "create")
				w.startOver(dawdler{w.store}, provisioning.Config{})
				time.Sleep(4 * time.Second)
				if n := tg.count("create"); n == 0 || n > 4 {
					t.Error(n, "creates while the pause was being written; four can have been under way")
				}
				time.Sleep(6 * time.Second)
				for i := range 10 {
					w.add(fmt.Sprint("more", i))
				}
				time.Sleep(20 * time.Second)
				if n := tg.count("create"); n > 4 {
					t.Error(n, "creates after it was written")
				}
			})
		})
	}
}

// Guard: while everything is paused not even a leaver is claimed, also when work elsewhere keeps the engine awake.
func TestNoLeaverIsClaimedInAFullPause(t *testing.T) {
	for name, trouble := range map[string]error{
		"denied":            &connectors.Error{Kind: connectors.Denied, Status: 401, Message: "token revoked"},
		"told to come back": overloaded(time.Minute),
	} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, store *db.Store) {
				sick := newTarget(1)
				w := newFixture(t, store, targetSetup{target: sick, existing: connectors.HoldExisting}, targetSetup{target: newTarget(2), existing: connectors.HoldExisting})
				defer func() { w.stop() }()
				leaver := w.add("leaver")
				w.wait(0, leaver.ID, provisioning.StatusSynced)
				failing(sick, trouble, "create")
				w.add("ada")
				time.Sleep(5 * time.Second)
				_, err := w.dir.DeleteUser(t.Context(), leaver.ID, tester)
				must(t, err)
				for i := range 40 {
					w.add(fmt.Sprint("elsewhere", i))
					time.Sleep(time.Second)
					if a, ok := w.account(0, leaver.ID); !ok || a.Lease != "" || sick.count("delete")+sick.count("read") != 0 {
						t.Fatalf("a leaver was tried in a full pause: %+v %v", a, sick.calls)
					}
				}
				failing(sick, nil)
				time.Sleep(30 * time.Second)
				if s := w.status(0, leaver.ID); s != "none" {
					t.Error("after the pause the leaver is", s)
				}
			})
		})
	}
}
