package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"usher/connectors"
	"usher/provisioning"
)

// recordQuery is fenced by the lease. Where an edit came after the claim ($8 is the generation that was claimed) the
// account is due now, whatever the attempt came to.
const recordQuery = `UPDATE accounts SET
		lease = NULL, lease_until = NULL, lease_for = NULL,
		remote_id = $1, origin = $2,
		linked_at = CASE WHEN CAST($1 AS TEXT) IS NULL THEN NULL WHEN remote_id = $1 THEN linked_at ELSE CAST($3 AS BIGINT) END,
		linked_by = CASE WHEN CAST($1 AS TEXT) IS NULL THEN '' WHEN remote_id = $1 THEN linked_by ELSE CAST($4 AS TEXT) END,
		write_began = CASE WHEN $5 THEN NULL ELSE write_began END,
		write_until = CASE WHEN $5 THEN NULL ELSE CAST($29 AS BIGINT) END,
		profile = $6,
		observed_gen = CASE WHEN $7 THEN CAST($8 AS BIGINT) ELSE observed_gen END,
		attempts = CASE WHEN desired_gen = $8 THEN CAST($9 AS BIGINT) ELSE 0 END,
		due_at = CASE WHEN desired_gen = $8 THEN CAST($10 AS BIGINT) ELSE CAST($23 AS BIGINT) END,
		approved = CASE WHEN $7 AND kind = 'group' THEN '' ELSE approved END,
		dead_at = CASE WHEN desired_gen = $8 THEN CAST($11 AS BIGINT) END,
		held_at = CASE WHEN desired_gen = $8 THEN CAST($12 AS BIGINT) END,
		held_reason = CASE WHEN desired_gen = $8 THEN CAST($13 AS TEXT) ELSE '' END,
		held_remote_id = CASE WHEN desired_gen = $8 THEN CAST($14 AS TEXT) ELSE '' END,
		held_shown = CASE WHEN desired_gen = $8 THEN CAST($15 AS TEXT) END,
		error_kind = $16, error = $17, remedy = $18,
		suspect = CASE WHEN suspect = $24 THEN CAST($25 AS TEXT) ELSE suspect END,
		returned_from = $26, waits_for = $27,
		adoptable = CASE WHEN desired_gen = $8 THEN $28 ELSE FALSE END,
		verified_at = CASE WHEN $7 THEN CAST($3 AS BIGINT) ELSE verified_at END
	WHERE connector_id = $19 AND kind = $22 AND resource_id = $20 AND lease = $21`

// releaseQuery undoes a claim. The intent goes with it only if this claim wrote it.
const releaseQuery = `UPDATE accounts SET ` + counted + `, lease = NULL, lease_until = NULL, lease_for = NULL, due_at = $1,
		attempts = CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END,
		write_began = CASE WHEN $2 THEN NULL ELSE write_began END, write_until = CASE WHEN $2 THEN NULL ELSE write_until END
	WHERE connector_id = $3 AND kind = $6 AND resource_id = $4 AND lease = $5`

// tookOverQuery keeps the memberships of an account whose ID the target changed.
const tookOverQuery = `UPDATE pushed_members SET remote_id = $1 WHERE connector_id = $2 AND user_id = $3 AND remote_id = $4`

const goneQuery = `DELETE FROM accounts WHERE connector_id = $1 AND kind = $3 AND resource_id = $2 AND observed_gen = desired_gen`

const purgeQuery = `DELETE FROM users WHERE id = $1 AND ` + isGone + `
	AND NOT EXISTS (SELECT 1 FROM accounts WHERE resource_id = users.id AND kind = 'user')`

// Record implements provisioning.Store.
func (s *Store) Record(ctx context.Context, rs []provisioning.Result, now time.Time) ([]bool, error) {
	held, err := s.recordAll(ctx, rs, now)
	if v := violation(err); v != notUnique && v != notAllowed {
		return held, err
	}
	// One result claims a remote account that stands for another user. It must not cost the others theirs.
	held = make([]bool, len(rs))
	for i := range rs {
		one, err := s.recordAll(ctx, rs[i:i+1], now)
		if violation(err) == notUnique {
			var r provisioning.Result
			if r, err = s.taken(ctx, rs[i], now); err == nil {
				one, err = s.recordAll(ctx, []provisioning.Result{r}, now)
			}
		}
		if err != nil {
			return held, err
		}
		held[i] = one[0]
	}
	return held, nil
}

