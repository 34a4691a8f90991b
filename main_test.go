package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestHelpNamesEveryFlag(t *testing.T) {
	for args, want := range map[string][]string{
		"":            {"serve", "demo", "apply", "user", "admin", "token", "version", "$USHER_DB", "$USHER_KEY_FILE", "$USHER_KEY,", "$USHER_ATTEMPT_TIMEOUT", "$USHER_LOG_FORMAT"},
		"serve":       {"$USHER_ADDR", "127.0.0.1:8080", "$USHER_BASE_URL", "$USHER_TRUSTED_PROXIES"},
		"user create": {"--user-name", "--email", "--password-stdin", "--disabled"},
		"user update": {"--enable", "--disable", "<name-or-id>"},
	} {
		out := must(t, "", append(strings.Fields(args), "--help")...)
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("usher %s --help does not name %s:\n%s", args, w, out)
			}
		}
	}
}

func TestUsageErrors(t *testing.T) {
	for _, args := range [][]string{{"frobnicate"}, {"apply"}, {"user", "create"}, {"--log-format=loud"}, {"user", "update", "ada"},
		{"user", "update", "ada", "--enable", "--disable"}, {"serve", "--base-url=ftp://x"}} {
		code, out, errs := usher(t, "", append(args, newDB(t))...)
		if code != exitUsage || out != "" || !strings.HasPrefix(errs, "usher: ") {
			t.Errorf("usher %v: exit %d, %q, %q", args, code, out, errs)
		}
	}
}

func TestFailuresArePlain(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--db=" + blocked + "/usher.db", "user", "show", "ada"}, {newDB(t), "user", "show", "nobody"}, {newDB(t), "user", "delete", "nobody"},
		{newDB(t), "apply", "-f", "/does/not/exist"}, {newDB(t), "--addr=256.0.0.1:1"}} {
		code, _, errs := usher(t, "", args...)
		if code != exitFailed || !strings.HasPrefix(errs, "usher: ") || strings.Contains(errs, "goroutine") || strings.Contains(errs, "--help") {
			t.Errorf("usher %v: exit %d, %q", args, code, errs)
		}
	}
}

func TestKeyMustFit(t *testing.T) {
	db := newDB(t)
	must(t, "", db, "user", "create", "--user-name=ada")
	t.Setenv("USHER_KEY", strings.Repeat("ab", 32))
	code, _, errs := usher(t, "", db, "user", "show", "ada")
	if code != exitFailed || !strings.Contains(errs, "data key does not fit") {
		t.Errorf("exit %d, %q", code, errs)
	}
}

func TestKeyFileIsBesideTheDatabase(t *testing.T) {
	for dsn, want := range map[string]string{"usher.db": "usher.db.key", "file:/x/u.db?_pragma=foreign_keys(1)": "/x/u.db.key", "postgres://h/db": "usher.key"} {
		if got := defaultKeyFile(dsn); got != want {
			t.Errorf("defaultKeyFile(%q) = %q, want %q", dsn, got, want)
		}
	}
	if got := describe("postgres://ada:hunter2@db.example.com/usher?sslmode=require"); got != "PostgreSQL, db.example.com/usher" {
		t.Errorf("describe: %q", got)
	}
}

func TestVersion(t *testing.T) {
	if out := must(t, "", "version"); !strings.HasPrefix(out, "usher ") {
		t.Errorf("version printed %q", out)
	}
}

// TestAMissingKeyFileIsNoNewOne: a key that was just made would open nothing of what the database has sealed.
func TestAMissingKeyFileIsNoNewOne(t *testing.T) {
	db := newDB(t)
	must(t, "", db, "token", "create", "--name=HR", "--scopes=scim")
	file := strings.TrimPrefix(db, "--db=") + ".key"
	if err := os.Rename(file, file+".away"); err != nil {
		t.Fatal(err)
	}
	code, _, errs := usher(t, "", db, "token", "list")
	if code != exitFailed || !strings.Contains(errs, "is missing") || !strings.Contains(errs, "USHER_KEY") {
		t.Errorf("exit %d, %q", code, errs)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a new key file was made")
	}
	if err := os.Rename(file+".away", file); err != nil {
		t.Fatal(err)
	}
	must(t, "", db, "token", "list")
}
