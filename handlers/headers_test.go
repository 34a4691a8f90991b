package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestSecurityHeaders(t *testing.T) {
	want := map[string]string{
		"Content-Security-Policy": "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; frame-ancestors 'none'; " +
			"form-action 'self'; base-uri 'none'; object-src 'none'",
		"X-Content-Type-Options":     "nosniff",
		"X-Frame-Options":            "DENY",
		"Referrer-Policy":            "same-origin",
		"Permissions-Policy":         "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
		"Cross-Origin-Opener-Policy": "same-origin",
		"Cache-Control":              "no-store",
		"Vary":                       "HX-Request",
	}
	for _, scheme := range []string{"http", "https"} {
		h := newMemoryConsole(t, scheme+"://usher.example")
		for _, path := range []string{"/signin", "/settings", "/nowhere"} {
			res := h.browser(t).get(path)
			for k, v := range want {
				if got := res.header.Get(k); got != v {
					t.Errorf("%s %s: %s is %q, want %q", scheme, path, k, got, v)
				}
			}
			if hsts := res.header.Get("Strict-Transport-Security"); (hsts != "") != (scheme == "https") {
				t.Errorf("%s %s: HSTS %q", scheme, path, hsts)
			}
		}
	}
}

func TestHost(t *testing.T) {
	h := newMemoryConsole(t, "https://usher.example")
	h.Hosts = []string{"192.0.2.7:8080"}
	for host, want := range map[string]int{
		"usher.example": 200, "USHER.example": 200, "usher.example:443": 200, "localhost:8080": 200, "127.0.0.1:8080": 200, "[::1]:8080": 200,
		"192.0.2.7:8080": 200, "evil.example": 421, "usher.example.evil.example": 421, "localhost.evil.example": 421, "192.0.2.8": 421, "": 421,
	} {
		b := h.browser(t)
		b.header.Set("Host", host)
		if host == "" {
			b.header.Set("Host", " ")
		}
		res := b.get("/signin")
		if res.code != want {
			t.Errorf("Host %q: %d, want %d", host, res.code, want)
		}
		if want == 421 {
			res.says(t, "Open https://usher.example instead")
		}
	}
	b := h.browser(t)
	b.header.Set("Host", "10.1.2.3:8080")
	if res := b.get("/healthz"); res.code != 200 {
		t.Errorf("a health check by address: %d", res.code)
	}
}

func TestCrossSitePostIsRefused(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	h.admin(t)
	for name, header := range map[string]http.Header{
		"by Sec-Fetch-Site": {"Sec-Fetch-Site": {"cross-site"}},
		"a sibling's":       {"Sec-Fetch-Site": {"same-site"}},
		"by Origin":         {"Origin": {"https://evil.example"}},
	} {
		for _, path := range []string{"/signin", "/signout", "/setup", "/settings/tokens", "/settings/sessions/end"} {
			b := h.signedIn(t)
			b.header = header
			res := b.post(path, "user_name", "ada", "password", good, "name", "x", "scopes", "scim")
			if res.code != http.StatusForbidden {
				t.Errorf("%s to %s: %d", name, path, res.code)
			}
			res.says(t, "another site")
		}
	}
}

func TestRateLimitPerIP(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	b := h.browser(t)
	for i := range postsPerIP {
		b.header.Set("X-Forwarded-For", strings.Repeat("1", i%3+1)+".2.3.4") // believed from nobody
		if res := b.post("/signin", "user_name", string(rune('a'+i)), "password", "x"); res.code != http.StatusUnprocessableEntity {
			t.Fatalf("try %d: %d", i+1, res.code)
		}
	}
	res := b.post("/signin", "user_name", "zoe", "password", "x")
	if res.code != http.StatusTooManyRequests || res.header.Get("Retry-After") == "" {
		t.Errorf("one more: %d, Retry-After %q", res.code, res.header.Get("Retry-After"))
	}
	res.says(t, "Too many tries")
	if res := b.post("/setup", "token", "x"); res.code != http.StatusTooManyRequests {
		t.Errorf("the set-up form has tries left: %d", res.code)
	}
	if res := b.get("/signin"); res.code != http.StatusOK {
		t.Errorf("looking at the page: %d", res.code)
	}
}

