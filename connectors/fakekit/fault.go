// Package fakekit lets the fake of a connector kind go wrong on demand: answers that are lost, late, cut off or others
// than they should be. It is not for what one service does wrong in its own way: those are quirks of its fake.
package fakekit

import (
	"context"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Phases and drops of a Fault.
const (
	Before = "before" // the state is untouched
	After  = "after"  // the state is changed, and then things go wrong

	Reset = "rst"          // the connection is reset
	EOF   = "eof_mid_body" // the answer ends too early
	Hang  = "hang"         // no answer, until the client gives up
)

// Fault is something that goes wrong. It fires on the Nth match (1 is the first, and the default) and the
// Times-1 matches after it (default 1, negative is for ever).
type Fault struct {
	Method, PathRe string // "" is any; PathRe is matched against the escaped path, "?" and the raw query
	Nth, Times     int
	Phase          string // Before unless it says After
	Status         int    // of the answer instead of the right one; 0 leaves that as it is
	Header         http.Header
	Body           string
	Delay          time.Duration
	Drop           string
}

type armed struct {
	Fault
	re   *regexp.Regexp
	seen int
}

// Engine holds the faults of one fake, which embeds it. It is safe for concurrent use.
type Engine struct {
	any atomic.Bool
	mu  sync.Mutex
	all []*armed
}

// AddFault arms a fault. A pattern that is no regular expression panics.
func (e *Engine) AddFault(f Fault) {
	f.Nth = max(f.Nth, 1)
	if f.Times == 0 {
		f.Times = 1
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, &armed{Fault: f, re: regexp.MustCompile(f.PathRe)})
	e.any.Store(true)
}

// ClearFaults disarms them all.
func (e *Engine) ClearFaults() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = nil
	e.any.Store(false)
}

// Match counts the request at every fault and gives the first that fires, nil for none.
func (e *Engine) Match(method, path, query string) *Fault {
	if !e.any.Load() {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	var hit *Fault
	for _, a := range e.all {
		if (a.Method != "" && a.Method != method) || !a.re.MatchString(path+"?"+query) {
			continue
		}
		a.seen++
		if hit == nil && a.seen >= a.Nth && (a.Times < 0 || a.seen < a.Nth+a.Times) {
			hit = &a.Fault
		}
	}
	return hit
}

// Replace waits for Delay, and reports whether the fault answers in place of an answer with this status, 0 for none.
func (f *Fault) Replace(ctx context.Context, answered int) (status int, header http.Header, body []byte, ok bool) {
	if f.Delay > 0 {
		Pause(ctx, f.Delay)
	}
	if f.Status == 0 && answered != 0 {
		return 0, nil, nil, false
	}
	status = f.Status
	if status == 0 {
		status = http.StatusServiceUnavailable
	}
	return status, f.Header.Clone(), []byte(f.Body), true
}

// Break breaks the connection instead of answering, and reports whether it did.
func (f *Fault) Break(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) bool {
	switch f.Drop {
	case "":
		return false
	case Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	conn, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = conn.Close() }() // it is meant to break
	if f.Drop == EOF {
		_, _ = buf.WriteString("HTTP/1.1 " + strconv.Itoa(status) + " OK\r\nContent-Type: " + contentType + "\r\nContent-Length: " +
			strconv.Itoa(max(len(body), 2)) + "\r\n\r\n" + string(body[:len(body)/2]))
		_ = buf.Flush()
		return true
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // close becomes a reset
	}
	return true
}

// Pause waits, unless the client gives up.
func Pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
