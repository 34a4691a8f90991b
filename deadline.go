package main

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

const (
	headerWithin = 10 * time.Second // a client must have sent its headers
	bodyWithin   = time.Minute      // and its body
	answerWithin = 3 * time.Minute  // longer than any blocking provisioner may take
	idleFor      = 2 * time.Minute
	maxHeaders   = 64 << 10
)

// newServer is an http.Server that no client can hold up. net/http lifts the deadline of the body when the body
// has been read, so it bounds the reading and not the work.
func newServer(stopping context.Context, h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{Handler: bounded(stopping, h), ReadHeaderTimeout: headerWithin, ReadTimeout: bodyWithin, IdleTimeout: idleFor,
		MaxHeaderBytes: maxHeaders, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
}

// bounded gives every answer a deadline. A stream of events has none, and ends when the server stops, because the
// stop would wait for it otherwise.
func bounded(stopping context.Context, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn := http.NewResponseController(w)
		if !strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
			_ = conn.SetWriteDeadline(time.Now().Add(answerWithin))
			next.ServeHTTP(w, r)
			return
		}
		_ = conn.SetWriteDeadline(time.Time{}) // of an earlier request on this connection
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(stopping, cancel)()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}
