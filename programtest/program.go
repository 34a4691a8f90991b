// Package programtest runs the whole program for tests: a command until it ends, or a server until the test does. It is
// not for looking at what the program did.
package programtest

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// Program is a way to run it: the function that main calls, or a binary. It gives the exit code. It ends when ctx does,
// as after the signal to stop.
type Program func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int

// NewDB gives a database flag; the file is made by the first command.
func NewDB(t *testing.T) string { return "--db=" + filepath.Join(t.TempDir(), "usher.db") }

// Run runs one command to its end.
func (p Program) Run(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a command that should fail may serve instead
	defer cancel()
	code = p(ctx, args, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

// Must runs a command that has to work, and gives what it printed without the last line's end.
func (p Program) Must(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	code, out, errs := p.Run(t, stdin, args...)
	if code != 0 {
		t.Fatalf("usher %s: exit %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return strings.TrimSpace(out)
}

// Output collects what a running command prints.
type Output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// Server is a command that serves.
type Server struct {
	URL            string // of the console, without a slash at its end
	Stdout, Stderr *Output
	stop           context.CancelFunc
	done           chan int
}

var listening = regexp.MustCompile(`msg=listening address=\S+ url=(\S+)`)

// Address is the URL that a server's log names; "" until it listens.
func Address(log string) string {
	if m := listening.FindStringSubmatch(log); m != nil {
		return m[1]
	}
	return ""
}

// Serve runs a serving command on a new database until the test ends.
func (p Program) Serve(t *testing.T, db string) *Server {
	t.Helper()
	return p.Start(t, db, "--addr=127.0.0.1:0")
}

// Start runs a serving command until the test ends.
func (p Program) Start(t *testing.T, args ...string) *Server {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	s := &Server{Stdout: &Output{}, Stderr: &Output{}, stop: stop, done: make(chan int, 1)}
	go func() { s.done <- p(ctx, args, strings.NewReader(""), s.Stdout, s.Stderr) }()
	t.Cleanup(func() { s.End(t) })
	Eventually(t, "the server listens", func() bool {
		select {
		case code := <-s.done:
			s.done <- code
			t.Fatalf("the server ended with %d: %s", code, s.Stderr)
		default:
		}
		s.URL = Address(s.Stderr.String())
		return s.URL != ""
	})
	return s
}

// Printed waits for what standard output says, and gives it and the groups in it.
func (s *Server) Printed(t *testing.T, what *regexp.Regexp) (m []string) {
	t.Helper()
	Eventually(t, "the server prints "+what.String(), func() bool {
		m = what.FindStringSubmatch(s.Stdout.String())
		return m != nil
	})
	return m
}

// End stops it and gives the exit code.
func (s *Server) End(t *testing.T) int {
	t.Helper()
	s.stop()
	select {
	case code := <-s.done:
		s.done <- code
		return code
	case <-time.After(time.Minute):
		t.Fatal("the server does not stop")
		return -1
	}
}

// Eventually waits until ok. It ends what hangs; it does not judge the speed of the machine.
func Eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(50 * time.Millisecond) // what is asked may be costly, and there are many who ask
	}
}
