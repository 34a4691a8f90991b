package db_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"usher/connectors"
	"usher/db"
	"usher/db/dbtest"
	"usher/db/pgtest"
	"usher/provisioning"
)

// beforeLinesWereCompressed is the version whose lines had the exchanges as JSON and the names of their target.
const beforeLinesWereCompressed = 21

// readAsItWas reads a table of now with the columns that it had before.
func readAsItWas(t testing.TB, from *sql.DB, table string, columns []string) [][]any {
	t.Helper()
	if table != "attempts" {
		return read(t, from, table, columns)
	}
	rows := read(t, from, `(SELECT l.*, o.connector_id, o.connection, o.kind AS connector_kind FROM attempts l JOIN log_targets o ON o.n = l.target) AS t`, columns)
	for _, row := range rows {
		row[slices.Index(columns, "exchanges")] = "" // fixtures send nothing
	}
	return rows
}

// TestOldLinesAreRead brings a log up to date in which a connection was renamed.
func TestOldLinesAreRead(t *testing.T) {
	for name, dsn := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "old.db") },
		"postgres": func(t *testing.T) string { return pgtest.Empty(t) },
	} {
		t.Run(name, func(t *testing.T) {
			address := dsn(t)
			old, err := db.OpenOld(ctx, address, beforeLinesWereCompressed)
			if err != nil {
				t.Fatal(err)
			}
			for i, l := range [][3]string{{"c1", "Stock", `[{"method":"GET","url":"http://x/Ärla","status":404,"response":"no\u0000","took":5}]`},
				{"c2", "Till", ""}, {"c1", "Warehouse", `[{"method":"POST","url":"http://x","took":7}]`}} {
				_, err := db.Writer(old).Exec(`INSERT INTO attempts (id, at, change_id, user_id, user_name, user_name_key, connector_id, connection, connector_kind,
					operation, outcome, took, status, error_kind, error, remedy, remote_id, exchanges)
					VALUES ($1, $2, 'change', 'u', 'ada', 'ada', $3, $4, 'scim2', 'create', 'failed', 1, 404, 'invalid', 'no', 'ask', 'r1', $5)`,
					fmt.Sprint("line", i), i, l[0], l[1], l[2])
				if err != nil {
					t.Fatal(err)
				}
			}
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			s := dbtest.Open(t, address)
			for connector, want := range map[string]string{"c1": "[line2 Warehouse 7 line0 Stock 5]", "c2": "[line1 Till]", "c3": "[]"} {
				p, err := s.Log(ctx, provisioning.LogFilter{ConnectorID: connector})
				if err != nil {
					t.Fatal(err)
				}
				var got []any
				for _, a := range p.Attempts {
					e, err := s.LogEntry(ctx, a.ID)
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, e.ID, e.Connection)
					for _, x := range e.Exchanges {
						got = append(got, int64(x.Took))
					}
					same(t, "connector", e.ConnectorID+" "+e.Kind+" "+e.Remedy, connector+" scim2 ask")
				}
				same(t, "lines of "+connector, fmt.Sprint(got), want)
			}
		})
	}
}

// A line says what a connection was called then, and is found by its connector whatever that is called now.
func TestALineKeepsTheNameOfThen(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.user("ada")
		sent := []connectors.Exchange{{Method: "POST", URL: "http://x/Users", Request: `{"userName":"ada"}`, Status: 400, Took: time.Millisecond}}
		for i, connection := range []string{"Stock", "Warehouse", "Stock"} {
			now := at.Add(time.Duration(i) * time.Minute)
			r := failed(w.claimOne(now), provisioning.Result{DueAt: now})
			r.Task.Provisioner.Connection, r.Exchanges = connection, sent
			w.record(now, r)
		}
		p, err := w.Log(ctx, provisioning.LogFilter{ConnectorID: w.connector.ID})
		w.must(err)
		var got []string
		for _, a := range p.Attempts {
			e, err := w.LogEntry(ctx, a.ID)
			w.must(err)
			same(t, "what was sent", fmt.Sprint(e.Exchanges), fmt.Sprint(sent))
			got = append(got, e.Connection)
		}
		same(t, "names", fmt.Sprint(got), "[Stock Warehouse Stock]")
		same(t, "targets", count(w, "log_targets", "connector_id", w.connector.ID), 2)
	})
}

func TestADamagedLineIsAnError(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.user("ada")
		w.record(at, failed(w.claimOne(at), provisioning.Result{DueAt: at}))
		_, err := writer(w).Exec(`UPDATE attempts SET exchanges = $1`, []byte{1, 2, 3})
		w.must(err)
		p, err := w.Log(ctx, provisioning.LogFilter{})
		w.must(err)
		if e, err := w.LogEntry(ctx, p.Attempts[0].ID); err == nil || e.UserName != "ada" {
			t.Errorf("%+v: %v", e, err)
		}
	})
}
