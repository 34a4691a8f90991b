package handlers

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"usher/auth"
	"usher/auth/authtest"
	"usher/directory"
)

const (
	good = "correct horse battery staple"
	next = "purple elephants read slowly"
)

// memoryConsole is a console over a store in memory.
type memoryConsole struct {
	*Server
	store *authtest.Memory
	log   *logBuffer
	mux   http.Handler
	pingErr
}

type pingErr struct {
	Store  // none: pages that read from it have fixtures of their own
	err    error
	probes atomic.Int64
	hold   chan struct{} // probes wait for it when it is set
}

func (p *pingErr) Probe(context.Context) error {
	p.probes.Add(1)
	if p.hold != nil {
		<-p.hold
	}
	return p.err
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newMemoryConsole(t *testing.T, base string) *memoryConsole {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	h := &memoryConsole{store: authtest.NewMemory(), log: &logBuffer{}}
	h.Server = &Server{
		Auth:    auth.New(h.store, auth.Options{Secure: u.Scheme == "https", Cost: auth.Cost{MemoryKiB: 8, Passes: 1, Lanes: 1}}),
		Store:   &h.pingErr,
		BaseURL: u,
		Log:     slog.New(slog.NewTextHandler(h.log, nil)),
		Now:     time.Now,
		About:   About{Version: "test", Database: "memory"},
	}
	h.mux = h.Router()
	return h
}

func (h *memoryConsole) admin(t *testing.T) auth.Admin {
	t.Helper()
	a, err := h.Auth.CreateAdmin(t.Context(), directory.Actor{Kind: directory.ByCLI}, "Ada", good)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// browser keeps cookies and follows nothing by itself.
type browser struct {
	t       *testing.T
	h       *memoryConsole
	cookies map[string]string
	header  http.Header
}

func (h *memoryConsole) browser(t *testing.T) *browser {
	return &browser{t: t, h: h, cookies: map[string]string{}, header: http.Header{"Sec-Fetch-Site": {"same-origin"}}}
}

// signedIn is a browser whose visitor is the administrator Ada.
func (h *memoryConsole) signedIn(t *testing.T) *browser {
	t.Helper()
	b := h.browser(t)
	if res := b.post("/signin", "user_name", "ada", "password", good); res.code != http.StatusSeeOther {
		t.Fatalf("sign-in answered %d: %s", res.code, res.text)
	}
	return b
}

type answer struct {
	code   int
	header http.Header
	text   string
	doc    *goquery.Document
}

func (b *browser) get(path string) answer { return b.send("GET", path, nil) }

func (b *browser) post(path string, pairs ...string) answer {
	f := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	return b.send("POST", path, strings.NewReader(f.Encode()))
}

// edit sends a page's form over what the page shows now.
func (b *browser) edit(path string, pairs ...string) answer {
	b.t.Helper()
	page := b.get(path)
	return b.post(path, append(pairs, "revision", page.field("revision"), "base", page.field("base"))...)
}

func (b *browser) send(method, path string, body io.Reader) answer {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), method, path, body)
	r.Host = b.h.BaseURL.Host
	for k, v := range b.header {
		r.Header[k] = v
	}
	if v := b.header.Get("Host"); v != "" {
		r.Host = v
	}
	if method == "POST" && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k, v := range b.cookies {
		r.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	w := httptest.NewRecorder()
	b.h.mux.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		b.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{code: w.Code, header: w.Header(), text: w.Body.String(), doc: doc}
}

func (a answer) says(t *testing.T, want string) {
	t.Helper()
	if text := strings.Join(strings.Fields(a.doc.Text()), " "); !strings.Contains(text, want) {
		t.Errorf("the page does not say %q: %s", want, text)
	}
}

func (a answer) field(name string) string {
	return a.doc.Find(`[name="`+name+`"]`).AttrOr("value", "")
}
