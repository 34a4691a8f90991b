package e2e

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
	"usher/db"
	"usher/directory"
)

const (
	killUsers = 200
	kills     = 24
)

// TestKill kills the real program, with no warning, at random instants while 200 users come, change and leave
// and the target loses answers. In the end everything must be settled: nobody twice, nobody lost.
func TestKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target := scim2fake.New(scim2fake.Options{Token: "kill-token", Journal: 100_000})
	site := httptest.NewServer(jittery(target))
	defer site.Close()

	dbFile := filepath.Join(dir, "usher.db")
	usher := func(args ...string) *exec.Cmd {
		c := exec.Command(binary, append([]string{"--db", dbFile, "--attempt-timeout", "1s"}, args...)...)
		c.Stdout, c.Stderr = io.Discard, io.Discard
		return c
	}
	config := filepath.Join(dir, "site.yaml")
	write(t, config, killSite(site.URL))
	if out, err := usherOutput(usher("apply", "-f", config)); err != nil {
		t.Fatalf("apply: %v\n%s", err, out)
	}
	d := openDirectory(t, dbFile)
	loseAnswers(target)

	people := make(chan map[string]directory.User)
	go func() { people <- liveThrough(t, d) }()
	for i := range kills {
		if i%2 == 0 { // at any instant of what it does
			server := startProgram(t, "--db="+dbFile)
			time.Sleep(time.Duration(rand.IntN(1200)) * time.Millisecond)
			server.kill()
			continue
		}
		server := usher("serve", "--addr", "127.0.0.1:0") // or of its start
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.IntN(600)) * time.Millisecond)
		server.Process.Kill()
		server.Wait()
	}
	want := <-people
	target.ClearFaults()
	if target.Count() < killUsers/10 {
		t.Errorf("only %d accounts were made while the program was killed, so this proves little", target.Count())
	}

	server := usher("serve", "--addr", "127.0.0.1:0")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { server.Process.Kill(); server.Wait() }()
	waitSettled(t, d, want, target)
	judge(t, want, target)
}

func killSite(url string) string {
	return fmt.Sprintf(`
connections:
  - name: Target
    type: custom
    connectors:
      - type: scim2
        enabled: true
        config: {base_url: %q, token: kill-token, allow_private_network: true, requests_per_second: 0}
provisioners:
  - {connection: Target, connector: scim2}
`, url+scim2fake.Prefix)
}

// loseAnswers lets the target do what it was asked and say nothing, now and then. Ten such in a row would
// pause the connector for a minute.
func loseAnswers(target *scim2fake.Server) {
	for n := 5; n < killUsers; n += 15 {
		target.AddFault(fakekit.Fault{Method: http.MethodPost, Nth: n, Phase: fakekit.After, Drop: fakekit.Reset})
		target.AddFault(fakekit.Fault{Method: http.MethodPatch, Nth: n, Phase: fakekit.After, Drop: fakekit.Reset})
	}
}

// jittery answers after a while, so that kills meet requests under way.
func jittery(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
		h.ServeHTTP(w, r)
	})
}

func usherOutput(c *exec.Cmd) (string, error) {
	var b strings.Builder
	c.Stdout, c.Stderr = &b, &b
	err := c.Run()
	return b.String(), err
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

type wakeless struct{}

func (wakeless) ProvisionNow(context.Context, string, []directory.Provisioner) []directory.Outcome {
	return nil
}
func (wakeless) Wake() {}

// openDirectory writes to the same database from this process: the program notices by itself.
func openDirectory(t *testing.T, file string) *directory.Directory {
	t.Helper()
	ring, err := db.LoadKey("", file+".key")
	if err != nil {
		t.Fatal(err)
	}
	store, err := db.Open(t.Context(), file, ring)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return &directory.Directory{Store: store, Engine: wakeless{}, Now: now}
}

// liveThrough makes everybody, edits every third and deletes every seventh, and returns who should be left, by ID.
func liveThrough(t *testing.T, d *directory.Directory) map[string]directory.User {
	ctx, by := context.Background(), tester
	want := map[string]directory.User{}
	try := func(f func() error) {
		if err := f(); err != nil {
			t.Error(err)
		}
	}
	var made []directory.User
	for i := range killUsers {
		u := directory.User{UserName: fmt.Sprintf("user%03d", i), Active: true, Source: directory.Console}
		u.SetEmail(u.UserName + "@example.com")
		try(func() (err error) { u, _, err = d.CreateUser(ctx, u, by); return err })
		u.Version = 0
		want[u.ID], made = u, append(made, u)
		if i%3 == 0 {
			e := made[rand.IntN(len(made))]
			if _, there := want[e.ID]; there {
				e.Title = fmt.Sprint("Edited ", i)
				try(func() error { _, err := d.UpdateUser(ctx, e, by); return err })
				want[e.ID] = e
			}
		}
		if i%7 == 6 {
			gone := made[rand.IntN(len(made))]
			if _, there := want[gone.ID]; there {
				try(func() error { _, err := d.DeleteUser(ctx, gone.ID, by); return err })
				delete(want, gone.ID)
			}
		}
		time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
	}
	return want
}

// waitSettled waits until every account is settled.
func waitSettled(t *testing.T, d *directory.Directory, want map[string]directory.User, target *scim2fake.Server) {
	t.Helper()
	store := d.Store.(*db.Store)
	deadline := time.Now().Add(90 * time.Second)
	for time.Now().Before(deadline) {
		o, err := store.Overview(t.Context(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if o.Progress.Total == len(want) && o.Progress.Counts["synced"] == len(want) {
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	o, _ := store.Overview(t.Context(), time.Now())
	t.Fatalf("not settled: %d users, %d accounts %v, %d at the target", len(want), o.Progress.Total, o.Progress.Counts, target.Count())
}

func judge(t *testing.T, want map[string]directory.User, target *scim2fake.Server) {
	t.Helper()
	there := map[string]scim2fake.User{}
	for _, u := range target.Snapshot() {
		if _, twice := there[u.ExternalID]; twice {
			t.Errorf("%s is there twice", u.UserName)
		}
		there[u.ExternalID] = u
		if _, ok := want[u.ExternalID]; !ok {
			t.Errorf("%s left and is still there", u.UserName)
		}
	}
	for id, u := range want {
		got, ok := there[id]
		title, _ := got.Attributes["title"].(string)
		if !ok || got.UserName != u.UserName || title != u.Title || !got.Active {
			t.Errorf("want %s with title %q, there is %v %+v", u.UserName, u.Title, ok, got)
		}
	}
	if o := target.Overlaps(); len(o) != 0 {
		t.Errorf("writes overlapped: %v", o)
	}
	made := map[string]int{}
	for _, r := range target.Journal() {
		if r.Method == "POST" && r.Status == 201 {
			for id := range want {
				if strings.Contains(r.Body, id) {
					made[id]++
				}
			}
		}
	}
	for id, n := range made {
		if n > 1 {
			t.Errorf("%s was made %d times", want[id].UserName, n)
		}
	}
}
