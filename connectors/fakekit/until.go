package fakekit

import (
	"context"
	"net/http"
	"time"
)

// Engine is for the fakes that do not stand behind a Front yet.
type Engine struct{ faults }

// Match is match.
func (e *Engine) Match(method, path, query string) *Fault { return e.match(method, path, query) }

// Replace is replace.
func (f *Fault) Replace(ctx context.Context, answered int) (status int, header http.Header, body []byte, ok bool) {
	out, ok := f.replace(ctx, answered)
	return out.Status, out.Header, out.Body, ok
}

// Break is sever.
func (f *Fault) Break(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) bool {
	return f.sever(w, r, Reply{Status: status, Body: body}, contentType)
}

// Pause is pause.
func Pause(ctx context.Context, d time.Duration) { pause(ctx, d) }
