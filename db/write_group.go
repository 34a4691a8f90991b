package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// SQLite has one writer, and a commit costs about as much as all that a new user writes. So write transactions that
// come while another is under way join it: one after another, each in a savepoint of its own, and one commit answers all.
// Nobody waits for company: who finds no transaction under way begins one at once.

const (
	mostInGroup = 64
	groupTakes  = 5 * time.Millisecond // so that the first is answered soon
)

// writeQueue lets write transactions in one at a time, in the order in which they came.
type writeQueue struct {
	w     *sql.DB
	takes time.Duration // how long a group lets others join
	mu    sync.Mutex

	taken   bool // a group is under way
	waiting []chan *writeGroup
}

// writeGroup is one transaction of SQLite with those that joined it. Whoever has its turn owns it.
type writeGroup struct {
	tx      *sql.Tx
	end     context.CancelFunc
	began   time.Time
	members int
	alone   bool
	broken  bool // SQLite has rolled all of it back

	ended chan struct{}
	err   error // once it has ended: how, for those whose own part went well
}

// errBroken is how a group ends when SQLite rolled all of it back because of what one of them did: a full disk, say.
// Nothing of it was written, so the others do theirs again, each alone.
var errBroken = errors.New("the group of transactions was rolled back")

// do runs f in a write transaction and returns when it is committed, or when nothing of it was written.
func (q *writeQueue) do(ctx context.Context, f func(*sql.Tx) error) error {
	err := q.join(ctx, f, false)
	if errors.Is(err, errBroken) {
		return q.join(ctx, f, true)
	}
	return err
}

func (q *writeQueue) join(ctx context.Context, f func(*sql.Tx) error, alone bool) error {
	g, err := q.enter(ctx, alone)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	broke, err := q.takePart(ctx, g, f)
	<-g.ended
	if err == nil || g.err != nil && !broke && ctx.Err() == nil {
		return g.err
	}
	return err
}

// takePart runs f, and then lets the next one in or commits, whatever became of f. broke says that the group ends because
// of it. An error of f may be about what others of the group wrote, such as a name that is taken: nobody may hear of it
// before it is committed, or look for it in vain.
func (q *writeQueue) takePart(ctx context.Context, g *writeGroup, f func(*sql.Tx) error) (broke bool, err error) {
	defer q.next(g)
	err = g.run(ctx, f)
	return g.broken, err
}

// enter waits for its turn and joins the group that is under way, or begins one.
func (q *writeQueue) enter(ctx context.Context, alone bool) (*writeGroup, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g, err := q.turn(ctx)
	if err != nil {
		return nil, err
	}
	if g != nil && alone {
		q.finish(g)
		g = nil
	}
	if g == nil {
		if g, err = q.begin(ctx); err != nil {
			q.leave()
			return nil, err
		}
		g.alone = alone
	}
	g.members++
	return g, nil
}

// turn waits until nobody else writes. It gives the group that may be joined, nil when there is none.
func (q *writeQueue) turn(ctx context.Context) (*writeGroup, error) {
	q.mu.Lock()
	if !q.taken {
		q.taken = true
		q.mu.Unlock()
		return nil, nil
	}
	mine := make(chan *writeGroup, 1)
	q.waiting = append(q.waiting, mine)
	q.mu.Unlock()
	select {
	case g := <-mine:
		return g, nil
	case <-ctx.Done():
	}
	q.mu.Lock()
	i := slices.Index(q.waiting, mine)
	if i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
	}
	q.mu.Unlock()
	if i < 0 { // its turn came at the same moment
		if g := <-mine; g != nil {
			q.next(g)
		} else {
			q.leave()
		}
	}
	return nil, ctx.Err()
}

// begin begins a transaction. The end of ctx ends the waiting for it and not the transaction, which is others' as well.
func (q *writeQueue) begin(ctx context.Context) (*writeGroup, error) {
	own, end := context.WithCancel(context.WithoutCancel(ctx))
	detach := context.AfterFunc(ctx, end)
	tx, err := q.w.BeginTx(own, nil)
	if !detach() { // ctx has ended meanwhile
		if tx != nil {
			_ = tx.Rollback() // nothing was written
		}
		err = ctx.Err()
	}
	if err != nil {
		end()
		return nil, err
	}
	return &writeGroup{tx: tx, end: end, began: time.Now(), ended: make(chan struct{})}, nil
}

// next lets the next one that waits into the group, or ends it.
func (q *writeQueue) next(g *writeGroup) {
	q.mu.Lock()
	if len(q.waiting) > 0 && g.open(q.takes) {
		turn := q.waiting[0]
		q.waiting = q.waiting[1:]
		q.mu.Unlock()
		turn <- g
		return
	}
	q.mu.Unlock()
	q.finish(g)
	q.leave()
}

// leave lets the next one begin a group.
func (q *writeQueue) leave() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.taken = false
		return
	}
	q.waiting[0] <- nil
	q.waiting = q.waiting[1:]
}

func (q *writeQueue) finish(g *writeGroup) {
	defer close(g.ended)
	defer g.end()
	if g.broken {
		g.err = errBroken
		_ = g.tx.Rollback() // there is none any more; this frees the connection
		return
	}
	if err := g.tx.Commit(); err != nil {
		g.err = fmt.Errorf("commit: %w", err)
	}
}

// open reports whether another one may join.
func (g *writeGroup) open(takes time.Duration) bool {
	return !g.alone && !g.broken && g.members < mostInGroup && time.Since(g.began) < takes
}

// run runs f as a part of the group. What f wrote is undone when it fails or panics. ctx ends no statement of a group,
// for SQLite would roll back all of it; what f did after ctx ended is not kept.
func (g *writeGroup) run(ctx context.Context, f func(*sql.Tx) error) error {
	const begin, undo, keep = "SAVEPOINT part", "ROLLBACK TO part", "RELEASE part"
	if err := g.exec(begin); err != nil {
		g.broken = true
		return fmt.Errorf("begin: %w", err)
	}
	done := false
	defer func() {
		if !done && (g.exec(undo) != nil || g.exec(keep) != nil) {
			g.broken = true
		}
	}()
	if err := f(g.tx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if err := g.exec(keep); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	done = true
	return nil
}

func (g *writeGroup) exec(statement string) error {
	_, err := g.tx.ExecContext(context.Background(), statement)
	return err
}
