package db

import (
	"database/sql"
	"errors"

	"usher/provisioning"
)

// logTarget is where an attempt went, as it was named then: a row of log_targets, which never changes. Lines name it by
// its number, and the connector by the number of its first row.
type logTarget struct{ n, connector int64 }

type targetName struct{ connectorID, connection, kind string }

const (
	logTargetQuery = `SELECT n, connector FROM log_targets WHERE connector_id = $1 AND connection = $2 AND kind = $3`
	newTargetQuery = `INSERT INTO log_targets (n, connector, connector_id, connection, kind)
		SELECT last + 1, coalesce((SELECT min(connector) FROM log_targets WHERE connector_id = $1), last + 1), CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT)
		FROM (SELECT coalesce(max(n), 0) AS last FROM log_targets) AS so_far WHERE TRUE ON CONFLICT DO NOTHING`
	connectorNumber = `(SELECT min(connector) FROM log_targets WHERE connector_id = %s)`
)

// numberTries is how often another process may take the number that a new target was to have.
const numberTries = 10

// targetOf finds the target of a task, or makes its row.
func (b *batch) targetOf(t *provisioning.Task) (logTarget, error) {
	name := targetName{t.ConnectorID, t.Provisioner.Connection, t.Provisioner.Kind}
	if known, ok := b.targets[name]; ok {
		return known, nil
	}
	var found logTarget
	for range numberTries {
		err := b.tx.QueryRow(logTargetQuery, name.connectorID, name.connection, name.kind).Scan(&found.n, &found.connector)
		if err == nil {
			if b.targets == nil {
				b.targets = map[targetName]logTarget{}
			}
			b.targets[name] = found
			return found, nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return found, err
		}
		if _, err := b.tx.Exec(newTargetQuery, name.connectorID, name.connection, name.kind); err != nil {
			return found, err
		}
	}
	return found, errors.New("number the target in the provisioning log: others take each number")
}
