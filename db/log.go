package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"usher/directory"
	"usher/latin"
	"usher/provisioning"
)

const logQuery = `INSERT INTO attempts (id, at, change_id, user_id, user_name, user_name_key, target, connector,
		operation, outcome, took, status, error_kind, error, remedy, remote_id, exchanges, group_id)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`

// writeLine adds what an attempt did to the provisioning log.
func (b *batch) writeLine(r *provisioning.Result) error {
	target, err := b.targetOf(&r.Task)
	if err != nil {
		return err
	}
	t := &r.Task
	status := 0
	if n := len(r.Exchanges); n > 0 {
		status = r.Exchanges[n-1].Status
	}
	operation := r.Operation
	if operation == "" {
		operation = provisioning.OpNone
	}
	kind, text, remedy := errorColumns(r.Kind, r.Err)
	name := nameOf(t)
	_, err = b.log.Exec(logID(b.at, b.lines), b.now, t.ChangeID, t.UserID, name, latin.Fold(name),
		target.n, target.connector, string(operation), string(r.Outcome()), r.Took.Microseconds(), int64(status),
		kind, text, remedy, r.RemoteID, b.sent, t.GroupID)
	b.lines++
	return err
}

// textsOfLine are those of the line that writeLine writes.
func textsOfLine(r *provisioning.Result) lineTexts {
	return lineTexts{nameOf(&r.Task), r.Task.UserID + r.Task.GroupID, r.RemoteID}
}

func nameOf(t *provisioning.Task) string {
	if t.GroupID != "" {
		return t.Group.DisplayName
	}
	return t.User.UserName
}

const attemptColumns = `l.id, l.at, l.change_id, l.user_id, l.user_name, l.group_id, o.connector_id, o.connection, o.kind, l.operation, l.outcome,
	l.took, l.status, l.error_kind, l.error, l.remedy, l.remote_id, c.actor_kind, c.actor_id, c.actor_name, c.action`

const fromAttempts = ` FROM attempts l LEFT JOIN log_targets o ON o.n = l.target LEFT JOIN changes c ON c.id = l.change_id`

type attemptRow struct {
	provisioning.Attempt
	at, took                          sql.NullInt64
	actorKind, actorID, actor, action sql.NullString
}

func (r *attemptRow) dest() []any {
	return []any{&r.ID, &r.at, &r.ChangeID, &r.UserID, &r.UserName, &r.GroupID, &r.ConnectorID, &r.Connection, &r.Kind, &r.Operation, &r.Attempt.Outcome,
		&r.took, &r.Status, &r.ErrorKind, &r.Error, &r.Remedy, &r.RemoteID, &r.actorKind, &r.actorID, &r.actor, &r.action}
}

func (r *attemptRow) finish() provisioning.Attempt {
	a := r.Attempt
	a.Error, a.More = parted(a.Error)
	a.At, a.Took = timeOf(r.at), time.Duration(r.took.Int64)*time.Microsecond
	a.Actor = directory.Actor{Kind: directory.BySystem}
	if r.actorKind.Valid {
		a.Actor = directory.Actor{Kind: directory.ActorKind(r.actorKind.String), ID: r.actorID.String, Name: r.actor.String}
	}
	a.Action = r.action.String
	if a.GroupID != "" {
		a.UserName, a.GroupName = "", a.UserName
	}
	return a
}

// Log lists lines of the provisioning log, newest first. Exchanges are left out: LogEntry has them.
func (s *Store) Log(ctx context.Context, f provisioning.LogFilter) (provisioning.LogPage, error) {
	n := pageSize(f.Limit)
	q, err := s.logFilter(ctx, f)
	if err != nil {
		return provisioning.LogPage{}, fmt.Errorf("list provisioning log: %w", err)
	}
	found, err := list(ctx, s.r, func(row scanner) (provisioning.Attempt, error) {
		var r attemptRow
		err := row.Scan(r.dest()...)
		return r.finish(), err
	}, q.end(` ORDER BY l.id DESC LIMIT %s`, n+1), q.args...)
	if err != nil {
		return provisioning.LogPage{}, fmt.Errorf("list provisioning log: %w", err)
	}
	p := provisioning.LogPage{Attempts: found}
	if len(found) > n {
		p.Attempts, p.Next = found[:n], found[n-1].ID
	}
	return p, nil
}

// LogEntry is one line with its exchanges; NotFound when there is none.
func (s *Store) LogEntry(ctx context.Context, id string) (provisioning.Attempt, error) {
	var r attemptRow
	var exchanges []byte
	err := s.r.QueryRowContext(ctx, `SELECT `+attemptColumns+`, l.exchanges`+fromAttempts+` WHERE l.id = $1`, id).Scan(append(r.dest(), &exchanges)...)
	if missing(err) {
		return r.Attempt, &directory.Error{Code: directory.NotFound, Message: "There is no such line in the provisioning log. Old lines are removed."}
	}
	if err != nil {
		return r.Attempt, fmt.Errorf("read log line %s: %w", id, err)
	}
	a := r.finish()
	if a.Exchanges, err = unpackExchanges(exchanges, lineTexts{r.UserName, r.UserID + r.GroupID, r.RemoteID}); err != nil {
		return a, fmt.Errorf("log line %s: %w", id, err)
	}
	return a, nil
}

// PruneLog implements provisioning.Store.
func (s *Store) PruneLog(ctx context.Context, before time.Time, n int) (int, error) {
	gone, err := exec(ctx, s.w, `DELETE FROM attempts WHERE id IN (SELECT id FROM attempts WHERE id < $1 ORDER BY id LIMIT $2)`,
		boundID(before).String(), n)
	if err != nil {
		return 0, fmt.Errorf("prune provisioning log: %w", err)
	}
	return int(gone), nil
}
