package db_test

import (
	"math"
	"path/filepath"
	"testing"

	"usher/db"
	"usher/db/dbtest"
	"usher/db/pgtest"
)

// pausesVersion came in when databases had later ones already.
const pausesVersion = 13

func TestAMigrationThatCameInBetweenIsMadeUpFor(t *testing.T) {
	for name, dsn := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "old.db") },
		"postgres": func(t *testing.T) string { return pgtest.Empty(t) },
	} {
		t.Run(name, func(t *testing.T) {
			address := dsn(t)
			old, err := db.OpenOld(t.Context(), address, math.MaxInt64)
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Unmigrate(t.Context(), old, pausesVersion); err != nil {
				t.Fatal(err)
			}
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Writer(dbtest.Open(t, address)).Exec(`UPDATE connectors SET pace = ''`); err != nil {
				t.Error(err)
			}
		})
	}
}
