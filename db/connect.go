package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"
)

const (
	readers     = 5 // one of them watches
	postgresMax = 16
)

func (s *Store) connect(dsn string) error {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		s.postgres = true
		return s.connectPostgres(dsn)
	}
	if scheme, _, ok := strings.Cut(dsn, "://"); ok && scheme != "file" {
		return fmt.Errorf("the database %q is neither a file nor a postgres:// address", scheme+"://…")
	}
	return s.connectSQLite(dsn)
}

func (s *Store) connectPostgres(dsn string) error {
	// The address holds a password, which a parse error would repeat.
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return fmt.Errorf("the database address is not a valid postgres:// address, such as postgres://usher:PASSWORD@db.example.com/usher")
	}
	s.site = &site{pg: config}
	next := stdlib.GetConnector(*config)
	p := sql.OpenDB(&guarded{site: s.site, writer: true, open: next.Connect, of: next.Driver()})
	p.SetMaxOpenConns(postgresMax)
	p.SetMaxIdleConns(postgresMax)
	p.SetConnMaxIdleTime(5 * time.Minute)
	s.w, s.r = p, p
	s.notify.start(p)
	return nil
}

func (s *Store) connectSQLite(dsn string) error {
	path := strings.TrimPrefix(strings.TrimPrefix(dsn, "file:"), "//")
	path, _, _ = strings.Cut(path, "?")
	if path == "" || path == ":memory:" {
		return fmt.Errorf("the database needs a file: give a path such as usher.db")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	s.path, s.site = path, &site{path: path}
	if err := makePrivate(path); err != nil {
		return &Fault{Words: s.site.cannotOpen(), err: err}
	}
	if s.site.file, err = os.Stat(path); err != nil {
		return &Fault{Words: s.site.cannotOpen(), err: err}
	}
	s.w = s.site.sqlite(true, sqliteDSN(path, "&_txlock=immediate"))
	s.r = s.site.sqlite(false, sqliteDSN(path, "&_pragma=query_only(ON)"))
	s.writes.w, s.writes.takes = s.w, groupTakes
	s.w.SetMaxOpenConns(1)
	s.w.SetMaxIdleConns(1)
	s.r.SetMaxOpenConns(readers)
	s.r.SetMaxIdleConns(readers)
	return nil
}

func (s *site) sqlite(writer bool, dsn string) *sql.DB {
	d := new(sqlite.Driver) // an own one: what others register for theirs is none of ours
	return sql.OpenDB(&guarded{site: s, writer: writer, prepares: true, of: d, open: func(context.Context) (driver.Conn, error) { return d.Open(dsn) }})
}

// makePrivate makes a new database readable by its owner alone: it holds password hashes and everybody's
// addresses. SQLite gives its other files the same mode. A database that is there is not even opened: closing the
// file would drop every lock that this process has on it (POSIX fcntl).
func makePrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// sqliteDSN opens what is there and makes nothing new (mode=rw): makePrivate has made it. It gives every connection its
// pragmas; they are executed in this order, and waiting for a lock must be set up before the first one that needs it.
// FULL: what was acknowledged survives a power cut. secure_delete: what is wiped leaves no bytes behind in the page that
// it stood on.
func sqliteDSN(path, more string) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String() +
		"?mode=rw&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(ON)&_pragma=cache_size(-32000)&_pragma=wal_autocheckpoint(8000)&_pragma=secure_delete(FAST)" + more
}
