package main

import (
	"log/slog"
	"net/http"
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
func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: headerWithin, ReadTimeout: bodyWithin, WriteTimeout: answerWithin, IdleTimeout: idleFor,
		MaxHeaderBytes: maxHeaders, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
}
