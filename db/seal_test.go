package db_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"usher/db"
	"usher/db/dbtest"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, db.KeySize) }

func ring(t testing.TB, keys ...[]byte) db.Ring {
	t.Helper()
	r, err := db.NewRing(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSealedValueOpensOnlyInItsRow(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		second := w.second()
		_, err := writer(w).Exec(`UPDATE connectors SET secrets = (SELECT secrets FROM connectors WHERE id = $1) WHERE id = $2`, w.connector.ID, second.ID)
		w.must(err)
		_, err = w.Connector(ctx, w.connector.ID)
		w.must(err)
		_, err = w.Connector(ctx, second.ID)
		if err == nil {
			t.Fatal("a sealed value opens in another row")
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error holds the secret: %v", err)
		}
		_, err = writer(w).Exec(`UPDATE connectors SET secrets = 'hunter2' WHERE id = $1`, second.ID)
		w.must(err)
		if _, err = w.Connector(ctx, second.ID); err == nil {
			t.Error("a value that was never sealed opens")
		}
	})
}

func TestWrongKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "usher.db")
	s, err := db.Open(ctx, path, ring(t, key(1)))
	if err != nil {
		t.Fatal(err)
	}
	build(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(ctx, path, ring(t, key(2))); err == nil || !strings.Contains(err.Error(), "does not fit this database") {
		t.Errorf("opened with another key: %v", err)
	}
	if _, err := db.Open(ctx, path, db.Ring{}); err == nil {
		t.Error("opened without a key")
	}
	// A new key seals from now on, the old one still opens.
	s, err = db.Open(ctx, path, ring(t, key(2), key(1)))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ts, err := s.Targets(ctx)
	if err != nil || ts[0].Settings.Secrets["token"].Reveal() != "hunter2" {
		t.Errorf("secret under the older key: %v", err)
	}
}

func TestLoadKey(t *testing.T) {
	for name, text := range map[string]string{"hex": hex.EncodeToString(key(5)), "base64": base64.StdEncoding.EncodeToString(key(5)),
		"raw": base64.RawStdEncoding.EncodeToString(key(5)), "two": hex.EncodeToString(key(5)) + ", " + hex.EncodeToString(key(6))} {
		if _, err := db.LoadKey(text, ""); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, text := range []string{"secret", " ", hex.EncodeToString(key(5)[:31]), hex.EncodeToString(key(5)) + " x"} {
		_, err := db.LoadKey(text, "")
		if err == nil || !strings.Contains(err.Error(), "USHER_KEY") {
			t.Errorf("key %q: %v", text, err)
		}
		if err != nil && len(text) > 1 && strings.Contains(err.Error(), text) {
			t.Errorf("the error repeats the key: %v", err)
		}
	}
	if _, err := db.LoadKey("", ""); err == nil {
		t.Error("no key was accepted")
	}
}

func TestKeyFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "usher.key")
	var wg sync.WaitGroup
	for range 8 { // several processes may start at once
		wg.Go(func() {
			if _, err := db.LoadKey("", path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "mode", info.Mode().Perm(), 0o600)
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("files left: %v, %v", left, err)
	}
	database := filepath.Join(dir, "usher.db")
	for range 2 {
		r, err := db.LoadKey("", path)
		if err != nil {
			t.Fatal(err)
		}
		dbtest.OpenWith(t, database, r)
	}
	gone := filepath.Join(dir, "gone.key")
	if err := db.CheckKeyFile(ctx, database, gone); err == nil || !strings.Contains(err.Error(), "No new key was made") {
		t.Errorf("a missing key file of a database with secrets: %v", err)
	}
	if _, err := os.Stat(gone); err == nil {
		t.Error("a new key was made")
	}
	for what, at := range map[string]string{"a new database": filepath.Join(dir, "new.db"), "a key file that is there": database} {
		file := gone
		if at == database {
			file = path
		}
		if err := db.CheckKeyFile(ctx, at, file); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := db.LoadKey("", path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key file that others read: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bad"), []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := db.LoadKey("", filepath.Join(dir, "bad")); err == nil {
		t.Error("a bad key file was accepted")
	}
	if _, err := db.LoadKey("", filepath.Join(dir, "no", "such")); err == nil {
		t.Error("a key file in a missing folder was accepted")
	}
}
