package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	"usher/db/pgtest"
)

// TestOnPostgres starts the program on an empty PostgreSQL database and follows a user to a target and back.
func TestOnPostgres(t *testing.T) {
	t.Parallel()
	fake, config := newTarget(t, "")
	database := []string{"--db=" + pgtest.Empty(t), "--key-file=" + filepath.Join(t.TempDir(), "usher.key")}
	with := func(args ...string) []string { return append(database[:2:2], args...) }
	r := start(t, with("serve", "--addr=127.0.0.1:0")...)
	if !strings.Contains(r.Stderr.String(), "PostgreSQL") || strings.Contains(r.Stderr.String(), "postgres://") {
		t.Error("the log should name the database, and not how to reach it:", r.Stderr)
	}
	file := filepath.Join(t.TempDir(), "site.yaml")
	write(t, file, config)
	must(t, "", with("apply", "-f", file)...)
	if out := must(t, "", with("apply", "-f", file)...); strings.Count(out, "\n") != strings.Count(out, ": unchanged")-1 {
		t.Error("applied twice:", out)
	}
	id := must(t, "", with("user", "create", "--user-name=ada", "--given-name=Ada", "--family-name=Lovelace", "--email=ada@example.com")...)
	eventually(t, "the running server sends the user", func() bool { return fake.Count() == 1 })
	eventually(t, "the account is synced", func() bool {
		return strings.Contains(must(t, "", with("user", "show", id, "--json")...), `"synced"`)
	})
	must(t, "", with("user", "update", "ada", "--title=Countess")...)
	eventually(t, "the edit arrives", func() bool { return fake.Snapshot()[0].Attributes["title"] == "Countess" })
	must(t, "", with("user", "delete", "ada")...)
	eventually(t, "the account is removed", func() bool { return fake.Count() == 0 })

	second := start(t, with("serve", "--addr=127.0.0.1:0")...) // several replicas may share a database
	if code, _ := get(t, second.URL+"/healthz"); code != 200 {
		t.Error("a second replica:", code)
	}
}
