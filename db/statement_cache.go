package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
)

// mostStatements is how many a connection keeps prepared. Usher has some hundreds of queries, of which a few dozen are
// asked all the time.
const mostStatements = 200

// statementCache is the statements that a connection has prepared and keeps. SQLite would otherwise compile each query again each
// time that it is asked, which costs more than most answers; PostgreSQL's driver keeps its own.
type statementCache struct {
	byQuery map[string]*statement
	asked   uint64
}

type statement struct {
	stmt
	asked uint64 // when last, as counted by its connection
	busy  bool   // its rows are being read
}

// of gives the statement of a query, which is the caller's until it is free again. nil: it must be asked without one,
// because its own is in use, or because it is a script of several.
func (s *statementCache) of(ctx context.Context, c conn, query string) (*statement, error) {
	s.asked++
	if kept := s.byQuery[query]; kept != nil {
		if kept.busy {
			return nil, nil
		}
		kept.asked = s.asked
		return kept, nil
	}
	if strings.Contains(query, ";") {
		return nil, nil
	}
	made, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	full, ok := made.(stmt)
	if !ok {
		return nil, made.Close()
	}
	if s.byQuery == nil {
		s.byQuery = map[string]*statement{}
	}
	fresh := &statement{stmt: full, asked: s.asked}
	s.byQuery[query] = fresh
	return fresh, s.drop()
}

// drop closes the one that was not asked for longest, when there are too many.
func (s *statementCache) drop() error {
	if len(s.byQuery) <= mostStatements {
		return nil
	}
	oldest := ""
	for query, kept := range s.byQuery {
		if !kept.busy && (oldest == "" || kept.asked < s.byQuery[oldest].asked) {
			oldest = query
		}
	}
	if oldest == "" {
		return nil
	}
	err := s.byQuery[oldest].Close()
	delete(s.byQuery, oldest)
	return err
}

func (s *statementCache) close() (err error) {
	for _, kept := range s.byQuery {
		err = errors.Join(err, kept.Close())
	}
	s.byQuery = nil
	return err
}

func (s *statementCache) exec(ctx context.Context, c conn, query string, args []driver.NamedValue) (driver.Result, error) {
	kept, err := s.of(ctx, c, query)
	switch {
	case err != nil:
		return nil, err
	case kept == nil:
		return c.ExecContext(ctx, query, args)
	}
	return kept.ExecContext(ctx, args)
}

func (s *statementCache) query(ctx context.Context, c conn, query string, args []driver.NamedValue) (driver.Rows, error) {
	kept, err := s.of(ctx, c, query)
	switch {
	case err != nil:
		return nil, err
	case kept == nil:
		return c.QueryContext(ctx, query, args)
	}
	rows, err := kept.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	kept.busy = true
	return &keptRows{Rows: rows, of: kept}, nil
}

// keptRows free their statement when they are closed.
type keptRows struct {
	driver.Rows
	of *statement
}

func (r *keptRows) Close() error {
	r.of.busy = false
	return r.Rows.Close()
}

func (r *keptRows) ColumnTypeDatabaseTypeName(i int) string { return databaseTypeName(r.Rows, i) }
