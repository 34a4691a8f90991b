package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Every refusal of a PostgreSQL server that is about the whole database says which one, and never the password.
func TestPostgresWords(t *testing.T) {
	config, err := pgx.ParseConfig("postgres://usher:hunter2@db.example.com:5433/people")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{pg: config}
	for code, words := range map[string]string{
		"28P01": `does not let the user "usher" in. Check the user and the password`, "28000": "does not let the user", "3D000": "does not exist",
		"25006": "is read-only, as a standby is", "42501": `does not allow the user "usher"`, "53100": "no room left on its disk", "53300": "takes no more connections",
		"XX001": "is damaged", "58030": "disk reports an error", "57P01": "goes on by itself", "57P03": "goes on by itself", "08006": "goes on by itself",
		"23505": "", "42P01": "", "40001": "", "22021": "",
	} {
		raw := fmt.Errorf("begin: %w", &pgconn.PgError{Code: code, Message: "words of\nthe server"})
		got := s.fault(raw)
		f, ok := errors.AsType[*Fault](got)
		if ok != (words != "") || !errors.Is(got, raw) {
			t.Errorf("%s: %v", code, got)
		}
		if ok && (!strings.Contains(f.Words, words) || !strings.HasPrefix(f.Words, `The PostgreSQL database "people" at db.example.com:5433 `) ||
			strings.Contains(f.Error(), "hunter2") || strings.Contains(f.Error(), "\n")) {
			t.Errorf("%s: %v", code, f)
		}
	}
	for _, err := range []error{driver.ErrBadConn, driver.ErrSkip, context.Canceled, fmt.Errorf("x: %w", context.DeadlineExceeded), io.EOF} {
		if s.fault(err) != err { //nolint:errorlint // the very error
			t.Errorf("%v was changed", err)
		}
	}
	if f := s.fault(s.fault(&pgconn.PgError{Code: "25006"})); strings.Count(f.Error(), "The PostgreSQL database") != 1 {
		t.Errorf("told twice: %v", f)
	}
}
