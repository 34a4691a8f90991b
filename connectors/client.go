package connectors

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// ClientOptions say how the HTTP client of one connector behaves.
type ClientOptions struct {
	AllowPrivate bool // may dial loopback, private, link-local and other special addresses
	AllowHTTP    bool // may speak without TLS

	Certificates []tls.Certificate // shown to a host that asks for one
	Roots        *x509.CertPool    // whom to trust about the host's certificate; nil is the system's
}

// Limiter spends one request of the connector's budget, waiting if it must.
type Limiter interface {
	Wait(ctx context.Context) error
}

// UserAgent is sent with every request; some targets refuse requests without one.
const UserAgent = "Usher/1"

const (
	maxBody   = 16 << 20  // of every answer, after decompression, in bytes
	maxHeader = 256 << 10 // of an answer's header, in bytes
)

// What the client refuses to do. NoAnswer knows them.
var (
	ErrPlainHTTP      = errors.New("the URL is http://, which would send credentials unencrypted")
	ErrPrivateAddress = errors.New("the address is private or otherwise special")
	ErrTooLarge       = errors.New("the answer is larger than 16 MiB")
)

// notSent marks an error that came before anything went out.
type notSent struct{ err error }

func (e notSent) Error() string { return e.err.Error() }
func (e notSent) Unwrap() error { return e.err }

// NewClient gives the client that Definition.Open receives: bounded bodies, no redirects but the harmless ones of follow,
// no private addresses unless allowed, the budget spent before every request, and every exchange traced.
// It has no timeout of its own: the context of the attempt bounds it. l may be nil.
//
// Proxies of the environment are not honoured: a proxy resolves names itself, out of reach of the guard at
// dial time, and a variable set for something else must not reroute credentials.
func NewClient(o ClientOptions, l Limiter) *http.Client {
	t := &http.Transport{
		Proxy:                 nil,
		DialContext:           newDialer(o).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          256,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,

		MaxResponseHeaderBytes: maxHeader,
		TLSClientConfig:        &tls.Config{Certificates: o.Certificates, RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
	}
	return &http.Client{
		Transport:     &transport{next: t, options: o, limiter: l, large: make(places, 1)},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// transport puts the rules of NewClient round an http.Transport.
type transport struct {
	next    *http.Transport
	options ClientOptions
	limiter Limiter
	large   places
}

// CloseIdleConnections is what http.Client.CloseIdleConnections calls.
func (t *transport) CloseIdleConnections() { t.next.CloseIdleConnections() }

// RoundTrip implements http.RoundTripper. A redirect is followed once at most.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.exchange(req)
	if err != nil {
		return nil, err
	}
	again := follow(req, resp)
	if again == nil {
		return resp, nil
	}
	leave(resp)
	return t.exchange(again)
}

func (t *transport) exchange(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if err := t.admit(ctx, req); err != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		startRecord(ctx, req).failed(err)
		return nil, notSent{err}
	}
	if req.Header.Get("User-Agent") == "" {
		req = req.Clone(ctx)
		req.Header.Set("User-Agent", UserAgent)
	}
	rec := startRecord(ctx, req)
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		rec.failed(err)
		return nil, err
	}
	rec.answered(resp)
	withoutMark(resp)
	resp.Body = &boundedBody{ReadCloser: resp.Body, left: maxBody, rec: rec, turn: &turn{ctx: ctx, own: t.large}}
	return resp, nil
}

func (t *transport) admit(ctx context.Context, req *http.Request) error {
	if req.URL.Scheme != "https" && !t.options.AllowHTTP {
		return ErrPlainHTTP
	}
	if t.limiter == nil {
		return nil
	}
	if err := t.limiter.Wait(ctx); err != nil {
		return fmt.Errorf("wait for the request budget: %w", err)
	}
	return nil
}

// boundedBody fails with ErrTooLarge past its bound, waits for its turn before it becomes large, and shows the recorder
// what goes by.
type boundedBody struct {
	io.ReadCloser
	left int64
	rec  *record
	turn *turn
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrTooLarge
	}
	if b.left <= maxBody-modest {
		if err := b.turn.take(); err != nil {
			return 0, err
		}
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	b.rec.read(p[:n])
	if b.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}

func (b *boundedBody) Close() error {
	b.rec.closed()
	b.turn.end()
	return b.ReadCloser.Close()
}
