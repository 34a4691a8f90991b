package provisioning_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"usher/connectors"
	"usher/db/dbtest"
	"usher/directory"
	"usher/provisioning"
)

var (
	histories = flag.Int("histories", 60, "how many random histories the model test lives through")
	firstSeed = flag.Uint64("seed", 0, "the seed of the first history")
)

// TestModel lives through random histories: people come, change and leave through the ordinary acts while
// targets lose answers, slow down, revoke tokens and hide what was just made, and while the process dies or
// restarts. When the weather clears, everything must come right by itself. Every tenth history is kept in PostgreSQL.
func TestModel(t *testing.T) {
	for i := range uint64(*histories) {
		seed := *firstSeed + i
		database := dbtest.File
		if i%10 == 9 {
			database = dbtest.PostgresDSN
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			dsn := database(t)
			synctest.Test(t, func(t *testing.T) {
				h := newHistory(t, seed)
				h.dsn = dsn
				h.fixture = newFixture(t, dbtest.Open(t, dsn), h.setups...)
				h.beginScope(seed)
				h.beginPush()
				h.live()
				h.judge()
				h.judgePush()
				h.stop()
				dbtest.CheckCountsOf(t, dsn)
			})
		})
	}
}

type history struct {
	*fixture
	rng     *rand.Rand
	setups  []targetSetup
	foreign []map[string]row // what was at each target before us, by remote ID
	users   map[string]directory.User
	gone    map[string]bool // IDs of users who were deleted or refused
	scope   scope
	push    push
	move    move
	called  map[string]map[string]bool // what users were called, by ID
	dying   atomic.Bool
	dsn     string
}

const names = 8

func newHistory(t *testing.T, seed uint64) *history {
	h := &history{rng: rand.New(rand.NewPCG(seed, 7)), users: map[string]directory.User{}, called: map[string]map[string]bool{}, gone: map[string]bool{}}
	h.setups = []targetSetup{
		{target: newTarget(seed*10 + 1), existing: connectors.AdoptExisting, blocking: true, failure: directory.Reject},
		{target: newTarget(seed*10 + 2), existing: connectors.HoldExisting},
		{target: newTarget(seed*10 + 3), existing: connectors.AdoptExisting}, // reads lag, and nothing refuses a second create
	}
	if seed%3 == 0 {
		h.setups[0].failure = directory.CreateAnyway
	}
	h.setups[2].target.lag, h.setups[2].target.twins = 90*time.Second, true
	for _, s := range h.setups {
		s.target.stubborn = true
	}
	h.setups[1].target.sluggish, h.setups[2].target.sluggish = true, true // nobody waits for these
	for _, s := range h.setups {
		for i := range 3 {
			s.target.seed(fmt.Sprint("user", i))
		}
		h.foreign = append(h.foreign, s.target.snapshot())
	}
	h.pushSettings(seed)
	h.moveSettings(seed)
	return h
}

func (h *history) weather(faults bool) {
	for _, tg := range h.targets {
		tg.set(func(tg *target) {
			tg.faults = faults
			if !faults {
				tg.denied, tg.refused = false, nil
			}
		})
	}
}

func (h *history) live() {
	h.weather(true)
	h.dying.Store(true)
	h.crash = func() bool { return h.dying.Load() && rand.IntN(10) == 0 }
	for range 80 {
		h.step()
		time.Sleep(time.Duration(h.rng.IntN(8000)) * time.Millisecond)
	}
	h.weather(false)
	h.dying.Store(false)
	h.calm()
	if h.retryRefused() {
		h.calm()
	}
}

// calm lets time pass until nothing waits for anything any more: half an hour at least, six hours at most.
func (h *history) calm() {
	const step = 30 * time.Minute
	for past := step; past <= 6*time.Hour; past += step {
		time.Sleep(step)
		next, err := h.store.NextDue(h.t.Context())
		must(h.t, err)
		if next.IsZero() {
			return
		}
	}
}

// step is one random act.
func (h *history) step() {
	ctx := h.t.Context()
	switch op := h.rng.IntN(46); {
	case op < 8 || len(h.users) == 0:
		h.arrive()
	case op < 12:
		h.edit(h.anybody())
	case op < 15:
		u := h.anybody()
		u.Active = !u.Active
		_, err := h.dir.SetActive(ctx, u.ID, u.Active, tester)
		must(h.t, err)
		h.users[u.ID] = u
	case op < 18:
		u := h.anybody()
		_, err := h.dir.DeleteUser(ctx, u.ID, tester)
		must(h.t, err)
		delete(h.users, u.ID)
		h.gone[u.ID] = true
	case op < 20:
		h.targets[h.rng.IntN(3)].set(func(tg *target) { tg.denied = !tg.denied })
	case op < 21:
		h.end()
	case op < 27:
		h.regroup()
	case op < 37:
		h.repush()
	case op < 45:
		h.castDoubt()
	default: // somebody removes one of our accounts behind our back
		u := h.anybody()
		if a, ok := h.account(1, u.ID); ok && a.Origin == provisioning.Created {
			h.targets[1].remove(a.RemoteID)
			h.edit(u) // which finds out; without an edit it is drift, and not the engine's to see
		}
	}
}

// end ends the process, in one way or another, and another one starts; the clock may have been set meanwhile.
func (h *history) end() {
	switch h.rng.IntN(4) {
	case 0:
		h.stop()
	case 1:
		h.kill()
	case 2:
		h.kill()
		dbtest.SetClock(h.t, h.dsn, 24*time.Hour)
	case 3:
		h.kill()
		dbtest.SetClock(h.t, h.dsn, -24*time.Hour)
	}
	h.start(provisioning.Config{})
}

func (h *history) edit(u directory.User) {
	u.SetEmail(fmt.Sprintf("%s.%d@example.com", u.UserName, h.rng.IntN(1000)))
	_, err := h.dir.UpdateUser(h.t.Context(), u, tester)
	must(h.t, err)
	h.users[u.ID] = u
}

// anybody is one of the users, by name, so that a seed tells the same history every time.
func (h *history) anybody() directory.User {
	all := slices.SortedFunc(maps.Values(h.users), byName)
	return all[h.rng.IntN(len(all))]
}

func (h *history) arrive() {
	u := h.fixture.user(fmt.Sprint("user", h.rng.IntN(names)))
	u.Arrival.Groups = h.someGroups(h.rng.IntN(4))
	made, _, err := h.dir.CreateUser(h.t.Context(), u, tester)
	h.call(made)
	switch code := directory.CodeOf(err); {
	case err == nil:
		made.Version = 0
		h.users[made.ID] = made
		h.scope.members[made.ID] = u.Arrival.Groups
	case code == directory.Conflict: // the name is taken here
	case code == directory.Rejected:
		h.gone[made.ID] = true
	default:
		h.t.Fatal(errors.Unwrap(err), err)
	}
}