func TestTrustedProxyNamesTheClient(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	h.TrustedProxies = []string{"192.0.2.0/24"} // httptest's peer is 192.0.2.1
	h.mux = h.Router()
	b := h.browser(t)
	for i := range postsPerIP + 5 {
		b.header.Set("X-Forwarded-For", "203.0.113."+string(rune('0'+i%10)))
		if res := b.post("/signin", "user_name", "u"+string(rune('a'+i)), "password", "x"); res.code != http.StatusUnprocessableEntity {
			t.Fatalf("try %d: %d", i+1, res.code)
		}
	}
}

func TestLargeFormIsRefused(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	res := h.browser(t).post("/signin", "user_name", "ada", "password", strings.Repeat("x", 1<<20))
	if res.code != http.StatusRequestEntityTooLarge {
		t.Errorf("got %d", res.code)
	}
	res.says(t, "at most 1 MiB")
}

func TestHealth(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	if res := h.browser(t).get("/healthz"); res.code != 200 || res.text != "ok\n" {
		t.Errorf("%d %q", res.code, res.text)
	}
	h.err = errors.New("disk on fire at /var/secret")
	later(h, 6*time.Second)
	for range 20 {
		if res := h.browser(t).get("/healthz"); res.code != 503 || strings.Contains(res.text, "fire") {
			t.Errorf("%d %q", res.code, res.text)
		}
	}
	if n := strings.Count(h.log.String(), "disk on fire"); n != 1 {
		t.Errorf("the log says it %d times", n)
	}
	h.err = nil
	later(h, 12*time.Second)
	if res := h.browser(t).get("/healthz"); res.code != 200 || !strings.Contains(h.log.String(), "can be worked with again") {
		t.Errorf("%d %q", res.code, res.text)
	}
}

func later(h *memoryConsole, d time.Duration) {
	now := time.Now().Add(d)
	h.Now = func() time.Time { return now }
}

// However many ask, the database is written once in five seconds, and by one at a time.
func TestHealthIsCheap(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	later(h, 0)
	h.hold = make(chan struct{})
	var all sync.WaitGroup
	ask := func() {
		all.Go(func() {
			w := httptest.NewRecorder()
			h.showHealth(w, httptest.NewRequest(http.MethodGet, "/healthz", nil))
			if w.Code != http.StatusOK {
				t.Errorf("%d", w.Code)
			}
		})
	}
	for range 50 {
		ask()
	}
	close(h.hold)
	all.Wait()
	for range 50 {
		ask()
	}
	all.Wait()
	if n := h.probes.Load(); n != 1 {
		t.Errorf("%d probes", n)
	}
	later(h, 6*time.Second)
	ask()
	all.Wait()
	if n := h.probes.Load(); n != 2 {
		t.Errorf("%d probes after six seconds, want 2", n)
	}
}

// A database that hangs is one that hangs for a single probe, not for one of each who asks.
func TestHealthDoesNotPileUp(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	h.hold = make(chan struct{})
	defer close(h.hold)
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		w := httptest.NewRecorder()
		h.showHealth(w, httptest.NewRequest(http.MethodGet, "/healthz", nil).WithContext(ctx))
		if w.Code != http.StatusServiceUnavailable {
			t.Errorf("%d", w.Code)
		}
	}
	if n := h.probes.Load(); n > 1 {
		t.Errorf("%d probes are under way", n)
	}
}

// The pages of the organisation's people are guarded like the console's.
func TestHostOfPublicPages(t *testing.T) {
	f := newSignUpConsole(t, nil)
	for _, path := range []string{"/login", "/register", "/register/confirm", "/register/resend", "/forgot", "/reset", "/verify", "/account", "/nowhere"} {
		b := f.visitor(t)
		b.header.Set("Host", "evil.example")
		for what, a := range map[string]answer{"GET": b.get(path), "POST": b.post(path)} {
			if a.code != http.StatusMisdirectedRequest {
				t.Errorf("%s %s under a foreign name: %d", what, path, a.code)
			}
		}
	}
}

// Each form that costs a hash or a mail is limited by itself: its tries are used up, and then it refuses.
func TestPublicFormsAreLimited(t *testing.T) {
	for _, path := range []string{"/login", "/register", "/register/confirm", "/register/resend", "/forgot", "/reset", "/verify"} {
		f := newSignUpConsole(t, nil)
		b := f.visitor(t)
		for n := range postsPerIP {
			if a := b.post(path, "user_name", string(rune('a'+n))); a.code == http.StatusTooManyRequests {
				t.Fatalf("%s: try %d is refused", path, n+1)
			}
		}
		b.post(path, "user_name", "z").status(t, http.StatusTooManyRequests)
	}
}
