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

// faults are those of one fake.
type faults struct {
	any atomic.Bool
	mu  sync.Mutex
	all []*armed
}

// AddFault arms a fault. A pattern that is no regular expression panics.
func (e *faults) AddFault(f Fault) {
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
func (e *faults) ClearFaults() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = nil
	e.any.Store(false)
}

// match counts the request at every fault and gives the first that fires, nil for none.
func (e *faults) match(method, path, query string) *Fault {
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

// replace waits for Delay, and reports whether the fault answers in place of an answer with this status, 0 for none.
func (f *Fault) replace(ctx context.Context, answered int) (instead Reply, ok bool) {
	if f.Delay > 0 {
		pause(ctx, f.Delay)
	}
	if f.Status == 0 && answered != 0 {
		return Reply{}, false
	}
	instead = Reply{Status: f.Status, Header: f.Header.Clone(), Body: []byte(f.Body)}
	if instead.Status == 0 {
		instead.Status = http.StatusServiceUnavailable
	}
	return instead, true
}

// sever breaks the connection instead of answering, and reports whether it did.
func (f *Fault) sever(w http.ResponseWriter, r *http.Request, out Reply, contentType string) bool {
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
		_, _ = buf.WriteString("HTTP/1.1 " + strconv.Itoa(out.Status) + " OK\r\nContent-Type: " + contentType + "\r\nContent-Length: " +
			strconv.Itoa(max(len(out.Body), 2)) + "\r\n\r\n" + string(out.Body[:len(out.Body)/2]))
		_ = buf.Flush()
		return true
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // close becomes a reset
	}
	return true
}

// pause waits, unless the client gives up.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
