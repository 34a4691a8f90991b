package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"usher/provisioning"
)

// Counts are kept by whatever transaction changes what they count, so that a page costs the same however many users there
// are: those of accounts and users by triggers, those of the log where its lines are written. See ADR 20.

// The states that accounts are counted by, as accounts.state has them. Stored: never renumber. From stateDue on, the number
// says more: how urgent the account is, in steps of stateUrgency, and two bits.
const (
	stateSettled = 0
	stateHeld    = 1
	stateDead    = 2
	stateDue     = 4

	stateNewcomer = 1 // of a user who is not known to be at the target
	stateTried    = 2 // before the attempt that is under way, if one is
	stateUrgency  = 4
)

type accountState int

func (s accountState) due() bool      { return s >= stateDue }
func (s accountState) newcomer() bool { return s&stateNewcomer != 0 }
func (s accountState) tried() bool    { return s&stateTried != 0 }
func (s accountState) priority() provisioning.Priority {
	return provisioning.Priority((s - stateDue) / stateUrgency)
}

// stops reports whether the accounts of a connector with these pauses that are due and in this state wait until something
// is mended: what provisioning.Account.Status calls paused.
func (s accountState) stops(p provisioning.Pauses) bool {
	if p.Quarantine.Class == provisioning.AllOperations {
		return true
	}
	if s.priority() == provisioning.Leavers {
		return false
	}
	return p.Quarantine.Class == provisioning.WritesOnly || p.Limit.On() && s.newcomer()
}

// countAccounts has the kept counts of a connector's accounts of users and, because what is being tried at $2 depends on
// the time, the few accounts that are leased. One statement sees one moment.
const countAccounts = `SELECT state, FALSE, FALSE, FALSE, CAST(sum(n) AS BIGINT) FROM account_counts WHERE connector_id = $1 AND kind = 'user' GROUP BY state
	UNION ALL SELECT state, TRUE, lease_until > $2, attempts > 0, 1 FROM accounts WHERE connector_id = $1 AND kind = 'user' AND lease IS NOT NULL`

// accountCount is how many accounts of a state there are, or one of them that is leased.
type accountCount struct {
	state                  accountState
	leased, running, tried bool
	n                      int
}

func scanAccountCount(row scanner) (c accountCount, err error) {
	return c, row.Scan(&c.state, &c.leased, &c.running, &c.tried, &c.n)
}

// tally are accounts by what pages say of them.
type tally struct {
	total, held, dead, due, running int
	retrying, paused, pausedTried   int // of those that are due and not running
}

// add adds n accounts of a state, of which nobody knows whether they are leased.
func (t *tally) add(s accountState, stopped bool, n int) {
	t.total += n
	switch {
	case s == stateHeld:
		t.held += n
	case s == stateDead:
		t.dead += n
	case s.due():
		t.due += n
		t.wait(s.tried(), stopped, n)
	}
}

func (t *tally) wait(tried, stopped bool, n int) {
	if tried {
		t.retrying += n
	}
	if stopped {
		t.paused += n
	}
	if tried && stopped {
		t.pausedTried += n
	}
}

// Progress counts a connector's accounts by status.
func (s *Store) Progress(ctx context.Context, connectorID string) (provisioning.Progress, error) {
	t, err := s.Target(ctx, connectorID)
	if err != nil {
		return provisioning.Progress{}, err
	}
	p, err := s.progress(ctx, connectorID, t.Pauses(), time.Now())
	if !t.Enabled && t.Provisioner.ID != "" {
		p = off(p)
	}
	return p, err
}

func (s *Store) progress(ctx context.Context, connectorID string, pauses provisioning.Pauses, now time.Time) (provisioning.Progress, error) {
	counts, err := list(ctx, s.r, scanAccountCount, countAccounts, connectorID, now.UnixMicro())
	if err != nil {
		return provisioning.Progress{}, fmt.Errorf("count accounts of connector %s: %w", connectorID, err)
	}
	var t tally
	for _, c := range counts {
		switch stopped := c.state.stops(pauses); {
		case !c.leased:
			t.add(c.state, stopped, c.n)
		case c.state.due():
			t.wait(c.state.tried(), stopped, -c.n)
			if c.running {
				t.running += c.n
			} else { // its lease is over by the clock: the attempt counts
				t.wait(c.tried, stopped, c.n)
			}
		}
	}
	p := provisioning.Progress{Total: t.total, Counts: map[provisioning.Status]int{}}
	for status, n := range map[provisioning.Status]int{
		provisioning.StatusHeld: t.held, provisioning.StatusFailed: t.dead, provisioning.StatusSynced: t.total - t.held - t.dead - t.due,
		provisioning.StatusRunning: t.running, provisioning.StatusPaused: t.paused, provisioning.StatusRetrying: t.retrying - t.pausedTried,
		provisioning.StatusPending: t.due - t.running - t.retrying - (t.paused - t.pausedTried),
	} {
		if n > 0 {
			p.Counts[status] = n
		}
	}
	return p, nil
}

