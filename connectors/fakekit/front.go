// Package fakekit is what the fakes of connector kinds have in common: they read requests, remember them, go wrong on
// demand, watch the client, and give out tokens. What a service is, and what one service does wrong in its own way, is
// its fake's. It is for fakes and tests only: a connector must not import it, for a mistake on both sides would pass
// every test.
package fakekit

import (
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"usher/connectors"
)

// Setup says what stands behind a Front.
type Setup struct {
	Journal     int              // how many requests are remembered, the latest; 0 is none
	Now         func() time.Time // nil is the machine's clock
	ContentType string           // of bodies
	TokenPath   string           // of the token endpoint, "" for none; its requests are counted apart, and its bodies hidden
	Hide        func(*Request)   // takes secrets out of what is remembered, besides Authorization; nil is nothing
	Serve       func(Call) Reply // the service

	// Trouble is what the service says in trouble, which is none of NoTrouble and Slow; ok is false when it answers as ever.
	// Retry-After is added when it is throttled.
	Trouble func(t connectors.Trouble, c Call) (out Reply, ok bool)

	// Finish sees every reply before it goes out, and may change it; nil is nothing. dropped: the client will not get it.
	Finish func(c Call, out *Reply, dropped bool)
}

// Front is an http.Handler that stands before the service of a fake, which embeds it. It is safe for concurrent use once
// it is set up.
type Front struct {
	faults
	journal
	setup   Setup
	trouble atomic.Pointer[connectors.Trouble]
	served  atomic.Int64
	logins  atomic.Int64
}

// SetUp begins. It is called once, before the first request.
func (f *Front) SetUp(s Setup) {
	if s.Now == nil {
		s.Now = time.Now
	}
	f.setup, f.journal.size = s, s.Journal
}

// Requests is how many requests came so far; those for tokens do not count.
func (f *Front) Requests() int { return int(f.served.Load()) }

// Logins is how many tokens were asked for so far.
func (f *Front) Logins() int { return int(f.logins.Load()) }

// SetTrouble implements connectors.Sandbox.
func (f *Front) SetTrouble(t connectors.Trouble) { f.trouble.Store(&t) }

// Trouble implements connectors.Sandbox.
func (f *Front) Trouble() connectors.Trouble {
	if t := f.trouble.Load(); t != nil {
		return *t
	}
	return connectors.NoTrouble
}

// ServeHTTP implements http.Handler.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	content, err := readBody(r)
	if err != nil {
		http.Error(w, "unreadable body", http.StatusBadRequest)
		return
	}
	c := Call{r, content}
	if f.onToken(r) {
		f.logins.Add(1)
	} else {
		f.served.Add(1)
	}
	broken := f.match(r.Method, r.URL.EscapedPath(), r.URL.RawQuery)
	var out Reply
	if broken == nil || broken.Phase == After {
		out = f.serve(c)
	}
	if broken != nil {
		if instead, ok := broken.replace(r.Context(), out.Status); ok {
			out = instead
		}
	}
	if f.setup.Finish != nil {
		f.setup.Finish(c, &out, broken != nil && broken.Drop != "")
	}
	f.remember(c, out.Status)
	if broken != nil && broken.sever(w, r, out, f.setup.ContentType) {
		return
	}
	out.write(w, f.setup.ContentType)
}

func (f *Front) onToken(r *http.Request) bool {
	return f.setup.TokenPath != "" && r.URL.Path == f.setup.TokenPath
}

// What an evaluator's trouble looks like.
const (
	slowness   = 2 * time.Second
	retryAfter = "10" // seconds
)

func (f *Front) serve(c Call) Reply {
	switch t := f.Trouble(); t {
	case connectors.NoTrouble:
	case connectors.Slow:
		pause(c.Context(), slowness)
	default:
		if out, ok := f.setup.Trouble(t, c); ok {
			if t == connectors.Throttled {
				out.Header = http.Header{"Retry-After": {retryAfter}}
			}
			return out
		}
	}
	return f.setup.Serve(c)
}

// maxRequest is how many bytes of a request's body are read: as many as Salesforce takes, which takes the most.
const maxRequest = 6 << 20

func readBody(r *http.Request) ([]byte, error) {
	if n := r.ContentLength; n >= 0 && n <= maxRequest {
		b := make([]byte, n)
		_, err := io.ReadFull(r.Body, b)
		return b, err
	}
	return io.ReadAll(io.LimitReader(r.Body, maxRequest))
}
