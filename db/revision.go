package db

import (
	"context"
	"database/sql"
	"fmt"

	"usher/directory"
)

// revised is a table whose rows count their writes, so that a writer can name the revision that it read.
type revised struct {
	table, key string
	noun       string // for people
	none       func() error
}

var (
	revisedConnections  = revised{"connections", "id", "connection", noConnection}
	revisedConnectors   = revised{"connectors", "id", "connector", noConnector}
	revisedProvisioners = revised{"provisioners", "id", "provisioner", noProvisioner}
	revisedSignIns      = revised{"sign_ins", "connection_id", "connection", noSignIn}
)

// changedMeanwhile is a Conflict without a field: that is how callers tell it from a name that is taken.
func changedMeanwhile(noun string) error {
	return &directory.Error{Code: directory.Conflict,
		Message: "Somebody else changed this " + noun + " meanwhile. Look at the new values and make your change again."}
}

// unrevised holds the row until the transaction ends, and fails when it has another revision than the writer read;
// revision 0: the writer read nothing.
func (s *Store) unrevised(ctx context.Context, tx *sql.Tx, of revised, id string, revision int64) error {
	var now int64
	query := `SELECT revision FROM ` + of.table + ` WHERE ` + of.key + ` = $1`
	if s.postgres {
		query += ` FOR NO KEY UPDATE` // as the write that follows, so that new accounts of the row need not wait
	}
	err := tx.QueryRowContext(ctx, query, id).Scan(&now)
	if missing(err) {
		return of.none()
	}
	if err != nil {
		return fmt.Errorf("read the revision of %s %s: %w", of.noun, id, err)
	}
	if revision != 0 && revision != now {
		return changedMeanwhile(of.noun)
	}
	return nil
}

// LastChange is the newest change of a target by one of these actions; ok is false when there was none.
func (s *Store) LastChange(ctx context.Context, target string, actions ...string) (c directory.Change, ok bool, err error) {
	args := []any{clean(target)}
	for _, a := range actions {
		args = append(args, a)
	}
	c, err = scanChange(s.r.QueryRowContext(ctx, `SELECT `+changeColumns+` FROM changes WHERE target = $1 AND action IN (`+placeholders(2, len(actions))+`)
		ORDER BY id DESC LIMIT 1`, args...))
	return maybe(c, err, "read the last change")
}
