package db_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"usher/auth/signup"
	"usher/db"
	"usher/db/dbtest"
	"usher/db/pgtest"
	"usher/directory"
	"usher/provisioning"
)

// beforeGroupsWerePushed is the version whose accounts were users' alone.
const beforeGroupsWerePushed = 9

// TestMigrationsKeepWhatIsThere brings databases with accounts in every state up to date.
func TestMigrationsKeepWhatIsThere(t *testing.T) {
	for name, dsn := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "old.db") },
		"postgres": func(t *testing.T) string { return pgtest.Empty(t) },
	} {
		t.Run(name, func(t *testing.T) {
			address := dsn(t)
			w := build(t, dbtest.New(t))
			us := w.everyState()
			old, err := db.OpenOld(ctx, address, beforeGroupsWerePushed)
			w.must(err)
			w.copyTo(db.Writer(old))
			w.must(old.Close())

			store := w.Store
			w.Store = dbtest.Open(t, address)
			for _, table := range tablesOf(t, db.Writer(store)) {
				if table == "settings" || table == "account_counts" {
					continue // each database has an ID of its own among them; counts of nothing may be there
				}
				same(t, "rows of "+table, dump(t, db.Writer(w.Store), table, nil), dump(t, db.Writer(store), table, nil))
			}
			if w.Engine() == "sqlite" {
				w.sound()
			}
			dbtest.CheckCounts(t, writer(w))
			w.refusesNonsense(us)
			w.worksOn(us)
			dbtest.CheckCounts(t, writer(w))
		})
	}
}

// everyState has users whose accounts are linked, leased, held, dead, waiting and leaving, and a sign-up.
func (w *fixture) everyState() map[string]directory.User {
	w.t.Helper()
	us := map[string]directory.User{}
	for _, name := range []string{"linked", "leaving", "held", "dead", "leased"} {
		us[name] = w.user(name)
		task := w.claimOne(at)
		switch name {
		case "held":
			w.record(at, failed(task, provisioning.Result{Hold: true}))
		case "dead":
			w.record(at, failed(task, provisioning.Result{Dead: true}))
		case "leased":
		default:
			w.record(at, created(task, "r-"+name))
		}
	}
	w.must(w.DeleteUser(ctx, us["leaving"].ID, change(at)))
	us["waiting"] = w.user("waiting")
	g := w.group("Staff", us["linked"], us["waiting"])
	w.must(w.SetScope(ctx, w.second().ConnectionID, nil, []string{g.ID}, change(at)))
	w.must(w.SaveRegistration(ctx, signup.Registration{ID: "reg", TokenHash: "token", Form: signup.Form{Email: "new@example.com"}, PasswordHash: "hash",
		CreatedAt: at, ExpiresAt: at.Add(time.Hour)}, mailTo("new@example.com")))
	return us
}

// copyTo writes everything that an older version had room for, tables that others refer to first.
func (w *fixture) copyTo(old *sql.DB) {
	w.t.Helper()
	rest := tablesOf(w.t, old)
	for _, table := range []string{"settings", "user_counts"} { // a new database has rows of these
		_, err := old.Exec(`DELETE FROM ` + table)
		w.must(err)
	}
	for range rest {
		rest = slices.DeleteFunc(rest, func(table string) bool { return copyTable(w.t, writer(w), old, table) == nil })
	}
	for _, table := range rest {
		w.t.Fatalf("table %s cannot be copied: %v", table, copyTable(w.t, writer(w), old, table))
	}
}

func copyTable(t testing.TB, from, to *sql.DB, table string) error {
	columns := columnsOf(t, to, table)
	tx, err := to.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	marks := make([]string, len(columns))
	for i := range marks {
		marks[i] = fmt.Sprint("$", i+1)
	}
	for _, row := range readAsItWas(t, from, table, columns) {
		if _, err := tx.Exec(`INSERT INTO `+table+` (`+strings.Join(columns, ", ")+`) VALUES (`+strings.Join(marks, ", ")+`)`, row...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func tablesOf(t testing.TB, d *sql.DB) []string {
	t.Helper()
	rows, err := d.Query(`SELECT name FROM sqlite_master WHERE type = 'table'`)
	if err != nil {
		rows, err = d.Query(`SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`)
	}
	if err != nil {
		t.Fatal(err)
	}
	names := scanAll(t, rows)
	return slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, "goose") || strings.HasPrefix(n, "sqlite") })
}

