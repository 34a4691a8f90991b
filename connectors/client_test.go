package connectors

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestPublicAddresses(t *testing.T) {
	for address, public := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "64:ff9b::808:808": true, "2002:808:808::1": true, "172.32.0.1": true, "100.128.0.1": true,
		"127.0.0.1": false, "127.9.9.9": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"100.64.0.1": false, "100.100.100.200": false, "168.63.129.16": false, "0.0.0.0": false, "0.1.2.3": false, "224.0.0.1": false, "255.255.255.255": false,
		"192.0.0.192": false, "198.18.0.1": false, "203.0.113.7": false,
		"::1": false, "::": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false, "64:ff9b::7f00:1": false, "64:ff9b::a9fe:a9fe": false,
		"64:ff9b:1::a00:1": false, "2002:7f00:1::": false, "2001::1": false, "2001:db8::1": false, "fec0::1": false,
	} {
		if got := isPublic(netip.MustParseAddr(address)); got != public {
			t.Errorf("%s: public is %v", address, got)
		}
	}
}

func TestClientRefusals(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	for _, c := range []struct {
		options ClientOptions
		want    error
	}{
		{ClientOptions{}, ErrPlainHTTP}, {ClientOptions{AllowPrivate: true}, ErrPlainHTTP}, {ClientOptions{AllowHTTP: true}, ErrPrivateAddress},
		{ClientOptions{AllowHTTP: true, AllowPrivate: true}, nil},
	} {
		resp, err := NewClient(c.options, nil).Get(srv.URL)
		if err == nil {
			resp.Body.Close()
		}
		if !errors.Is(err, c.want) || (c.want == nil) != (err == nil) {
			t.Errorf("%+v: %v, want %v", c.options, err, c.want)
		}
		if c.want != nil && NoAnswer(OpCreate, err).Kind != Misconfigured {
			t.Errorf("%v is %s", err, NoAnswer(OpCreate, err).Kind)
		}
	}
}

func open() ClientOptions { return ClientOptions{AllowHTTP: true, AllowPrivate: true} }

func TestClientFollowsNoRedirect(t *testing.T) {
	hits := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits++
		if r.URL.Path != "/elsewhere" {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}
	}))
	defer srv.Close()
	resp, err := NewClient(open(), nil).Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusFound || hits != 1 {
		t.Errorf("status %d after %d requests", resp.StatusCode, hits)
	}
}

func TestClientBoundsBodies(t *testing.T) {
	size := int64(maxBody)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.UserAgent() != UserAgent {
			t.Errorf("user agent %q", r.UserAgent())
		}
		_, _ = io.CopyN(w, zeros{}, size)
	}))
	defer srv.Close()
	for _, c := range []struct {
		extra int64
		want  error
	}{{0, nil}, {1, ErrTooLarge}} {
		size = maxBody + c.extra
		resp, err := NewClient(open(), nil).Get(srv.URL)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if !errors.Is(err, c.want) {
			t.Errorf("%d bytes: %v, want %v", size, err, c.want)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestClientIgnoresProxiesOfTheEnvironment(t *testing.T) {
	if NewClient(open(), nil).Transport.(*transport).next.Proxy != nil {
		t.Error("a proxy would be used")
	}
}

type limiter struct {
	spent int
	err   error
}

func (l *limiter) Wait(context.Context) error { l.spent++; return l.err }

func TestClientSpendsTheBudget(t *testing.T) {
	hits := 0
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits++ }))
	defer srv.Close()
	l := &limiter{}
	c := NewClient(open(), l)
	for range 3 {
		resp, err := c.Get(srv.URL)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	l.err = context.DeadlineExceeded
	_, err := c.Post(srv.URL, "text/plain", strings.NewReader("x"))
	if l.spent != 4 || hits != 3 || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("spent %d, sent %d, %v", l.spent, hits, err)
	}
	if e := NoAnswer(OpCreate, err); e.Kind != Temporary {
		t.Errorf("a create that was never sent is %s", e.Kind)
	}
}

func TestNoAnswer(t *testing.T) {
	refused := httptest.NewServer(nil)
	refused.Close()
	hang := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the server notices that a client left only after the body
		<-r.Context().Done()
	}))
	defer hang.Close()
	tls := httptest.NewUnstartedServer(nil)
	tls.Config.ErrorLog = log.New(io.Discard, "", 0)
	tls.StartTLS()
	defer tls.Close()
	for name, c := range map[string]struct {
		url  string
		kind Kind
	}{"refused": {refused.URL, Temporary}, "no answer": {hang.URL, Unknown}, "certificate": {tls.URL, Misconfigured}} {
		patience := 20 * time.Second
		if c.kind == Unknown {
			patience = 100 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		req, _ := http.NewRequestWithContext(ctx, http.MethodPost, c.url, strings.NewReader("{}"))
		_, err := NewClient(open(), nil).Do(req)
		if err == nil {
			t.Fatalf("%s: answered", name)
		}
		e := NoAnswer(OpCreate, err)
		if e.Kind != c.kind || e.Remedy == "" || !errors.Is(e, err) {
			t.Errorf("%s: %s: %v", name, e.Kind, e)
		}
		if again := NoAnswer(OpUpdate, err); again.Kind == Unknown {
			t.Errorf("%s: an update is %s", name, again.Kind)
		}
	}
}

// A date is measured by the clock that wrote it, which may be hours off.
func TestRetryAfterByTheTargetsOwnClock(t *testing.T) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct{ skew, wait, want time.Duration }{
		{-90 * time.Minute, time.Minute, time.Minute}, {90 * time.Minute, 5 * time.Second, 5 * time.Second}, {time.Hour, -time.Minute, 0}, {0, 0, 0},
	} {
		theirs := now.Add(c.skew)
		h := http.Header{"Date": {theirs.Format(http.TimeFormat)}, "Retry-After": {theirs.Add(c.wait).Format(http.TimeFormat)}}
		if got := RetryAfter(h, now); got != c.want {
			t.Errorf("a clock %v off that asks for %v: %v, want %v", c.skew, c.wait, got, c.want)
		}
	}
	if got := RetryAfter(http.Header{"Date": {"yesterday"}, "Retry-After": {now.Add(time.Minute).Format(http.TimeFormat)}}, now); got != time.Minute {
		t.Error("with a Date that is none:", got)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{"": 0, "12": 12 * time.Second, " 12 ": 12 * time.Second, "-1": 0, "1.5": 0, "soon": 0,
		"Mon, 23 Nov 2026 12:01:00 GMT": time.Minute, "Mon, 23 Nov 2026 11:01:00 GMT": 0, "9223372036854775807": 10 * 365 * 24 * time.Hour} {
		if got := RetryAfter(http.Header{"Retry-After": {header}}, now); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}

// An alert in the middle of an exchange says nothing about what became of the request.
func TestNoAnswerAfterAnAlert(t *testing.T) {
	for alert, want := range map[string]Kind{"internal error": Unknown, "bad record MAC": Unknown, "bad certificate": Denied,
		"unknown certificate authority": Denied, "handshake failure": Misconfigured, "protocol version not supported": Misconfigured} {
		err := &net.OpError{Op: "remote error", Err: errors.New("tls: " + alert)}
		if e := NoAnswer(OpCreate, err); e.Kind != want || e.Remedy == "" {
			t.Errorf("%s: %q, want %q", alert, e.Kind, want)
		}
		if want == Unknown && NoAnswer(OpUpdate, err).Kind != Temporary {
			t.Errorf("%s of an update is not temporary", alert)
		}
	}
}
