package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"usher/directory"
)

// longestClientID is in characters; the index of PostgreSQL takes no long ones.
const longestClientID = 250

// writeClientID writes a client's name for a resource and reports whether it was different.
func writeClientID(ctx context.Context, tx *sql.Tx, kind, resourceID string, c directory.ClientID) (bool, error) {
	if c.Client == "" {
		return false, nil
	}
	if c.Value == "" {
		n, err := exec(ctx, tx, `DELETE FROM client_ids WHERE client = $1 AND kind = $2 AND resource_id = $3`, c.Client, kind, resourceID)
		if err != nil {
			return false, fmt.Errorf("forget client's ID of %s %s: %w", kind, resourceID, err)
		}
		return n > 0, nil
	}
	if err := checkClientID(c.Value); err != nil {
		return false, err
	}
	n, err := exec(ctx, tx, `INSERT INTO client_ids (client, kind, resource_id, value) VALUES ($1, $2, $3, $4)
		ON CONFLICT (client, kind, resource_id) DO UPDATE SET value = excluded.value WHERE client_ids.value <> excluded.value`,
		c.Client, kind, resourceID, c.Value)
	if err != nil {
		return false, fmt.Errorf("write client's ID of %s %s: %w", kind, resourceID, err)
	}
	return n > 0, nil
}

func checkClientID(v string) error {
	f := directory.FieldErrors{}
	if utf8.RuneCountInString(v) > longestClientID {
		f.Add("external_id", "Use at most 250 characters.")
	}
	if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
		f.Add("external_id", "This cannot contain control characters.")
	}
	return f.Err()
}

// dropClientIDs forgets what clients call a resource that is gone.
func dropClientIDs(ctx context.Context, tx *sql.Tx, kind, resourceID string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM client_ids WHERE resource_id = $1 AND kind = $2`, resourceID, kind)
	if err != nil {
		return fmt.Errorf("forget clients' IDs of %s %s: %w", kind, resourceID, err)
	}
	return nil
}

// ClientIDs are a client's names for some users ("user") or groups ("group"), by resource ID. Those without are left out.
func (s *Store) ClientIDs(ctx context.Context, client, kind string, resourceIDs []string) (map[string]string, error) {
	found := map[string]string{}
	if client == "" {
		return found, nil
	}
	for some := range slices.Chunk(resourceIDs, setSize) {
		args := []any{client, kind}
		for _, id := range some {
			args = append(args, clean(id))
		}
		pairs, err := list(ctx, s.r, scanPair, `SELECT resource_id, value FROM client_ids
			WHERE client = $1 AND kind = $2 AND resource_id IN (`+placeholders(3, len(some))+`)`, args...)
		if err != nil {
			return nil, fmt.Errorf("list client's IDs: %w", err)
		}
		for _, p := range pairs {
			found[p[0]] = p[1]
		}
	}
	return found, nil
}

func scanPair(row scanner) ([2]string, error) {
	var p [2]string
	err := row.Scan(&p[0], &p[1])
	return p, err
}
