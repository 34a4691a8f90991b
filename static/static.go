// Package static serves the embedded stylesheet, scripts and font under content-hashed URLs, so that a
// browser may keep them for ever. It is not for pages, uploads or anything made at run time.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// Prefix is the path below which Handler must be mounted.
const Prefix = "/static/"

//go:embed *.css *.js *.woff2
var files embed.FS

type asset struct {
	url, contentType string
	plain, zipped    []byte // zipped is nil when it would not be smaller
}

type catalogue struct {
	byName map[string]asset
	byURL  map[string]asset
}

func contentType(ext string) string {
	switch ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	}
	return "application/octet-stream"
}

// loaded hashes and compresses each asset once, at first use.
var loaded = sync.OnceValue(func() catalogue {
	c := catalogue{byName: map[string]asset{}, byURL: map[string]asset{}}
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(fmt.Errorf("read embedded assets: %w", err)) // the embedded root always exists
	}
	// Fonts first: the stylesheet's hash must cover the font URL that is written into it.
	for _, fontsOnly := range []bool{true, false} {
		for _, e := range entries {
			name := e.Name()
			if isFont := path.Ext(name) == ".woff2"; isFont == fontsOnly {
				c.add(name)
			}
		}
	}
	return c
})

func (c catalogue) add(name string) {
	plain, err := files.ReadFile(name)
	if err != nil {
		panic(fmt.Errorf("read embedded asset %s: %w", name, err))
	}
	ext := path.Ext(name)
	if ext == ".css" {
		for other, a := range c.byName {
			plain = bytes.ReplaceAll(plain, []byte(Prefix+other), []byte(a.url))
		}
	}
	sum := sha256.Sum256(plain)
	a := asset{
		url:         Prefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext,
		contentType: contentType(ext),
		plain:       plain,
	}
	if z := compress(plain); len(z) < len(plain)*9/10 {
		a.zipped = z
	}
	c.byName[name], c.byURL[a.url] = a, a
}

func compress(b []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic(err) // only for a level that does not exist
	}
	if _, err := w.Write(b); err != nil {
		panic(err) // a bytes.Buffer does not fail
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// Path returns the URL of the asset with this file name, for example "/static/app.1a2b3c4d5e.css" for
// "app.css". A name that is not embedded is a mistake in a template and panics.
func Path(name string) string {
	a, ok := loaded().byName[name]
	if !ok {
		panic("static: no asset named " + name)
	}
	return a.url
}

// Handler serves the assets at the URLs that Path returns and answers 404 for any other.
func Handler() http.Handler {
	all := loaded()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := all.byURL[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "Only GET and HEAD are answered here.", http.StatusMethodNotAllowed)
			return
		}
		body := a.plain
		h := w.Header()
		h.Set("Content-Type", a.contentType)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		if a.zipped != nil {
			h.Set("Vary", "Accept-Encoding")
			if acceptsGzip(r.Header.Get("Accept-Encoding")) {
				h.Set("Content-Encoding", "gzip")
				body = a.zipped
			}
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method == http.MethodGet {
			_, _ = w.Write(body) // the client went away: nobody to tell
		}
	})
}

// acceptsGzip reads an Accept-Encoding header (RFC 9110 §12.5.3); "gzip;q=0" is a refusal.
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		q, found := strings.CutPrefix(strings.TrimSpace(params), "q=")
		if !found {
			return true
		}
		weight, err := strconv.ParseFloat(q, 64)
		return err == nil && weight > 0
	}
	return false
}
