package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"usher/connectors/all"
	"usher/connectors/scim2/scim2fake"
)

// The long tests mostly wait, for browsers and for clocks, so one more of them runs than there are processors.
func TestMain(m *testing.M) {
	flag.Parse()
	if n := runtime.GOMAXPROCS(0); flag.Lookup("test.parallel").Value.String() == strconv.Itoa(n) {
		_ = flag.Set("test.parallel", strconv.Itoa(n+1)) // a number is always right
	}
	os.Exit(m.Run())
}

// usher runs one command to its end.
func usher(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a command that should fail may serve instead
	defer cancel()
	code = run(ctx, args, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

// must runs a command that has to work, and gives what it printed without the last line's end.
func must(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	code, out, errs := usher(t, stdin, args...)
	if code != exitOK {
		t.Fatalf("usher %s: exit %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return strings.TrimSpace(out)
}

// newDB gives a database flag; the file is made by the first command.
func newDB(t *testing.T) string { return "--db=" + filepath.Join(t.TempDir(), "usher.db") }

// newTarget starts a SCIM service and gives an apply file for it.
func newTarget(t *testing.T, provisioner string) (*scim2fake.Server, string) {
	t.Helper()
	fake := scim2fake.New(scim2fake.Options{Token: "test-token", Journal: 100})
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	return fake, fmt.Sprintf(`connections:
  - name: Warehouse
    description: Stock system
    type: custom
    connectors:
      - type: scim2
        enabled: true
        config: {base_url: "%s%s", auth_mode: bearer, token: "test-token", allow_private_network: true, requests_per_second: 0}
provisioners:
  - {connection: Warehouse, connector: scim2%s}
`, server.URL, scim2fake.Prefix, provisioner)
}

// output collects what a running command prints.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// running is a server in this process.
type running struct {
	url            string
	stdout, stderr *output
	stop           context.CancelFunc
	done           chan int
}

var listening = regexp.MustCompile(`msg=listening address=\S+ url=(\S+)`)

// start runs a serving command until the test ends.
func start(t *testing.T, args ...string) *running {
	t.Helper()
	return startWith(t, all.Kinds(), args...)
}

// startWith is start with these kinds of connectors.
func startWith(t *testing.T, kinds []all.Kind, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r := &running{stdout: &output{}, stderr: &output{}, stop: stop, done: make(chan int, 1)}
	go func() { r.done <- runWith(ctx, kinds, args, strings.NewReader(""), r.stdout, r.stderr) }()
	t.Cleanup(func() { r.end(t) })
	eventually(t, "the server listens", func() bool {
		select {
		case code := <-r.done:
			r.done <- code
			t.Fatalf("the server ended with %d: %s", code, r.stderr)
		default:
		}
		m := listening.FindStringSubmatch(r.stderr.String())
		if m != nil {
			r.url = m[1]
		}
		return m != nil
	})
	return r
}

// end stops it and gives the exit code.
func (r *running) end(t *testing.T) int {
	t.Helper()
	r.stop()
	select {
	case code := <-r.done:
		r.done <- code
		return code
	case <-time.After(time.Minute):
		t.Fatal("the server does not stop")
		return -1
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// get reads a page without following redirects.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}
