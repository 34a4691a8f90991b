package db

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"regexp"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql migrations/postgres/*.sql
var migrations embed.FS

// migrate brings the tables up to date. On PostgreSQL an advisory lock lets one process at it. On SQLite the write
// lock does: of two processes one fails for want of what the other just made, and finds nothing left to do.
func (s *Store) migrate(ctx context.Context) error {
	p, err := s.migrator()
	if err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	if err := s.notNewer(ctx, p); err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	if s.postgres {
		_, err = p.Up(ctx)
	} else {
		err = upAlone(ctx, p)
	}
	if err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	return nil
}

// notNewer refuses tables that a later program made: this one does not know what they mean.
func (s *Store) notNewer(ctx context.Context, p *goose.Provider) error {
	var is int64
	err := s.w.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&is)
	sources := p.ListSources()
	if known := sources[len(sources)-1].Version; err == nil && is > known {
		return s.site.newer(is, known)
	}
	if _, broken := errors.AsType[*Fault](err); broken {
		return err
	}
	return nil // a new database has no such table
}

func upAlone(ctx context.Context, p *goose.Provider) error {
	var err error
	for range 3 {
		if _, err = p.Up(ctx); err == nil {
			return nil
		}
		if pending, e := p.HasPending(ctx); e == nil && !pending {
			return nil
		}
	}
	return err
}

func (s *Store) migrator() (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	// A migration may have come in with a number below those that a database has already: it is made up for.
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true), goose.WithSlog(slog.New(slog.DiscardHandler))}
	if !s.postgres {
		return goose.NewProvider(goose.DialectSQLite3, s.w, dir, options...)
	}
	// Of several that start together, one migrates. The others look every second, for five minutes.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, s.w, forPostgres{dir}, append(options, goose.WithSessionLocker(locker))...)
}

// forPostgres serves migrations whose TEXT columns sort by bytes. By the database's collation order, paging and ranges
// of prefixes would differ from SQLite's, and between servers. WITHOUT ROWID is SQLite's alone: there it keeps a table
// in its primary key, instead of beside it. A migration in the folder postgres takes the place of its namesake.
type forPostgres struct{ fs.FS }

var (
	textType     = regexp.MustCompile(`\bTEXT\b`)
	withoutRowID = regexp.MustCompile(` WITHOUT ROWID\b`)
)

func (c forPostgres) Open(name string) (fs.File, error) {
	if own := path.Join("postgres", name); strings.HasSuffix(name, ".sql") {
		if _, err := fs.Stat(c.FS, own); err == nil {
			name = own
		}
	}
	f, err := c.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	b, err := fs.ReadFile(c.FS, name)
	if err != nil {
		return nil, err
	}
	b = withoutRowID.ReplaceAll(b, nil)
	return adaptedFile{f, bytes.NewReader(textType.ReplaceAll(b, []byte(`TEXT COLLATE "C"`)))}, nil
}

type adaptedFile struct {
	fs.File
	body *bytes.Reader
}

func (f adaptedFile) Read(b []byte) (int, error) { return f.body.Read(b) }
