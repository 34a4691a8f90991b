package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"usher/directory"
	"usher/mail"
)

// Stored: never rename.
const (
	settingMailServer   = "mail.server"
	settingMailPassword = "mail.password" // sealed
)

// MailServer implements mail.Store.
func (s *Store) MailServer(ctx context.Context) (mail.Server, error) {
	var m mail.Server
	var server, password sql.NullString
	// One statement, so that a password never meets a server that it was not saved with.
	var revision sql.NullInt64
	err := s.r.QueryRowContext(ctx, `SELECT (SELECT value FROM settings WHERE name = $1), (SELECT revision FROM settings WHERE name = $1),
		(SELECT value FROM settings WHERE name = $2)`, settingMailServer, settingMailPassword).Scan(&server, &revision, &password)
	if err != nil {
		return m, fmt.Errorf("read mail server: %w", err)
	}
	m.Revision = unsaved + revision.Int64
	if server.String == "" {
		return m, nil
	}
	if err := json.Unmarshal([]byte(server.String), &m); err != nil {
		return m, fmt.Errorf("stored mail server: %w", err)
	}
	m.Password, err = s.openSealed(settingMailPassword, password.String)
	return m, err
}

// SaveMailServer implements mail.Store.
func (s *Store) SaveMailServer(ctx context.Context, m mail.Server, c directory.Change) error {
	text := []byte{}
	if m.Set() {
		var err error
		if text, err = json.Marshal(m); err != nil {
			return fmt.Errorf("mail server: %w", err)
		}
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := swapSetting(ctx, tx, settingMailServer, string(text), m.Revision, c.At); err != nil {
			return err
		}
		if err := s.sealSetting(ctx, tx, settingMailPassword, m.Password); err != nil {
			return err
		}
		return recordChange(ctx, tx, c)
	})
}
