package e2e

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"usher/connectors/all"
	"usher/connectors/scim2/scim2fake"
)

var setupLink = regexp.MustCompile(`http://\S+/setup\?token=\S+`)

func TestSetupLink(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	r := serving(t, db)
	link := r.Printed(t, setupLink)[0]
	if !strings.HasPrefix(link, r.URL) {
		t.Fatalf("no set-up link in %q", r.Stdout)
	}
	if strings.Contains(r.Stderr.String(), "token=") {
		t.Error("the set-up link is in the log")
	}
	if status, body := get(t, link); status != http.StatusOK || !strings.Contains(body, "Set up Usher") {
		t.Errorf("the set-up link answers %d", status)
	}
	if code := r.End(t); code != exitOK {
		t.Errorf("a stop is exit %d", code)
	}
	must(t, "correct horse battery staple", db, "admin", "create", "--username=root", "--password-stdin")
	again := serving(t, db)
	again.End(t)
	if out := again.Stdout.String(); out != "" {
		t.Errorf("with an administrator it prints %q", out)
	}
}

func TestSecondInstanceIsRefused(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	r := serving(t, db)
	code, _, errs := usher(t, "", db, "serve", "--addr=127.0.0.1:0")
	if code != exitFailed || !strings.Contains(errs, "another Usher already serves") {
		t.Errorf("exit %d, %q", code, errs)
	}
	must(t, "", db, "user", "create", "--user-name=ada") // commands work beside it
	r.End(t)
	serving(t, db) // the lock is gone
}

func TestAddressInUse(t *testing.T) {
	t.Parallel()
	r := serving(t, newDB(t))
	code, _, errs := usher(t, "", newDB(t), "--addr="+strings.TrimPrefix(r.URL, "http://"))
	if code != exitFailed || !strings.Contains(errs, "another program uses the address") {
		t.Errorf("exit %d, %q", code, errs)
	}
}

func TestServerNoticesCommands(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	serving(t, db)
	fake, file := newTarget(t, "")
	must(t, file, db, "apply", "-f", "-")
	must(t, "", db, "user", "create", "--user-name=ada", "--email=ada@example.com")
	eventually(t, "the user is at the target", func() bool { return fake.Count() == 1 })
	must(t, "", db, "user", "delete", "ada")
	eventually(t, "the user is gone from the target", func() bool { return fake.Count() == 0 })
}

// A stop while an attempt is under way waits for it, records it, and leaves nothing to find out.
func TestGracefulStopRecords(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	fake, file := newTarget(t, "")
	fake.SetQuirks(scim2fake.Quirks{WriteDelay: time.Second})
	must(t, file, db, "apply", "-f", "-")
	r := serving(t, db)
	id := must(t, "", db, "user", "create", "--user-name=ada")
	eventually(t, "the attempt is under way", func() bool { return fake.Requests() > 0 })
	if code := r.End(t); code != exitOK {
		t.Fatalf("exit %d: %s", code, r.Stderr)
	}
	var shown struct{ Accounts []struct{ Status string } }
	if err := json.Unmarshal([]byte(must(t, "", db, "user", "show", id, "--json")), &shown); err != nil || len(shown.Accounts) != 1 {
		t.Fatalf("%v: %+v", err, shown)
	}
	if fake.Count() != 1 || shown.Accounts[0].Status != "synced" {
		t.Errorf("%d at the target, %+v", fake.Count(), shown.Accounts)
	}
}

func TestPublicAddressWithoutTLSWarns(t *testing.T) {
	t.Parallel()
	r := start(t, newDB(t), "--addr=0.0.0.0:0")
	eventually(t, "it warns", func() bool { return strings.Contains(r.Stderr.String(), "without TLS") })
	quiet := start(t, newDB(t), "--addr=0.0.0.0:0", "--base-url=https://usher.example.com")
	if strings.Contains(quiet.Stderr.String(), "without TLS") || !strings.Contains(quiet.Stdout.String(), "https://usher.example.com/setup?token=") {
		t.Errorf("%s%s", quiet.Stdout, quiet.Stderr)
	}
}

func TestDemo(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	r := start(t, "demo", "--addr="+busy.Addr().String())
	password, out := r.DemoPassword(t), r.Stdout.String()
	for _, want := range []string{"is taken", r.URL, "User name  admin", "Targets    http://127.0.0.1:"} {
		if !strings.Contains(out, want) {
			t.Errorf("the demo did not print %q:\n%s", want, out)
		}
	}
	browser := signIn(t, r.URL, "admin", password)
	for _, k := range all.Kinds() {
		if k.Sandbox == nil {
			continue
		}
		at := page(t, browser, r.URL+"/targets")
		if !strings.Contains(at, "/targets/"+k.Kind) {
			t.Errorf("the demo has no target for %s", k.Name)
		}
		eventually(t, "every sample user is at "+k.Name, func() bool {
			at = page(t, browser, r.URL+"/targets/"+k.Kind)
			return strings.Contains(at, "amara.okafor@example.com") && strings.Contains(at, "liam.osullivan@example.com")
		})
		if k.Groups != nil {
			eventually(t, "the groups are at "+k.Name, func() bool {
				return strings.Contains(page(t, browser, r.URL+"/targets/"+k.Kind), "Sales and Marketing")
			})
		}
	}
}

// A file that is deleted under the server is noticed by whoever watches its health, and told in the log in a sentence
// that names it; the same file put back is found again.
func TestDatabaseFileGone(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	path := strings.TrimPrefix(db, "--db=")
	r := serving(t, db)
	if code, _ := get(t, r.URL+"/healthz"); code != http.StatusOK {
		t.Fatalf("healthz answers %d", code)
	}
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "healthz notices", func() bool { code, _ := get(t, r.URL+"/healthz"); return code == http.StatusServiceUnavailable })
	code, body := get(t, r.URL+"/healthz")
	if code != http.StatusServiceUnavailable || strings.Contains(body, path) {
		t.Errorf("%d %q", code, body)
	}
	eventually(t, "the log names the file", func() bool {
		return strings.Contains(r.Stderr.String(), "The database "+path+" was deleted or moved away while Usher has it open")
	})
	if err := os.Rename(path+".old", path); err != nil {
		t.Fatal(err)
	}
	eventually(t, "healthz is well again", func() bool { code, _ := get(t, r.URL+"/healthz"); return code == http.StatusOK })
}

// A command says in one sentence what is wrong with its database.
func TestUnusableDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "usher.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("Dear diary. ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve", "--addr=127.0.0.1:0"}, {"user", "create", "--user-name=ada"}, {"token", "list"}} {
		code, _, errs := usher(t, "", append([]string{"--db=" + path}, args...)...)
		if code != exitFailed || !strings.HasPrefix(errs, "usher: The file "+path+" is no SQLite database. ") || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: exit %d, %q", args[0], code, errs)
		}
	}
}
