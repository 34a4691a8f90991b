package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Watch calls changed soon after another process has changed the database, until ctx ends: within 25 ms on SQLite, at
// once on PostgreSQL. It may call it without a reason. While the database does not answer, it tries again every second,
// and calls changed when it is back; what the database says is somebody else's to tell.
func (s *Store) Watch(ctx context.Context, changed func()) {
	watch := s.watchFile
	if s.postgres {
		watch = s.listen
	}
	for ctx.Err() == nil {
		if watch(ctx, changed) == nil {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
			changed()
		}
	}
}

const lookEvery = 20 * time.Millisecond

// watchFile looks at the number that SQLite counts up whenever another connection has committed
// (https://sqlite.org/pragma.html#pragma_data_version), which costs some microseconds.
func (s *Store) watchFile(ctx context.Context, changed func()) error {
	conn, err := s.r.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // it goes back to the pool
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for was := int64(-1); ; {
		var now int64
		if err := conn.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&now); err != nil {
			return err
		}
		if was != -1 && now != was {
			changed()
		}
		was = now
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		}
	}
}

// channel is where processes that share a PostgreSQL database tell each other that it has changed. The payload says who.
const channel = "usher_changed"

func (s *Store) listen(ctx context.Context, changed func()) error {
	conn, err := pgx.ConnectConfig(ctx, s.site.pg)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // nothing was written
	if _, err := conn.Exec(ctx, `LISTEN `+channel); err != nil {
		return err
	}
	changed() // what came before that was not heard
	for {
		n, err := conn.WaitForNotification(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		case n.Payload != s.notify.as:
			changed()
		}
	}
}

// notifier tells other processes that something was committed. It does so after the commit and not in it: PostgreSQL
// lets transactions that notify commit one after another (https://www.postgresql.org/docs/current/sql-notify.html).
type notifier struct {
	as      string // random, of this store
	pending chan struct{}
	once    sync.Once
	quit    chan struct{}
	done    chan struct{}
}

const notifyEvery = 10 * time.Millisecond

func (n *notifier) start(pool *sql.DB) {
	n.as, n.pending, n.quit, n.done = rand.Text(), make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(n.done)
		for {
			select {
			case <-n.pending:
				n.send(pool)
				time.Sleep(notifyEvery)
			case <-n.quit:
				if len(n.pending) > 0 {
					n.send(pool)
				}
				return
			}
		}
	}()
}

// send tells the others. What is not sent is not missed for long, for they look by themselves, too.
func (n *notifier) send(pool *sql.DB) {
	_, _ = pool.ExecContext(context.Background(), `SELECT pg_notify($1, $2)`, channel, n.as)
}

func (n *notifier) committed() {
	select {
	case n.pending <- struct{}{}:
	default: // one that is not sent yet tells of this one, too
	}
}

// stop sends what is pending: a command ends right after its change.
func (n *notifier) stop() {
	if n.quit != nil {
		n.once.Do(func() { close(n.quit) })
		<-n.done
	}
}
