package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Fault is a database that cannot be worked with, whatever is asked of it. Its text is for the administrator: which
// database, what is wrong, and what to do, with the driver's words in brackets. It never holds a password.
type Fault struct {
	Words string
	err   error
}

func (f *Fault) Error() string {
	if f.err == nil {
		return f.Words
	}
	return f.Words + " (" + strings.Join(strings.Fields(f.err.Error()), " ") + ")"
}

func (f *Fault) Unwrap() error { return f.err }

// site is which database it is, for people, and how its faults are told.
type site struct {
	path string      // of the SQLite file, absolute
	file os.FileInfo // as it was when it was opened
	pg   *pgx.ConnConfig
}

func (s *site) String() string {
	if s.pg == nil {
		return "The database " + s.path
	}
	return fmt.Sprintf("The PostgreSQL database %q at %s", s.pg.Database, net.JoinHostPort(s.pg.Host, fmt.Sprint(s.pg.Port)))
}

// moved is a *Fault when the SQLite file is not any more the one that was opened: SQLite goes on writing to what was
// deleted, and all of that is lost.
func (s *site) moved() error {
	if s.file == nil {
		return nil
	}
	now, err := os.Stat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Fault{Words: fmt.Sprintf("%s was deleted or moved away while Usher has it open, so nothing can be saved. Stop Usher, put the file back or restore a backup, and start again.", s)}
	case err == nil && !os.SameFile(now, s.file):
		return &Fault{Words: fmt.Sprintf("%s was replaced by another file while Usher has it open, so nothing can be saved. Stop Usher, make sure that the right file is there, and start again.", s)}
	}
	return nil // what else is wrong, the driver says
}

// fault makes a *Fault of a driver's error that is about the database as a whole; any other stays as it is.
func (s *site) fault(err error) error {
	if err == nil || err == driver.ErrSkip || errors.Is(err, driver.ErrBadConn) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) { //nolint:errorlint // database/sql compares ErrSkip like this
		return err
	}
	if _, ok := errors.AsType[*Fault](err); ok {
		return err
	}
	words := ""
	if s.pg != nil {
		words = s.postgresWords(err)
	} else if e, ok := errors.AsType[*sqlite.Error](err); ok {
		words = s.sqliteWords(e.Code())
	}
	if words == "" {
		return err
	}
	return &Fault{Words: words, err: err}
}

// sqliteWords are for the result codes (https://sqlite.org/rescode.html) that are about the file.
func (s *site) sqliteWords(code int) string {
	if gone := s.moved(); gone != nil {
		return gone.Error()
	}
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return fmt.Sprintf("The disk with the database %s is full, so nothing can be saved. Free some space; Usher goes on by itself.", s.path)
	case sqlite3.SQLITE_IOERR:
		return fmt.Sprintf("%s cannot be read or written because the disk reports an error. Look at the disk and the system's log; if the file is damaged, stop Usher and restore a backup.", s)
	case sqlite3.SQLITE_CORRUPT:
		return fmt.Sprintf("%s is damaged: parts of it are not what was written. Stop Usher and restore the last backup.", s)
	case sqlite3.SQLITE_NOTADB:
		return fmt.Sprintf("The file %s is no SQLite database. Name another one with --db, or move this one away, and Usher makes a new one.", s.path)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return fmt.Sprintf("%s cannot be written: the file, its folder or the disk is read-only to Usher. Give the system's user that runs Usher the right to write there.", s)
	case sqlite3.SQLITE_CANTOPEN:
		return s.cannotOpen()
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Sprintf("%s is locked by another program that writes to it. End that program, or try again when it is done.", s)
	}
	return ""
}

func (s *site) cannotOpen() string {
	return fmt.Sprintf("%s cannot be opened. Check that its folder is there, that it is a file, and that the system's user that runs Usher may read and write both.", s)
}

// postgresWords are for the codes (https://www.postgresql.org/docs/current/errcodes-appendix.html) that are about the
// server, and for one that cannot be reached.
func (s *site) postgresWords(err error) string {
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		_, connecting := errors.AsType[*pgconn.ConnectError](err)
		_, network := errors.AsType[net.Error](err)
		if connecting || network || pgconn.Timeout(err) {
			return fmt.Sprintf("%s cannot be reached. Check that the server is up and that the address in --db is right; a running Usher goes on by itself.", s)
		}
		return ""
	}
	switch {
	case e.Code == "28P01" || strings.HasPrefix(e.Code, "28"):
		return fmt.Sprintf("%s does not let the user %q in. Check the user and the password in --db.", s, s.pg.User)
	case e.Code == "3D000":
		return fmt.Sprintf("%s does not exist. Create it there, or correct the name in --db.", s)
	case e.Code == "25006":
		return fmt.Sprintf("%s is read-only, as a standby is, so nothing can be saved. Give the address of the primary with --db, or make this one writable.", s)
	case e.Code == "42501":
		return fmt.Sprintf("%s does not allow the user %q what Usher needs. Make them the owner of the database.", s, s.pg.User)
	case e.Code == "53100":
		return fmt.Sprintf("%s has no room left on its disk, so nothing can be saved. Free some space there; Usher goes on by itself.", s)
	case e.Code == "53300":
		return fmt.Sprintf("%s takes no more connections. Raise max_connections there, or stop other programs; Usher tries again.", s)
	case e.Code == "XX001" || e.Code == "XX002" || e.Code == "58030":
		return fmt.Sprintf("%s is damaged, or its disk reports an error. Look at that server's log, and restore a backup if need be.", s)
	case strings.HasPrefix(e.Code, "57P") || strings.HasPrefix(e.Code, "08"):
		return fmt.Sprintf("%s is shutting down, starting, or has ended the connection. Usher goes on by itself when it answers again.", s)
	}
	return ""
}

// newer is for tables that a later program made.
func (s *site) newer(is, known int64) error {
	return &Fault{Words: fmt.Sprintf("%s was made by a newer Usher: its tables are version %d, and this program knows %d. Start that newer Usher, or restore the backup from before the upgrade.", s, is, known)}
}

// sentence keeps of an error what it says of the database as a whole, when it does.
func sentence(err error) error {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	return err
}
