package db_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"usher/db"
	"usher/db/dbtest"
	"usher/provisioning"
)

// TestRestoredBackup: a database that is older than what a server wrote beside it is not believed.
func TestRestoredBackup(t *testing.T) {
	path := filepath.Join(t.TempDir(), "usher.db")
	w := build(t, dbtest.Open(t, path))
	u := w.user("ada")
	w.made(at, "r1")
	fresh, err := w.SuspectRestored(ctx)
	w.must(err)
	same(t, "before a server ran", fresh, false)
	w.must(w.Beat(ctx))
	_, err = db.Writer(w.Store).Exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
	w.must(err)
	backup, err := os.ReadFile(path)
	w.must(err)
	restored, err := w.SuspectRestored(ctx)
	w.must(err)
	same(t, "as it was left", restored, false)
	w.must(w.Beat(ctx))
	w.must(w.Close())

	w.must(os.WriteFile(path, backup, 0o600))
	old := &fixture{Store: dbtest.Open(t, path), t: t, connector: w.connector}
	restored, err = old.SuspectRestored(ctx)
	w.must(err)
	same(t, "a backup", restored, true)
	same(t, "the account", old.account(u).Suspect, provisioning.Restored)
	w.must(old.Beat(ctx))
	w.must(os.Remove(path + ".pulse"))
	restored, err = old.SuspectRestored(ctx)
	w.must(err)
	same(t, "a copy without the file", restored, true)
}

func TestRestoredElsewhere(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.must(w.Beat(ctx))
		restored, err := w.SuspectRestored(ctx)
		w.must(err)
		same(t, "where it was", restored, false)
		_, err = writer(w).Exec(`UPDATE pulse SET place = 'another cluster'`)
		w.must(err)
		restored, err = w.SuspectRestored(ctx)
		w.must(err)
		same(t, "elsewhere", restored, strings.HasSuffix(t.Name(), "postgres")) // SQLite has its file
	})
}
