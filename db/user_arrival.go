package db

import (
	"context"
	"database/sql"

	"usher/auth"
	"usher/directory"
)

// arrive writes, in the transaction that makes a user, what came with them. Groups come before accounts are made due.
func (s *Store) arrive(ctx context.Context, tx *sql.Tx, u directory.User, c directory.Change) error {
	if err := joinGroups(ctx, tx, u, c); err != nil {
		return err
	}
	if err := writeValues(ctx, tx, u); err != nil {
		return err
	}
	if err := markImportRow(ctx, tx, u); err != nil {
		return err
	}
	if err := useRegistration(ctx, tx, u); err != nil {
		return err
	}
	if _, err := s.keepPassword(ctx, tx, u.ID, u.Arrival.Password, c.At); err != nil {
		return err
	}
	_, err := writeLinks(ctx, tx, u, c)
	return err
}

// writeLinks writes the names that others have for the user, and reports whether any was different.
func writeLinks(ctx context.Context, tx *sql.Tx, u directory.User, c directory.Change) (bool, error) {
	client, err := writeClientID(ctx, tx, "user", u.ID, u.Arrival.ClientID)
	if err != nil {
		return false, err
	}
	identity, err := writeIdentity(ctx, tx, u, c)
	return client || identity, err
}

// depart forgets, in the transaction that deletes or takes back a user, what only a live user has.
func depart(ctx context.Context, tx *sql.Tx, id string, c directory.Change) error {
	if err := endUserSessions(ctx, tx, id, ""); err != nil {
		return err
	}
	if err := dropLinks(ctx, tx, id); err != nil {
		return err
	}
	if err := forgetBrowsers(ctx, tx, auth.Owner{UserID: id}); err != nil {
		return err
	}
	if err := freeRegistration(ctx, tx, id); err != nil {
		return err
	}
	if err := dropPasswords(ctx, tx, id); err != nil {
		return err
	}
	if err := leaveGroups(ctx, tx, id, c); err != nil {
		return err
	}
	if err := dropValues(ctx, tx, id); err != nil {
		return err
	}
	return dropIdentities(ctx, tx, id)
}
