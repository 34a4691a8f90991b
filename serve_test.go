package main

import (
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"usher/connectors/all"
	"usher/connectors/scim2/scim2fake"
)

func serving(t *testing.T, db string) *running {
	t.Helper()
	return start(t, db, "--addr=127.0.0.1:0")
}

var setupLink = regexp.MustCompile(`http://\S+/setup\?token=\S+`)

func TestSetupLink(t *testing.T) {
	db := newDB(t)
	r := serving(t, db)
	link := setupLink.FindString(r.stdout.String())
	if link == "" || !strings.HasPrefix(link, r.url) {
		t.Fatalf("no set-up link in %q", r.stdout)
	}
	if strings.Contains(r.stderr.String(), "token=") {
		t.Error("the set-up link is in the log")
	}
	if status, body := get(t, link); status != http.StatusOK || !strings.Contains(body, "Set up Usher") {
		t.Errorf("the set-up link answers %d", status)
	}
	if code := r.end(t); code != exitOK {
		t.Errorf("a stop is exit %d", code)
	}
	must(t, "correct horse battery staple", db, "admin", "create", "--username=root", "--password-stdin")
	if out := serving(t, db).stdout.String(); out != "" {
		t.Errorf("with an administrator it prints %q", out)
	}
}

func TestSecondInstanceIsRefused(t *testing.T) {
	db := newDB(t)
	r := serving(t, db)
	code, _, errs := usher(t, "", db, "serve", "--addr=127.0.0.1:0")
	if code != exitFailed || !strings.Contains(errs, "another Usher already serves") {
		t.Errorf("exit %d, %q", code, errs)
	}
	must(t, "", db, "user", "create", "--user-name=ada") // commands work beside it
	r.end(t)
	serving(t, db) // the lock is gone
}

func TestAddressInUse(t *testing.T) {
	r := serving(t, newDB(t))
	code, _, errs := usher(t, "", newDB(t), "--addr="+strings.TrimPrefix(r.url, "http://"))
	if code != exitFailed || !strings.Contains(errs, "another program uses the address") {
		t.Errorf("exit %d, %q", code, errs)
	}
}

func TestServerNoticesCommands(t *testing.T) {
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
	db := newDB(t)
	fake, file := newTarget(t, "")
	fake.SetQuirks(scim2fake.Quirks{WriteDelay: time.Second})
	must(t, file, db, "apply", "-f", "-")
	r := serving(t, db)
	id := must(t, "", db, "user", "create", "--user-name=ada")
	eventually(t, "the attempt is under way", func() bool { return fake.Requests() > 0 })
	if code := r.end(t); code != exitOK {
		t.Fatalf("exit %d: %s", code, r.stderr)
	}
	if s := showJSON(t, db, id); fake.Count() != 1 || s.Accounts[0].Status != "synced" {
		t.Errorf("%d at the target, %+v", fake.Count(), s.Accounts)
	}
}

func TestPublicAddressWithoutTLSWarns(t *testing.T) {
	r := start(t, newDB(t), "--addr=0.0.0.0:0")
	eventually(t, "it warns", func() bool { return strings.Contains(r.stderr.String(), "without TLS") })
	quiet := start(t, newDB(t), "--addr=0.0.0.0:0", "--base-url=https://usher.example.com")
	if strings.Contains(quiet.stderr.String(), "without TLS") || !strings.Contains(quiet.stdout.String(), "https://usher.example.com/setup?token=") {
		t.Errorf("%s%s", quiet.stdout, quiet.stderr)
	}
}

var demoPassword = regexp.MustCompile(`Password +(\S+)`)

func TestDemo(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	r := start(t, "demo", "--addr="+busy.Addr().String())
	out := r.stdout.String()
	for _, want := range []string{"is taken", r.url, "User name  admin", "Targets    http://127.0.0.1:"} {
		if !strings.Contains(out, want) {
			t.Errorf("the demo did not print %q:\n%s", want, out)
		}
	}
	m := demoPassword.FindStringSubmatch(out)
	if m == nil {
		t.Fatalf("no password in %q", out)
	}
	browser := signIn(t, r.url, "admin", m[1])
	for _, k := range all.Kinds() {
		if k.Sandbox == nil {
			continue
		}
		at := page(t, browser, r.url+"/targets")
		if !strings.Contains(at, "/targets/"+k.Kind) {
			t.Errorf("the demo has no target for %s", k.Name)
		}
		eventually(t, "every sample user is at "+k.Name, func() bool {
			at = page(t, browser, r.url+"/targets/"+k.Kind)
			return strings.Contains(at, "amara.okafor@example.com") && strings.Contains(at, "liam.osullivan@example.com")
		})
		if k.Groups != nil {
			eventually(t, "the groups are at "+k.Name, func() bool {
				return strings.Contains(page(t, browser, r.url+"/targets/"+k.Kind), "Sales and Marketing")
			})
		}
	}
}

func signIn(t *testing.T, base, name, password string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	t.Cleanup(browser.CloseIdleConnections)
	resp, err := browser.PostForm(base+"/signin", url.Values{"user_name": {name}, "password": {password}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Request.URL.Path != "/" {
		t.Fatalf("signing in led to %s, %d", resp.Request.URL, resp.StatusCode)
	}
	return browser
}

func page(t *testing.T, browser *http.Client, url string) string {
	t.Helper()
	resp, err := browser.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A file that is deleted under the server is noticed by whoever watches its health, and told in the log in a sentence
// that names it; the same file put back is found again.
func TestDatabaseFileGone(t *testing.T) {
	db := newDB(t)
	path := strings.TrimPrefix(db, "--db=")
	r := serving(t, db)
	if code, _ := get(t, r.url+"/healthz"); code != http.StatusOK {
		t.Fatalf("healthz answers %d", code)
	}
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "healthz notices", func() bool { code, _ := get(t, r.url+"/healthz"); return code == http.StatusServiceUnavailable })
	code, body := get(t, r.url+"/healthz")
	if code != http.StatusServiceUnavailable || strings.Contains(body, path) {
		t.Errorf("%d %q", code, body)
	}
	if !strings.Contains(r.stderr.String(), "The database "+path+" was deleted or moved away while Usher has it open") {
		t.Errorf("the log does not name the file:\n%s", r.stderr)
	}
	if err := os.Rename(path+".old", path); err != nil {
		t.Fatal(err)
	}
	eventually(t, "healthz is well again", func() bool { code, _ := get(t, r.url+"/healthz"); return code == http.StatusOK })
}

// A command says in one sentence what is wrong with its database.
func TestUnusableDatabase(t *testing.T) {
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
