package db_test

import (
	"testing"
	"time"

	"usher/db/dbtest"
	"usher/directory"
	"usher/provisioning"
)

// A server that was killed leaves leases. The next one may shorten those, and no others.
func TestOnlyADeadServersLeasesAreShortened(t *testing.T) {
	w := build(t, dbtest.New(t))
	long, soon := at.Add(time.Minute), at.Add(5*time.Second)
	users := map[string]directory.User{}
	ends := map[string]time.Time{"serve.abc": soon, "command.abc": long, "server.abc": long}
	for lease := range ends {
		users[lease] = w.user(lease)
		tasks, err := w.Claim(ctx, provisioning.Claim{ConnectorID: w.connector.ID, UserID: users[lease].ID, Least: provisioning.Bulk, Limit: 1, Lease: lease, Until: long, Now: at})
		w.must(err)
		same(t, "claimed", len(tasks), 1)
	}
	w.must(w.ShortenLeases(ctx, "serve", soon))
	for lease, end := range ends {
		same(t, lease, w.account(users[lease]).LeaseUntil.UTC(), end)
	}
	same(t, "claimed after that", len(w.claimAt(soon)), 1)
}
