package db

import (
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// broken is what a database found wrong with a statement.
type broken int

const (
	notBroken  broken = iota // no constraint: some other failure, or none
	notUnique                // a UNIQUE index or primary key
	notLinked                // a foreign key
	notAllowed               // a CHECK or NOT NULL
	notText                  // a value that holds NUL or is not UTF-8, which PostgreSQL refuses
	mustRepeat               // nothing is wrong: a deadlock or a failed serialization, run the transaction again
)

// violation is the one place that knows the drivers' codes.
func violation(err error) broken {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() {
		case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
			return notUnique
		case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
			return notLinked
		case sqlite3.SQLITE_CONSTRAINT_CHECK, sqlite3.SQLITE_CONSTRAINT_NOTNULL:
			return notAllowed
		}
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch e.Code {
		case "23505":
			return notUnique
		case "23503":
			return notLinked
		case "23514", "23502":
			return notAllowed
		case "22021":
			return notText
		case "40001", "40P01":
			return mustRepeat
		}
	}
	return notBroken
}

// missing reports whether a query found no row. What is not text is the name of nothing.
func missing(err error) bool { return errors.Is(err, sql.ErrNoRows) || violation(err) == notText }