func scanAll(t testing.TB, rows *sql.Rows) (all []string) {
	t.Helper()
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func columnsOf(t testing.TB, d *sql.DB, table string) []string {
	t.Helper()
	rows, err := d.Query(`SELECT * FROM ` + table + ` WHERE 1 = 0`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err := errors.Join(err, rows.Err()); err != nil {
		t.Fatal(err)
	}
	return columns
}

func read(t testing.TB, d *sql.DB, table string, columns []string) (all [][]any) {
	t.Helper()
	rows, err := d.Query(`SELECT ` + strings.Join(columns, ", ") + ` FROM ` + table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		row := make([]any, len(columns))
		dest := make([]any, len(columns))
		for i := range row {
			dest[i] = &row[i]
		}
		if err := rows.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		for i, v := range row {
			if n, ok := v.(int64); ok && types[i].DatabaseTypeName() == "BOOLEAN" {
				row[i] = n != 0 // SQLite has numbers
			}
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// dump is a table as text, the same for both engines.
func dump(t testing.TB, d *sql.DB, table string, columns []string) string {
	t.Helper()
	if columns == nil {
		columns = columnsOf(t, d, table)
		slices.Sort(columns)
	}
	var lines []string
	for _, row := range read(t, d, table, columns) {
		lines = append(lines, fmt.Sprint(row))
	}
	slices.Sort(lines)
	return strings.Join(columns, " ") + "\n" + strings.Join(lines, "\n")
}

// sound has SQLite check itself, and compares the tables with those of a new database.
func (w *fixture) sound() {
	w.t.Helper()
	for _, pragma := range []string{"foreign_key_check", "integrity_check"} {
		rows, err := writer(w).Query(`SELECT * FROM pragma_` + pragma)
		w.must(err)
		columns, err := rows.Columns()
		w.must(err)
		for rows.Next() {
			var verdict string
			if len(columns) > 1 || rows.Scan(&verdict) != nil || verdict != "ok" {
				w.t.Errorf("%s: %s", pragma, verdict)
			}
		}
		w.must(errors.Join(rows.Err(), rows.Close()))
	}
	const schema = `SELECT coalesce(sql, name) FROM sqlite_master WHERE tbl_name NOT LIKE 'goose%' ORDER BY 1`
	text := func(d *sql.DB) string {
		rows, err := d.Query(schema)
		w.must(err)
		return strings.Join(scanAll(w.t, rows), "\n")
	}
	same(w.t, "schema", text(writer(w)), text(db.Writer(dbtest.New(w.t))))
}

// refusesNonsense looks for the constraints of accounts, which were made again.
func (w *fixture) refusesNonsense(us map[string]directory.User) {
	w.t.Helper()
	linked, held := us["linked"].ID, us["held"].ID
	for what, statement := range map[string]string{
		"another kind":         `UPDATE accounts SET kind = 'robot' WHERE resource_id = '` + linked + `'`,
		"a remote ID twice":    `UPDATE accounts SET remote_id = 'r-linked', origin = 'created', linked_at = 1 WHERE resource_id = '` + held + `'`,
		"no origin":            `UPDATE accounts SET origin = NULL WHERE resource_id = '` + linked + `'`,
		"held and settled":     `UPDATE accounts SET observed_gen = desired_gen WHERE resource_id = '` + held + `'`,
		"leased and due":       `UPDATE accounts SET lease = 'x', lease_until = due_at + 1 WHERE resource_id = '` + linked + `'`,
		"no connector":         `UPDATE accounts SET connector_id = 'none' WHERE resource_id = '` + linked + `'`,
		"a connector in use":   `DELETE FROM connectors WHERE id = '` + w.connector.ID + `'`,
		"an account twice":     `INSERT INTO accounts SELECT * FROM accounts WHERE resource_id = '` + linked + `'`,
		"a group of no one":    `INSERT INTO pushed_groups (connector_id, group_id) VALUES ('` + w.connector.ID + `', 'none')`,
		"a password of no one": `INSERT INTO passwords (user_id, connector_id, sealed, set_at) VALUES ('none', '` + w.connector.ID + `', 'x', 1)`,
	} {
		if _, err := writer(w).Exec(statement); err == nil {
			w.t.Errorf("%s is stored", what)
		}
	}
}

// worksOn goes on where the older version stopped.
func (w *fixture) worksOn(us map[string]directory.User) {
	w.t.Helper()
	now := at.Add(time.Hour)
	for name, status := range map[string]provisioning.Status{"linked": "synced", "held": "held", "dead": "failed", "waiting": "pending", "leaving": "pending"} {
		same(w.t, name, w.account(us[name]).Status(now), status)
	}
	w.takeOver(provisioning.Task{Account: w.account(us["leased"])})
	tasks := map[string]provisioning.Task{}
	var due []string
	for _, t := range w.claimAt(now) {
		tasks[t.User.UserName], due = t, append(due, t.User.UserName)
	}
	slices.Sort(due)
	same(w.t, "due", fmt.Sprint(due), "[leased leaving waiting]")
	same(w.t, "the lease that ended leaves a doubt", tasks["leased"].NoWriteInDoubt, false)
	w.record(now, provisioning.Result{Task: tasks["leaving"], Operation: provisioning.OpDelete, WritesKnown: true, Gone: true}, created(tasks["waiting"], "r-waiting"))
	if _, ok, _ := w.Account(ctx, w.connector.ID, us["leaving"].ID); ok {
		w.t.Error("a settled leaver's account is still there")
	}
	w.must(w.RetryAccount(ctx, w.connector.ID, us["held"].ID, "", change(now)))
	w.push("push_groups", "true")
	same(w.t, "groups can be pushed", w.dueGroups(now.Add(time.Minute)), "[Staff]")
	r, ok, err := w.Registration(ctx, "token", at)
	same(w.t, "the sign-up", fmt.Sprint(ok, err, r.Form.Email, r.Password == ""), "true <nil>new@example.comtrue")
}

// TestBothEnginesHaveTheSameIndexes: where a migration has a text of its own for PostgreSQL, one may be forgotten.
func TestBothEnginesHaveTheSameIndexes(t *testing.T) {
	names := func(s *db.Store, query string) string {
		rows, err := db.Writer(s).Query(query)
		if err != nil {
			t.Fatal(err)
		}
		all := scanAll(t, rows)
		slices.Sort(all)
		return strings.Join(all, "\n")
	}
	lite := names(dbtest.New(t), `SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name NOT LIKE 'goose%'`)
	post := names(dbtest.Postgres(t), `SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class r ON r.oid = x.indrelid
		JOIN pg_namespace n ON n.oid = r.relnamespace WHERE n.nspname = 'public' AND r.relname NOT LIKE 'goose%'
			AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.oid)`)
	same(t, "indexes", post, lite)
}
