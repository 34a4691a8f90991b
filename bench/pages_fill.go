package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"usher/connectors"
	"usher/connectors/scim2"
	"usher/directory"
	"usher/provisioning"
)

var benchActor = directory.Actor{Kind: directory.ByCLI, Name: "bench"}

// pagesFiller fills one site. One of everything is made as everywhere, and the database copies its row.
type pagesFiller struct {
	*filler
	*pagesSite
	size       int
	leastLines int // of the provisioning log
	connector  string
	group      directory.Group // the model of groups
}

func (s *pagesSite) fill(ctx context.Context, dsn string, size, leastLines int) (err error) {
	if n, err := s.data.CountUsers(ctx); err != nil || n > 0 {
		return errors.Join(err, fmt.Errorf("a database has %d users already; give an empty one", n))
	}
	f := &pagesFiller{pagesSite: s, size: size, leastLines: leastLines}
	if err := f.connect(ctx); err != nil {
		return err
	}
	if f.filler, err = newFiller(ctx, s.data, dsn); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.sql.Close()) }()
	for _, step := range []func(context.Context) error{f.settle, f.everybody, f.accounts, f.groups, f.lines, f.left, f.file, f.rest} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return f.analyze(ctx)
}

func (f *pagesFiller) everybody(ctx context.Context) error { return f.to(ctx, f.size) }

// connect makes a connection with a connector that pushes groups and a provisioner, one that a wizard can go on with,
// and one to a provider of identities.
func (f *pagesFiller) connect(ctx context.Context) error {
	d := f.console.Directory
	settings, wrong := connectors.Read(scim2.Definition().AllFields(), map[string]string{"base_url": "https://target.example.com/scim/v2", "token": "bench",
		connectors.PushGroups: "true", connectors.GroupRule: `group.displayName != ""`}, directory.Settings{})
	if err := wrong.Err(); err != nil {
		return err
	}
	n, err := d.CreateConnection(ctx, directory.Connection{Name: "Bench"}, benchActor)
	if err != nil {
		return err
	}
	c, err := d.CreateConnector(ctx, directory.Connector{ConnectionID: n.ID, Connection: n.Name, Kind: scim2.Kind, Enabled: true, Settings: settings}, benchActor)
	if err != nil {
		return err
	}
	p, err := d.CreateProvisioner(ctx, directory.Provisioner{ConnectorID: c.ID, Connection: n.Name, Kind: c.Kind, OnFailure: directory.Reject, Deadline: time.Second}, benchActor)
	if err != nil {
		return err
	}
	spare, err := d.CreateConnection(ctx, directory.Connection{Name: "Spare"}, benchActor)
	if err != nil {
		return err
	}
	f.connector = c.ID
	f.values["{connection}"], f.values["{connector}"], f.values["{provisioner}"], f.values["{spare}"] = n.ID, c.ID, p.ID, spare.ID
	return nil
}

// settle has the model user's account written, and a line of the log about it.
func (f *pagesFiller) settle(ctx context.Context) error {
	now := time.Now()
	tasks, err := f.data.Claim(ctx, provisioning.Claim{ConnectorID: f.connector, Least: provisioning.Bulk, Limit: 1, Lease: "bench", Until: now.Add(time.Minute), Now: now})
	if err != nil || len(tasks) != 1 {
		return cmp.Or(err, fmt.Errorf("%d accounts of the first user were claimed", len(tasks)))
	}
	_, err = f.data.Record(ctx, []provisioning.Result{{Task: tasks[0], Operation: provisioning.OpCreate, RemoteID: "r" + fillDigits, Origin: provisioning.Created,
		WritesKnown: true, Took: 20 * time.Millisecond, Profile: map[string]any{"userName": tasks[0].User.UserName, "active": true},
		Exchanges: []connectors.Exchange{{Method: "POST", URL: "https://target.example.com/scim/v2/Users", Status: 201, Took: 20 * time.Millisecond}}}}, now)
	return err
}

// accounts are of all states: of a hundred, two are held, two failed, two wait for another try, fourteen for their first.
func (f *pagesFiller) accounts(ctx context.Context) error {
	const unlinked = `i % 100 BETWEEN 2 AND 15`
	when := func(condition, then, otherwise string) string {
		return `CASE WHEN ` + condition + ` THEN ` + then + ` ELSE ` + otherwise + ` END`
	}
	special := map[string]string{
		"state":        "", // the database works it out
		"observed_gen": when(`i % 100 < 20`, `0`, `observed_gen`),
		"remote_id":    when(unlinked, `NULL`, `'r' || `+digits), "origin": when(unlinked, `NULL`, `origin`), "linked_at": when(unlinked, `NULL`, `linked_at`),
		"held_at": when(`i % 100 < 2`, `due_at + i`, `NULL`), "held_reason": when(`i % 100 < 2`, `'An account is in the way.'`, `''`),
		"held_remote_id": when(`i % 100 < 2`, `'x' || `+digits, `''`), "adoptable": `i % 100 < 2`,
		"dead_at": when(`i % 100 IN (2, 3)`, `due_at + i`, `NULL`), "attempts": when(`i % 100 IN (4, 5)`, `3`, `attempts`),
		"error_kind": when(`i % 100 < 6`, `'invalid'`, `''`), "error": when(`i % 100 < 6`, `'The target refuses it.'`, `''`),
	}
	return f.copies(ctx, "accounts", `kind = 'user' AND resource_id`, f.model.ID, f.size-1, special)
}

// copies copies the row of a table whose key is the model's, with the numbers from 1 to the last.
func (f *pagesFiller) copies(ctx context.Context, table, key, model string, last int, special map[string]string) error {
	return f.chunks(ctx, last, func(tx *sql.Tx, from, to int) error { return copyRow(ctx, tx, table, key, model, from, to, special) })
}

// chunks does something with the numbers from 1 to the last, as many at a time as one transaction bears.
func (f *pagesFiller) chunks(ctx context.Context, last int, do func(tx *sql.Tx, from, to int) error) error {
	for from := 1; from <= last; from += fillBatch {
		tx, err := f.sql.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if err := do(tx, from, min(from+fillBatch-1, last)); err != nil {
			return errors.Join(err, tx.Rollback())
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	return nil
}
