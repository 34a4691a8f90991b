package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"usher/directory"
	"usher/latin"
)

const connectionColumns = `id, name, description, type, revision, created_at, updated_at`

func scanConnection(row scanner) (directory.Connection, error) {
	var n directory.Connection
	var created, updated sql.NullInt64
	err := row.Scan(&n.ID, &n.Name, &n.Description, &n.Type, &n.Revision, &created, &updated)
	n.CreatedAt, n.UpdatedAt = timeOf(created), timeOf(updated)
	return n, err
}

func noConnection() error {
	return &directory.Error{Code: directory.NotFound, Message: "There is no such connection. It may have been deleted."}
}

func oneConnection(row *sql.Row) (directory.Connection, error) {
	n, err := scanConnection(row)
	if missing(err) {
		return n, noConnection()
	}
	if err != nil {
		return n, fmt.Errorf("read connection: %w", err)
	}
	return n, nil
}

// Connection finds a connection; NotFound when there is none.
func (s *Store) Connection(ctx context.Context, id string) (directory.Connection, error) {
	return oneConnection(s.r.QueryRowContext(ctx, `SELECT `+connectionColumns+` FROM connections WHERE id = $1`, id))
}

// ConnectionByName finds a connection by its name, whatever its case.
func (s *Store) ConnectionByName(ctx context.Context, name string) (directory.Connection, error) {
	return oneConnection(s.r.QueryRowContext(ctx, `SELECT `+connectionColumns+` FROM connections WHERE name_key = $1`, directory.Key(name)))
}

func connectionQuery(f directory.ConnectionFilter) (string, []any) {
	q := where(`SELECT ` + connectionColumns + ` FROM connections`)
	q.addIf(f.After != "", `name_key > %s`, clean(f.After))
	return q.end(` ORDER BY name_key`), q.args
}

// Connections lists connections by name. Names are compared here while reading in order: there are few of them,
// and reading ends with the page.
func (s *Store) Connections(ctx context.Context, f directory.ConnectionFilter) (directory.ConnectionPage, error) {
	var p directory.ConnectionPage
	n, search := pageSize(f.Limit), searchTerms(f.Search)
	text, args := connectionQuery(f)
	rows, err := s.r.QueryContext(ctx, text, args...)
	if err != nil {
		return p, fmt.Errorf("list connections: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		c, err := scanConnection(rows)
		if err != nil {
			return p, fmt.Errorf("list connections: %w", err)
		}
		if !beginsAll(append(words(c.Name), latin.Fold(c.Name)), search) {
			continue
		}
		if len(p.Connections) == n {
			p.Next = directory.Key(p.Connections[n-1].Name)
			return p, nil
		}
		p.Connections = append(p.Connections, c)
	}
	return p, rows.Err()
}

// beginsAll reports whether each search term is the beginning of some term.
func beginsAll(terms, search []string) bool {
	for _, want := range search {
		if !slices.ContainsFunc(terms, func(t string) bool { return strings.HasPrefix(t, want) }) {
			return false
		}
	}
	return true
}

func connectionNameTaken(err error) error {
	if violation(err) != notUnique {
		return err
	}
	const message = "A connection with this name already exists."
	return &directory.Error{Code: directory.Conflict, Message: message, Fields: map[string]string{"name": message}}
}

// CreateConnection implements directory.Store.
func (s *Store) CreateConnection(ctx context.Context, n directory.Connection, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := insertConnection(ctx, tx, n, c); err != nil {
			return err
		}
		return recordChange(ctx, tx, c)
	})
}

func insertConnection(ctx context.Context, tx *sql.Tx, n directory.Connection, c directory.Change) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO connections (id, name, name_key, description, type, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $6)`, n.ID, n.Name, directory.Key(n.Name), n.Description, string(n.Type), c.At.UnixMicro())
	if err != nil {
		return fmt.Errorf("create connection %s: %w", n.ID, connectionNameTaken(err))
	}
	return nil
}

// UpdateConnection implements directory.Store; a connection's type stays what it was made as. n.Revision 0 skips the
// check for a newer one.
func (s *Store) UpdateConnection(ctx context.Context, n directory.Connection, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.unrevised(ctx, tx, revisedConnections, n.ID, n.Revision); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE connections SET name = $1, name_key = $2, description = $3, revision = revision + 1, updated_at = $4 WHERE id = $5`,
			n.Name, directory.Key(n.Name), n.Description, c.At.UnixMicro(), n.ID)
		if err != nil {
			return fmt.Errorf("update connection %s: %w", n.ID, connectionNameTaken(err))
		}
		return recordChange(ctx, tx, c)
	})
}

// DeleteConnection implements directory.Store.
func (s *Store) DeleteConnection(ctx context.Context, id string, c directory.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lock(ctx, tx, lockUsersAndTargets, false); err != nil {
			return err
		}
		if err := unused(ctx, tx, `n.id = $1`, id, "connection"); err != nil {
			return err
		}
		for _, statement := range []string{
			`DELETE FROM accounts WHERE connector_id IN (SELECT id FROM connectors WHERE connection_id = $1)`,
			`DELETE FROM connectors WHERE connection_id = $1`,
		} {
			if _, err := tx.ExecContext(ctx, statement, id); err != nil {
				return fmt.Errorf("delete connection %s: %w", id, err)
			}
		}
		found, err := exec(ctx, tx, `DELETE FROM connections WHERE id = $1`, id)
		if err != nil {
			return fmt.Errorf("delete connection %s: %w", id, err)
		}
		if found == 0 {
			return noConnection()
		}
		if err := purgeAll(ctx, tx); err != nil {
			return err
		}
		return recordChange(ctx, tx, c)
	})
}

// unused is an InUse error that names the provisioners which stand in the way.
func unused(ctx context.Context, tx *sql.Tx, condition, id, what string) error {
	users, err := list(ctx, tx, func(row scanner) (string, error) {
		var connection, kind string
		err := row.Scan(&connection, &kind)
		return fmt.Sprintf("“%s” (%s)", connection, kind), err
	}, `SELECT n.name, k.kind FROM provisioners p JOIN connectors k ON k.id = p.connector_id JOIN connections n ON n.id = k.connection_id
		WHERE `+condition+` ORDER BY n.name_key, k.kind`, id)
	if err != nil {
		return fmt.Errorf("look for provisioners: %w", err)
	}
	if len(users) == 0 {
		return nil
	}
	return &directory.Error{Code: directory.InUse, Message: fmt.Sprintf("The %s cannot be deleted: the outbound provisioner %s sends users through it. "+
		"Delete the provisioner first, under Login & Registration → Provisioning Settings → Outbound Provisioning Configuration.",
		what, strings.Join(users, ", "))}
}
