package connectors

import (
	"context"
	"net/http"
	"time"
)

// ClientOptions say how the HTTP client of one connector behaves.
type ClientOptions struct {
	AllowPrivate bool // may dial loopback, private, link-local and other special addresses
	AllowHTTP    bool // may speak without TLS
}

// Limiter spends one request of the connector's budget, waiting if it must.
type Limiter interface {
	Wait(ctx context.Context) error
}

// NewClient gives the client that Definition.Open receives: bounded bodies, no redirects, no private
// addresses unless allowed, the budget spent before every request, and every exchange traced.
func NewClient(o ClientOptions, l Limiter) *http.Client { panic("to be written") }

// Exchange is one request and its answer, without secrets, cut to a size that can be kept.
type Exchange struct {
	Method   string        `json:"method"`
	URL      string        `json:"url"`
	Request  string        `json:"request,omitempty"`
	Status   int           `json:"status,omitempty"`
	Response string        `json:"response,omitempty"`
	Error    string        `json:"error,omitempty"`
	Took     time.Duration `json:"took"` // nanoseconds
}

// Trace collects the exchanges of one attempt.
type Trace struct{ Exchanges []Exchange }

type traceKey struct{}

// WithTrace returns a context whose requests are written down in t.
func WithTrace(ctx context.Context, t *Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}
