package db_test

import (
	"errors"
	"os"
	"testing"

	"usher/db"
	"usher/db/dbtest"
	"usher/directory"
)

// A file that is deleted or replaced under the server takes no writes: they would be acknowledged and lost.
func TestFileGoneUnderTheServer(t *testing.T) {
	write := func(s *db.Store) error { return s.SaveSetting(ctx, "x", directory.NewID(), change(at)) }
	for name, c := range map[string]struct {
		harm  func(path string) error
		words string
	}{
		"deleted": {os.Remove, "was deleted or moved away"},
		"moved":   {func(path string) error { return os.Rename(path, path+".old") }, "was deleted or moved away"},
		"replaced": {func(path string) error {
			return errors.Join(os.Rename(path, path+".old"), os.WriteFile(path, nil, 0o600))
		}, "was replaced by another file"},
		"restored over": {func(path string) error {
			b, err := os.ReadFile(path)
			return errors.Join(err, os.WriteFile(path+".new", b, 0o600), os.Rename(path+".new", path))
		}, "was replaced by another file"},
	} {
		t.Run(name, func(t *testing.T) {
			path := dbtest.File(t)
			s := dbtest.Open(t, path)
			if err := errors.Join(write(s), s.Probe(ctx)); err != nil {
				t.Fatal(err)
			}
			if err := c.harm(path); err != nil {
				t.Fatal(err)
			}
			tells(t, write(s), path, c.words, "nothing can be saved", "Stop Usher")
			tells(t, s.Probe(ctx), path, c.words)
			_, err := db.Writer(s).Exec(`DELETE FROM settings`)
			tells(t, err, path, c.words)
			if _, err := os.Stat(path + ".old"); err == nil {
				if err := os.Rename(path+".old", path); err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(write(s), s.Probe(ctx)); err != nil {
					t.Errorf("the file is back, and still: %v", err)
				}
			}
		})
	}
}

// What was begun before the file went is not committed to it either.
func TestFileGoneUnderATransaction(t *testing.T) {
	path := dbtest.File(t)
	s := dbtest.Open(t, path)
	tx, err := db.Writer(s).Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(`INSERT INTO settings (name, value) VALUES ('x', 'y')`); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	tells(t, tx.Commit(), path, "was deleted or moved away")
	if err := os.Rename(path+".old", path); err != nil {
		t.Fatal(err)
	}
	if v, err := s.Setting(ctx, "x"); v != "" || err != nil {
		t.Errorf("the setting is %q, %v", v, err)
	}
}
