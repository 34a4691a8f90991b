package provisioning_test

import (
	"context"
	"sync"
	"testing"

	"usher/db"
	"usher/directory"
	"usher/provisioning"
)

// behind is a store whose first answer about the targets is from before the newest configuration was saved.
type behind struct {
	*db.Store
	mu    sync.Mutex
	stale []provisioning.Target
}

func (b *behind) Targets(ctx context.Context) ([]provisioning.Target, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if old := b.stale; old != nil {
		b.stale = nil
		return old, nil
	}
	return b.Store.Targets(ctx)
}

// Whoever waits for a target follows it when its configuration is saved meanwhile.
func TestWaitingFollowsANewConfiguration(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, store *db.Store) {
		w := newFixture(t, store, targetSetup{target: newTarget(1), blocking: true, failure: directory.Reject})
		defer func() { w.stop() }()
		w.stop()
		old, err := store.Targets(t.Context())
		must(t, err)
		err = w.dir.UpdateConnector(t.Context(), old[0].Connector, tester)
		must(t, err)
		w.startOver(&behind{Store: store, stale: old}, provisioning.Config{})
		u := w.add("ada")
		if s := w.status(0, u.ID); s != provisioning.StatusSynced {
			t.Errorf("the account is %s", s)
		}
	})
}
