package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
)

// guarded makes the connections of a pool, whose every error passes site.fault: whoever asks something of the
// database learns in one sentence that it is not there, and where. Through those of a writer nothing goes to a SQLite
// file that was deleted or replaced.
type guarded struct {
	site   *site
	writer bool
	// prepares: statements are kept, for the driver keeps none.
	prepares bool
	open     func(context.Context) (driver.Conn, error)
	of       driver.Driver
}

func (g *guarded) Driver() driver.Driver { return g.of }

func (g *guarded) Connect(ctx context.Context) (driver.Conn, error) {
	if err := g.site.moved(); err != nil {
		return nil, err
	}
	c, err := g.open(ctx)
	if err != nil {
		return nil, g.site.fault(err)
	}
	full, ok := c.(conn)
	if !ok {
		return nil, errors.Join(errors.New("the database driver lacks what this package needs"), c.Close())
	}
	return &guardedConn{conn: full, g: g}, nil
}

// conn is what both drivers' connections can do.
type conn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
}

type guardedConn struct {
	conn
	g    *guarded
	inTx bool
	kept statementCache
}

// Close closes what is prepared first: SQLite keeps a connection open for it.
func (c *guardedConn) Close() error { return errors.Join(c.kept.close(), c.conn.Close()) }

// mayWrite is asked at the end of a transaction, which is what makes its writes, and for each statement outside of one.
func (c *guardedConn) mayWrite() error {
	if !c.g.writer || c.inTx {
		return nil
	}
	return c.g.site.moved()
}

func (c *guardedConn) Ping(ctx context.Context) error { return c.g.site.fault(c.conn.Ping(ctx)) }

func (c *guardedConn) ResetSession(ctx context.Context) error {
	return c.g.site.fault(c.conn.ResetSession(ctx))
}

func (c *guardedConn) IsValid() bool {
	v, ok := c.conn.(driver.Validator)
	return !ok || v.IsValid()
}

// CheckNamedValue implements driver.NamedValueChecker as the driver does, or leaves the value to database/sql.
func (c *guardedConn) CheckNamedValue(v *driver.NamedValue) error {
	if k, ok := c.conn.(driver.NamedValueChecker); ok {
		return k.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (c *guardedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.conn.BeginTx(ctx, o)
	if err != nil {
		return nil, c.g.site.fault(err)
	}
	c.inTx = true
	return &guardedTx{tx: tx, c: c}, nil
}

// lasting is the context for a statement. Within a transaction of SQLite nothing breaks one off: SQLite would roll back
// all of the transaction, which others have joined (https://sqlite.org/c3ref/interrupt.html).
func (c *guardedConn) lasting(ctx context.Context) context.Context {
	if c.g.prepares && c.inTx {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

func (c *guardedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	ctx = c.lasting(ctx)
	if err := c.mayWrite(); err != nil {
		return nil, err
	}
	if c.g.prepares {
		r, err := c.kept.exec(ctx, c.conn, query, args)
		return r, c.g.site.fault(err)
	}
	r, err := c.conn.ExecContext(ctx, query, args)
	return r, c.g.site.fault(err)
}

func (c *guardedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	ctx = c.lasting(ctx)
	if err := c.mayWrite(); err != nil { // some queries write: RETURNING
		return nil, err
	}
	if c.g.prepares {
		return c.rows(c.kept.query(ctx, c.conn, query, args))
	}
	return c.rows(c.conn.QueryContext(ctx, query, args))
}

func (c *guardedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, c.g.site.fault(err)
	}
	full, ok := s.(stmt)
	if !ok {
		return nil, errors.Join(errors.New("the database driver lacks what this package needs"), s.Close())
	}
	return &guardedStmt{stmt: full, c: c}, nil
}

func (c *guardedConn) rows(r driver.Rows, err error) (driver.Rows, error) {
	if err != nil {
		return nil, c.g.site.fault(err)
	}
	return &guardedRows{Rows: r, g: c.g}, nil
}

type stmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type guardedStmt struct {
	stmt
	c *guardedConn
}

func (s *guardedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	ctx = s.c.lasting(ctx)
	if err := s.c.mayWrite(); err != nil {
		return nil, err
	}
	r, err := s.stmt.ExecContext(ctx, args)
	return r, s.c.g.site.fault(err)
}

func (s *guardedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	ctx = s.c.lasting(ctx)
	if err := s.c.mayWrite(); err != nil {
		return nil, err
	}
	return s.c.rows(s.stmt.QueryContext(ctx, args))
}

type guardedTx struct {
	tx driver.Tx
	c  *guardedConn
}

// Commit makes sure first: what is committed to a file that is gone was promised and is lost.
func (t *guardedTx) Commit() error {
	t.c.inTx = false
	if err := t.c.mayWrite(); err != nil {
		return errors.Join(err, t.tx.Rollback())
	}
	return t.c.g.site.fault(t.tx.Commit())
}

func (t *guardedTx) Rollback() error {
	t.c.inTx = false
	return t.c.g.site.fault(t.tx.Rollback())
}

type guardedRows struct {
	driver.Rows
	g *guarded
}

func (r *guardedRows) Next(to []driver.Value) error {
	err := r.Rows.Next(to)
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return r.g.site.fault(err)
}

// ColumnTypeDatabaseTypeName implements driver.RowsColumnTypeDatabaseTypeName as the driver does.
func (r *guardedRows) ColumnTypeDatabaseTypeName(i int) string {
	return databaseTypeName(r.Rows, i)
}

func databaseTypeName(r driver.Rows, i int) string {
	if n, ok := r.(driver.RowsColumnTypeDatabaseTypeName); ok {
		return n.ColumnTypeDatabaseTypeName(i)
	}
	return ""
}