// taken is the result of an attempt whose account stands for another user. One that is just being written may have a
// new ID at the target by now: then the account is looked for again.
func (s *Store) taken(ctx context.Context, r provisioning.Result, now time.Time) (provisioning.Result, error) {
	kind, _ := accountKey(r.Task.Account)
	var writing bool
	err := s.r.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM accounts WHERE connector_id = $1 AND kind = $2 AND remote_id = $3 AND lease_until > $4)`,
		r.Task.ConnectorID, kind, r.RemoteID, now.UnixMicro()).Scan(&writing)
	if err != nil {
		return r, fmt.Errorf("look for the holder of account %s: %w", r.RemoteID, err)
	}
	r = ofAnother(r)
	if writing {
		const soon = 2 * time.Second
		r.Err = &connectors.Error{Kind: connectors.Pending, Op: string(r.Operation), Message: "The target answered with an account of somebody whose account is being written now.",
			Remedy: "Nothing: Usher looks again by itself."}
		r.Kind, r.Hold, r.DueAt, r.Attempts, r.WritesKnown = connectors.Pending, false, now.Add(soon), max(0, r.Task.Attempts-1), false
	}
	return r, nil
}

// ofAnother is the result of an attempt that met another user's account.
func ofAnother(r provisioning.Result) provisioning.Result {
	r.Err = &connectors.Error{Kind: connectors.Conflict, Op: string(r.Operation),
		Message: fmt.Sprintf("The target answered with the account %q, which already stands for another.", r.RemoteID),
		Remedy:  "Find out at the target who this account belongs to, then retry."}
	if r.Found.ID == "" {
		r.Found.ID = r.RemoteID
	}
	r.Kind, r.Hold, r.Dead, r.Gone = connectors.Conflict, true, false, false
	r.RemoteID, r.Origin, r.Profile = r.Task.RemoteID, r.Task.Origin, r.Task.Profile
	r.ReturnedFrom, r.TookOver, r.Adoptable = r.Task.ReturnedFrom, false, false
	r.PasswordDone = false // whoever has it now, it is not this user's account
	return r
}

func (s *Store) recordAll(ctx context.Context, rs []provisioning.Result, now time.Time) ([]bool, error) {
	held := make([]bool, len(rs))
	shown, sent := make([]provisioning.Result, len(rs)), make([][]byte, len(rs))
	for i := range rs {
		shown[i] = presentable(rs[i])
		var err error
		if sent[i], err = packExchanges(rs[i].Exchanges, textsOfLine(&shown[i])); err != nil {
			return held, fmt.Errorf("record what was sent: %w", err)
		}
	}
	err := s.tx(ctx, func(tx *sql.Tx) error {
		b := batch{tx: tx, now: now.UnixMicro(), at: now, outcomes: map[provisioning.Outcome]int64{}, update: tx.Stmt(s.prepared.record), log: tx.Stmt(s.prepared.log)}
		if err := b.readStates(s, rs); err != nil {
			return err
		}
		for i := range shown {
			r := shown[i]
			b.sent = sent[i]
			ok, err := b.record(s, &r)
			if err != nil {
				return fmt.Errorf("record user %q or group %q at connector %s: %w", r.Task.UserID, r.Task.GroupID, r.Task.ConnectorID, err)
			}
			held[i] = ok
		}
		if err := b.countStates(); err != nil {
			return err
		}
		if err := b.countLines(s); err != nil {
			return err
		}
		return b.spreadNews(s)
	})
	return held, err
}

// presentable holds an account whose ID at the target cannot be kept as text.
func presentable(r provisioning.Result) provisioning.Result {
	if utf8.ValidString(r.RemoteID) && !strings.Contains(r.RemoteID, "\x00") {
		return r
	}
	id := clean(r.RemoteID)
	r.RemoteID = id
	r = ofAnother(r)
	r.Err = &connectors.Error{Kind: connectors.Invalid, Op: string(r.Operation),
		Message: fmt.Sprintf("The target answered with the account ID %q, which is not text.", id),
		Remedy:  "Ask the maker of the target why its IDs are not text, then retry."}
	r.Kind = connectors.Invalid
	return r
}

// batch is the results that are recorded in one transaction. Its statements run to their end, as those of a claim do.
type batch struct {
	tx          *sql.Tx
	now         int64
	at          time.Time
	lines       int
	outcomes    map[provisioning.Outcome]int64 // of the lines
	sent        []byte                         // of the result that is recorded: its packed exchanges
	update, log *sql.Stmt
	states      map[countedAccount]accountState // before the results; nil where a trigger counts
	changed     []countedAccount
	moved       map[countKey]int64
	news        map[string]*news // by connector
	targets     map[targetName]logTarget
}

func (b *batch) record(s *Store, r *provisioning.Result) (bool, error) {
	t := &r.Task
	kind, id := accountKey(t.Account)
	if r.Released {
		res, err := b.tx.Stmt(s.prepared.release).Exec(b.now, t.NoWriteInDoubt, t.ConnectorID, id, t.Lease, kind)
		return changedOne(res, err)
	}
	args, err := b.columns(r)
	if err != nil {
		return false, err
	}
	if ok, err := b.change(countedAccount{t.ConnectorID, kind, id}, r.Gone && r.Err == nil, args); !ok {
		return false, err
	}
	if r.Operation != provisioning.OpNone || r.Err != nil {
		if err := b.writeLine(r); err != nil {
			return false, err
		}
		b.outcomes[r.Outcome()]++
	}
	if r.PasswordDone {
		if _, err := b.tx.Stmt(s.prepared.delivered).Exec(t.UserID, t.ConnectorID, t.PasswordAt.UnixMicro()); err != nil {
			return false, err
		}
	}
	if t.GroupID == "" {
		b.usersNews(r)
	} else if r.RemoteID == "" || r.Gone && r.Err == nil {
		if err := forgetMembers(context.Background(), b.tx, t.Account); err != nil {
			return false, err
		}
	}
	if r.TookOver {
		if _, err := b.tx.Stmt(s.prepared.tookOver).Exec(r.RemoteID, t.ConnectorID, id, t.RemoteID); err != nil {
			return false, err
		}
	}
	if err := b.getBack(s, r); err != nil {
		return false, err
	}
	if r.Gone && r.Err == nil {
		if err := b.leave(s, r); err != nil {
			return false, err
		}
		if _, err := b.tx.Stmt(s.prepared.gone).Exec(t.ConnectorID, id, kind); err != nil || t.GroupID != "" {
			return err == nil, err
		}
		if _, err := b.tx.Stmt(s.prepared.purge).Exec(t.UserID); err != nil {
			return false, err
		}
	}
	return true, nil
}

// columns are the values of recordQuery.
func (b *batch) columns(r *provisioning.Result) ([]any, error) {
	t := &r.Task
	profile, err := object(r.Profile)
	if err != nil {
		return nil, err
	}
	kind, text, remedy := errorColumns(r.Kind, r.Err)
	var deadAt, heldAt, shown any
	var heldReason, heldID string
	switch {
	case r.Err == nil:
	case r.Hold:
		heldAt, heldID = b.now, clean(r.Found.ID)
		heldReason, _ = parted(text)
		if shown, err = object(r.Found.Shown); err != nil {
			return nil, err
		}
	case r.Dead:
		deadAt = b.now
	}
	due := b.now
	if !r.DueAt.IsZero() {
		due = r.DueAt.UnixMicro()
	}
	of, id := accountKey(t.Account)
	edited := b.now
	if of == groupKind {
		edited = b.at.Add(groupWait).UnixMicro()
	}
	var remoteID, origin any
	if r.RemoteID != "" {
		remoteID, origin = r.RemoteID, string(r.Origin)
	}
	return []any{remoteID, origin, b.now, t.ChangeID, (r.WritesKnown || r.Err == nil) && !r.Doubt, profile, r.Err == nil && !r.More, t.DesiredGen, int64(r.Attempts), due,
		deadAt, heldAt, heldReason, heldID, shown, kind, text, remedy, t.ConnectorID, id, t.Lease, of, edited,
		string(t.Suspect), string(r.Suspect), r.ReturnedFrom, r.WaitsFor, r.Hold && r.Err != nil && r.Adoptable, b.mayRun(r)}, nil
}

// mayRun is until when a write of an attempt, or of an earlier one that is in doubt, may still be under way.
func (b *batch) mayRun(r *provisioning.Result) int64 {
	until := r.MayRun
	if !r.Task.NoWriteInDoubt && r.Task.WriteUntil.After(until) {
		until = r.Task.WriteUntil
	}
	if until.IsZero() {
		return b.now
	}
	return until.UnixMicro()
}

func changedOne(res sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
