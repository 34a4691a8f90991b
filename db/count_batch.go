package db

import (
	"context"
	"fmt"
	"slices"

	"usher/provisioning"
)

// counted has the trigger of SQLite see a statement that changes states and sets no desired_gen otherwise.
const counted = `desired_gen = desired_gen`

type countedAccount struct{ connectorID, kind, id string }

type countKey struct {
	connectorID, kind string
	state             accountState
}

// readStates reads how the accounts of a batch are counted. On PostgreSQL a trigger does it, once a statement.
func (b *batch) readStates(s *Store, rs []provisioning.Result) (err error) {
	if s.postgres {
		return nil
	}
	b.moved = map[countKey]int64{}
	accounts := make([]countedAccount, len(rs))
	for i := range rs {
		kind, id := accountKey(rs[i].Task.Account)
		accounts[i] = countedAccount{rs[i].Task.ConnectorID, kind, id}
	}
	b.states, err = b.statesOf(accounts)
	return err
}

func (b *batch) statesOf(accounts []countedAccount) (map[countedAccount]accountState, error) {
	states, ids := make(map[countedAccount]accountState, len(accounts)), map[string][]string{}
	for _, a := range accounts {
		ids[a.connectorID] = append(ids[a.connectorID], a.id)
	}
	for connectorID, all := range ids {
		for some := range slices.Chunk(all, setSize) {
			_, err := list(context.Background(), b.tx, func(row scanner) (k countedAccount, err error) {
				var state accountState
				k.connectorID = connectorID
				err = row.Scan(&k.kind, &k.id, &state)
				states[k] = state
				return k, err
			}, statesQuery(len(some)), idArgs(some, connectorID)...)
			if err != nil {
				return nil, fmt.Errorf("read states of accounts: %w", err)
			}
		}
	}
	return states, nil
}

func statesQuery(n int) string {
	return `SELECT kind, resource_id, state FROM accounts WHERE connector_id = $1 AND kind IN ('user', 'group') AND resource_id IN (` + placeholders(2, n) + `)`
}

// change writes a result to its account, which may be gone after it.
func (b *batch) change(a countedAccount, gone bool, args []any) (bool, error) {
	ok, err := changedOne(b.update.Exec(args...))
	if !ok || b.states == nil {
		return ok, err
	}
	if gone { // what is deleted is counted off as it is then
		return true, b.move(a)
	}
	b.changed = append(b.changed, a)
	return true, nil
}

// move remembers how accounts that were written are counted from now on.
func (b *batch) move(accounts ...countedAccount) error {
	now, err := b.statesOf(accounts)
	for _, a := range accounts {
		b.moved[countKey{a.connectorID, a.kind, b.states[a]}]--
		b.moved[countKey{a.connectorID, a.kind, now[a]}]++
		b.states[a] = now[a]
	}
	return err
}

// countStates writes what the results changed, in sum.
func (b *batch) countStates() error {
	if b.states == nil {
		return nil
	}
	if err := b.move(b.changed...); err != nil {
		return err
	}
	for k, by := range b.moved {
		if by == 0 {
			continue
		}
		_, err := b.tx.Exec(`INSERT INTO account_counts AS c (connector_id, kind, state, part, n) VALUES ($1, $2, $3, 0, $4)
			ON CONFLICT (connector_id, kind, state, part) DO UPDATE SET n = c.n + excluded.n`, k.connectorID, k.kind, int64(k.state), by)
		if err != nil {
			return fmt.Errorf("count accounts: %w", err)
		}
	}
	return nil
}

// countLines counts the lines that a batch wrote to the log.
func (b *batch) countLines(s *Store) error {
	for outcome, n := range b.outcomes {
		_, err := b.tx.Exec(`INSERT INTO log_counts AS c (hour, outcome, part, n) VALUES ($1, $2, `+s.part()+`, $3)
			ON CONFLICT (hour, outcome, part) DO UPDATE SET n = c.n + excluded.n`, hourOf(b.at), string(outcome), n)
		if err != nil {
			return fmt.Errorf("count lines of the log: %w", err)
		}
	}
	return nil
}
