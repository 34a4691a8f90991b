package provisioning

import (
	"context"
	"crypto/rand"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"usher/connectors"
)

// Config is how the engine spends time. Zero fields take the defaults.
type Config struct {
	Instance       string        // begins every lease, so that those of a process that died can be told
	AttemptTimeout time.Duration // all remote calls of one attempt; default 30 s
	Lease          time.Duration // longer than an attempt, so that no call outlives its lease; default 60 s
	Poll           time.Duration // how soon work that other processes made is noticed when nobody calls Wake; default 500 ms
	Grace          time.Duration // how long a stop waits for attempts in flight; default 10 s
	KeepLog        time.Duration // age at which log lines are removed; default 90 days
}

func (c Config) withDefaults() Config {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&c.AttemptTimeout, 30*time.Second)
	def(&c.Lease, 2*c.AttemptTimeout)
	def(&c.Poll, 500*time.Millisecond)
	def(&c.Grace, 10*time.Second)
	def(&c.KeepLog, 90*24*time.Hour)
	return c
}

// Engine makes due accounts agree with the directory. Run works in the background; ProvisionNow tries one user now.
// Several engines, in one process or many, may share a store.
type Engine struct {
	store  Store
	opener *Opener
	config Config
	log    *slog.Logger

	wake     chan struct{}
	results  chan Result
	attempts sync.WaitGroup
	hard     context.Context // ends when attempts in flight must stop
	stop     context.CancelFunc

	clock watch

	quarantined atomic.Int64 // quarantines decided so far

	mu     sync.Mutex
	queues map[string]*queue
	done   chan struct{} // closed and replaced whenever results were recorded

	// crash, when a test sets it, makes the process "die" between the remote effect and its record.
	crash func() bool
}

// New makes an engine that works when Run is called, and on ProvisionNow at once.
func New(s Store, o *Opener, c Config, log *slog.Logger) *Engine {
	hard, stop := context.WithCancel(context.Background())
	return &Engine{store: s, opener: o, config: c.withDefaults(), log: log, wake: make(chan struct{}, 1), results: make(chan Result, maxBatch),
		hard: hard, stop: stop, queues: map[string]*queue{}, done: make(chan struct{})}
}

func (e *Engine) lease() string { return e.config.Instance + "." + rand.Text() }

// Wake says that there is something to do.
func (e *Engine) Wake() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// Recorded is closed when the next results are recorded. Pages wait for it instead of asking again and again.
func (e *Engine) Recorded() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.done
}

// Run works until ctx ends, then gives back what was not tried, waits for the attempts in flight and records them.
func (e *Engine) Run(ctx context.Context) {
	recorded := make(chan struct{})
	go func() { defer close(recorded); e.recordAll() }()
	var beside sync.WaitGroup
	beside.Go(func() { e.housekeep(ctx) })
	beside.Go(func() { e.freeDeadLeases(ctx) })
	for ctx.Err() == nil {
		e.turn(ctx)
	}
	e.mu.Lock()
	queues := slices.Collect(maps.Values(e.queues))
	e.mu.Unlock()
	for _, l := range queues {
		e.giveBack(l.drop())
	}
	time.AfterFunc(e.config.Grace, e.stop)
	e.attempts.Wait()
	close(e.results)
	<-recorded
	beside.Wait()
}

// turn hands out what is due, if anything is, and waits for a wake, the next due account, or the poll. An idle
// engine costs one read a poll.
func (e *Engine) turn(ctx context.Context) {
	wait := e.config.Poll
	next, err := e.store.NextDue(ctx)
	if until := time.Until(next); err == nil && !next.IsZero() && until > 0 {
		wait = min(wait, until)
	} else if err == nil && !next.IsZero() {
		err = e.dispatch(ctx)
		wait = 50 * time.Millisecond // what is due and was not claimed waits for room; its queue wakes us sooner
	}
	if err != nil && ctx.Err() == nil {
		e.log.Error("cannot read the due accounts", "err", err)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-e.wake:
	case <-timer.C:
	}
}

// dispatch claims what is due at each target and hands it to the target's queue.
func (e *Engine) dispatch(ctx context.Context) error {
	seen := e.quarantined.Load()
	targets, err := e.store.Targets(ctx)
	if err != nil {
		return err
	}
	for _, t := range targets {
		o, err := e.opener.Open(t.Connector)
		if err != nil {
			e.quarantine(ctx, t, Quarantine{Class: AllOperations, Reason: err.Error(), Remedy: remedy(err), Kind: connectors.Misconfigured})
			continue
		}
		l := e.queue(t, o)
		l.takePauses(t, seen)
		if l.paced(time.Now()) {
			e.giveBack(l.drop())
			continue
		}
		least := Bulk
		if t.Quarantine.On() {
			if !time.Now().Before(t.Quarantine.Until) {
				l.check(ctx)
			}
			if t.Quarantine.Class == AllOperations {
				continue
			}
			least = Leavers
		}
		only := Everybody
		if t.Limit.On() {
			only = Known
			if least == Bulk && !t.Limit.Holds(time.Now()) && l.mayProbeLimit() {
				if err := e.take(ctx, l, Bulk, 1, Newcomers, seen); err != nil {
					return err
				}
			}
		}
		if err := e.claim(ctx, l, least, only, seen); err != nil {
			return err
		}
	}
	return nil
}

