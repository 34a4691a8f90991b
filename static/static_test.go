package static

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func get(t *testing.T, path, encoding string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestHandlerServesEachAssetForEver(t *testing.T) {
	for name, contentType := range map[string]string{
		"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "theme.js": "text/javascript; charset=utf-8",
		"htmx.min.js": "text/javascript; charset=utf-8", "inter.woff2": "font/woff2",
	} {
		res := get(t, Path(name), "")
		body, _ := io.ReadAll(res.Body)
		if res.StatusCode != 200 || len(body) == 0 {
			t.Errorf("%s: status %d, %d bytes", name, res.StatusCode, len(body))
		}
		if got := res.Header.Get("Content-Type"); got != contentType {
			t.Errorf("%s: Content-Type %q, want %q", name, got, contentType)
		}
		if got := res.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: Cache-Control %q", name, got)
		}
		if res.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: encoded for a client that did not ask", name)
		}
	}
}

func TestGzipOnlyWhenAccepted(t *testing.T) {
	res := get(t, Path("app.css"), "br, gzip")
	if res.Header.Get("Content-Encoding") != "gzip" || res.Header.Get("Vary") != "Accept-Encoding" {
		t.Fatalf("headers %v", res.Header)
	}
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if css, err := io.ReadAll(z); err != nil || len(css) < 1000 {
		t.Fatalf("%d bytes, %v", len(css), err)
	}
	for _, refusal := range []string{"", "br", "gzip;q=0", "gzip; q=0.0"} {
		if got := get(t, Path("app.css"), refusal).Header.Get("Content-Encoding"); got != "" {
			t.Errorf("Accept-Encoding %q was answered with %q", refusal, got)
		}
	}
}

func TestUnhashedAndUnknownAreNotFound(t *testing.T) {
	for _, p := range []string{"/static/app.css", "/static/app.0000000000.css", "/static/../static.go", "/static/static.go"} {
		if got := get(t, p, "").StatusCode; got != http.StatusNotFound {
			t.Errorf("%s: %d", p, got)
		}
	}
}

func TestStylesheetNamesTheHashedFont(t *testing.T) {
	body, _ := io.ReadAll(get(t, Path("app.css"), "").Body)
	if !strings.Contains(string(body), Path("inter.woff2")) {
		t.Error("app.css does not load the font by its hashed URL")
	}
}

func TestPostIsRefused(t *testing.T) {
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, Path("app.css"), nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("status %d", w.Code)
	}
}