// CountUsers is how many users are live.
func (s *Store) CountUsers(ctx context.Context) (int64, error) {
	live, _, err := s.countUsers(ctx)
	return live, err
}

func (s *Store) countUsers(ctx context.Context) (live, disabled int64, err error) {
	err = s.r.QueryRowContext(ctx, `SELECT CAST(sum(live) AS BIGINT), CAST(sum(disabled) AS BIGINT) FROM user_counts`).Scan(&live, &disabled)
	if err != nil {
		err = fmt.Errorf("count users: %w", err)
	}
	return live, disabled, err
}

// part is which part of a count the transaction writes: on PostgreSQL that of its session, which no other one writes.
func (s *Store) part() string {
	if s.postgres {
		return `pg_backend_pid()`
	}
	return `0`
}

// hourOf counts hours since 1970.
func hourOf(at time.Time) int64 { return at.Unix() / int64(time.Hour/time.Second) }

const linesByHour = `SELECT hour, outcome, CAST(sum(n) AS BIGINT) FROM log_counts WHERE hour >= $1 GROUP BY hour, outcome`

// lastHours counts the log by hour of the clock; the last hour is the running one.
func (s *Store) lastHours(ctx context.Context, now time.Time) ([]provisioning.Hour, error) {
	last := hourOf(now)
	all := make([]provisioning.Hour, hours)
	for i := range all {
		all[i].Start = time.Unix((last-hours+1+int64(i))*int64(time.Hour/time.Second), 0).UTC()
	}
	type count struct {
		hour    int64
		outcome provisioning.Outcome
		n       int
	}
	counts, err := list(ctx, s.r, func(row scanner) (c count, err error) { return c, row.Scan(&c.hour, &c.outcome, &c.n) }, linesByHour, last-hours+1)
	if err != nil {
		return nil, fmt.Errorf("count the provisioning log: %w", err)
	}
	for _, c := range counts {
		if c.hour > last {
			continue // the clock was set back
		}
		switch h := &all[c.hour-last+hours-1]; c.outcome {
		case provisioning.Succeeded:
			h.Succeeded += c.n
		case provisioning.Again, provisioning.Gave:
			h.Failed += c.n
		}
	}
	return all, nil
}

// TidyCounts forgets the hours of the log that no page shows, and puts the parts of PostgreSQL's sessions that have ended
// together.
func (s *Store) TidyCounts(ctx context.Context, now time.Time) error {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		for _, statement := range foldCounts {
			if !s.postgres {
				break
			}
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM log_counts WHERE hour < $1`, hourOf(now)-2*hours)
		return err
	})
	if err != nil {
		return fmt.Errorf("tidy counts: %w", err)
	}
	return nil
}

// ofEndedSessions are parts that nobody writes any more: processes of PostgreSQL that are gone.
const ofEndedSessions = ` <> 0 AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.pid = `

var foldCounts = []string{
	`WITH gone AS (DELETE FROM account_counts WHERE part` + ofEndedSessions + `account_counts.part) RETURNING connector_id, kind, state, n)
		INSERT INTO account_counts AS c (connector_id, kind, state, part, n) SELECT connector_id, kind, state, 0, sum(n) FROM gone GROUP BY connector_id, kind, state
		ON CONFLICT (connector_id, kind, state, part) DO UPDATE SET n = c.n + excluded.n`,
	`WITH gone AS (DELETE FROM user_counts WHERE shard` + ofEndedSessions + `user_counts.shard) RETURNING live, disabled)
		INSERT INTO user_counts AS c (shard, live, disabled) SELECT 0, sum(live), sum(disabled) FROM gone HAVING count(*) > 0
		ON CONFLICT (shard) DO UPDATE SET live = c.live + excluded.live, disabled = c.disabled + excluded.disabled`,
	`WITH gone AS (DELETE FROM log_counts WHERE part` + ofEndedSessions + `log_counts.part) RETURNING hour, outcome, n)
		INSERT INTO log_counts AS c (hour, outcome, part, n) SELECT hour, outcome, 0, sum(n) FROM gone GROUP BY hour, outcome
		ON CONFLICT (hour, outcome, part) DO UPDATE SET n = c.n + excluded.n`,
}
