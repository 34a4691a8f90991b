package provisioning

import (
	"context"

	"usher/connectors"
)

// remote is what stands at the target for one of ours, and all in which a user's account (userRemote) and a pushed group
// (groupRemote) differ. In what order things are done is the reconciler's business, for both.
type remote interface {
	facts() *facts
	prepare() error              // works out what is wanted; an error when there is nothing to begin with
	wanted() bool                // it should be there, and usable
	leaving() bool               // its user or group is gone, so the row has no reason to stay once nothing is there
	mode() connectors.Mode       // what happens to it; "" while it is kept in step
	profile() connectors.Profile // what it should have; for one that is not wanted, what tells where to look

	// One request each. find looks by our ID, then by the values that it is recognised by, and by those alone when the
	// profile has no ResourceID.
	find(ctx context.Context, p connectors.Profile) (connectors.Account, error)
	read(ctx context.Context, id string) (connectors.Account, error)
	create(ctx context.Context) (connectors.Account, error)
	update(ctx context.Context, id string, c connectors.Changes) (connectors.Account, error)
	remove(ctx context.Context, id string) error

	// bringInStep makes one that is known what is wanted, by any mode but Delete and Leave. again: it was gone.
	bringInStep(ctx context.Context) (again bool, err error)
	// created notes what was made, and its ID. done: nothing is left to do.
	created(ctx context.Context, a connectors.Account) (done bool, err error)
	mayCreate() error // why none may be made; nil when one may
	// mayAdopt is how one is tied to us that was found and that we did not stamp; or the question to an administrator.
	mayAdopt(ctx context.Context, a connectors.Account) (Link, error)

	stamped() bool                         // another's stamp on it tells that it is not ours
	looksOurs(a connectors.Account) bool   // where no stamp tells: it has what was last written to it
	mayHaveMade(a connectors.Account) bool // where no stamp tells: it has what a create of ours would have given it
	matching() []string                    // keys of the values that it is recognised by
	shown(values map[string]any) map[string]any
	changes(want connectors.Profile, written map[string]any) connectors.Changes
	movesAway(h Holder) bool                           // h should have none of the values that this one is recognised by
	contenders(ctx context.Context) ([]Account, error) // others of ours that may have what an update was refused for
}

// facts are those differences that need no work to tell.
type facts struct {
	thing, of  string            // "account", "user"; "group", "group"
	compare    string            // what to do about one that is there already
	leaver     *connectors.Error // to wait with for one whose user or group is gone
	looksFirst bool              // it is looked for even when none was ever made: many targets let two have one name
}