// claim takes urgent work first, by itself: a leaver does not wait until a batch of bulk work is claimed.
func (e *Engine) claim(ctx context.Context, l *queue, least Priority, only Sort, seen int64) error {
	urgent, bulk := l.capacity()
	if err := e.take(ctx, l, min(least, People), urgent, only, seen); err != nil || least < Bulk || urgent == 0 {
		return err
	}
	return e.take(ctx, l, Bulk, bulk, only, seen)
}

func (e *Engine) take(ctx context.Context, l *queue, least Priority, n int, only Sort, seen int64) error {
	if n <= 0 {
		return nil
	}
	now := time.Now()
	tasks, err := e.store.Claim(ctx, Claim{ConnectorID: l.id, Least: least, Only: only, Limit: n, Lease: e.lease(), Until: now.Add(e.config.Lease), Now: now})
	if err != nil {
		return err
	}
	if !l.add(tasks, seen) {
		e.giveBack(tasks)
	}
	return nil
}

func (e *Engine) queue(t Target, o *Opened) *queue {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := e.queues[t.ID]
	if l == nil {
		l = &queue{engine: e, id: t.ID}
		e.queues[t.ID] = l
	}
	l.update(t, o)
	return l
}

// attempt runs one task to a decided result. Its calls end before its lease does; a claim that waited too
// long for that is given back untried, and so is one of another configuration than the one that was opened: what it
// remembers may be of another target.
func (e *Engine) attempt(ctx context.Context, o *Opened, t Task) Result {
	start := time.Now()
	if start.Add(e.config.AttemptTimeout).After(t.LeaseUntil) || o.revision != t.Revision {
		return Result{Task: t, Released: true}
	}
	t.Watched, t.MayRun = e.clock.look(), e.config.AttemptTimeout
	trace := &connectors.Trace{}
	call, cancel := context.WithTimeout(connectors.WithTrace(ctx, trace), e.config.AttemptTimeout)
	r := reconcile(call, o, e.store, t, time.Now)
	r.Err = o.whoseFault(call, r.Err)
	cancel()
	r = decide(r, time.Now())
	r.StartedAt, r.Took, r.Exchanges = start, time.Since(start), trace.Exchanges
	r.MayRun = e.mayRun(r, time.Now())
	r = withoutPassword(r)
	e.learn(ctx, o, t.ConnectorID)
	if r.Err != nil {
		e.log.Warn("attempt failed", "user", t.UserID, "group", t.GroupID, "connector", t.ConnectorID, "operation", r.Operation, "kind", r.Kind, "outcome", r.Outcome(), "err", r.Err)
	}
	return r
}

// housekeep does what no due account asks for.
func (e *Engine) housekeep(ctx context.Context) {
	const every = 15 * time.Second
	var pruned, beaten time.Time
	for {
		now := time.Now()
		if now.Sub(beaten) > time.Minute {
			beaten = now
			if err := e.store.Beat(ctx); err != nil && ctx.Err() == nil {
				e.log.Error("cannot count that this database is in use; a restored backup would not be recognised later", "err", err)
			}
		}
		if n, err := e.store.TakeBackStaged(ctx, now); err != nil && ctx.Err() == nil {
			e.log.Error("cannot take back staged users", "err", err)
		} else if n > 0 {
			e.log.Info("took back users whose creation was cut off", "users", n)
			e.Wake()
		}
		if n, err := e.store.MendTimes(ctx, now, longestWait); err != nil && ctx.Err() == nil {
			e.log.Error("cannot correct times that lie too far ahead", "err", err)
		} else if n > 0 {
			e.log.Warn("the clock was set back: accounts that waited for a time too far ahead are due now", "accounts", n)
			e.Wake()
		}
		if now.Sub(pruned) > time.Hour {
			pruned = now
			if _, err := e.store.PruneLog(ctx, now.Add(-e.config.KeepLog), 10_000); err != nil && ctx.Err() == nil {
				e.log.Error("cannot prune the provisioning log", "err", err)
			}
			if _, err := e.store.WipePasswords(ctx, now.Add(-keepPassword)); err != nil && ctx.Err() == nil {
				e.log.Error("cannot wipe passwords that no target took", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
	}
}
