package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	bodyWithin   = time.Minute     // a client must have sent its body
	answerWithin = 3 * time.Minute // longer than any blocking provisioner may take
)

// bounded gives every request deadlines of its own. A stream of events has none, and ends when the server stops,
// because the stop would wait for it otherwise.
func bounded(stopping context.Context, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn := http.NewResponseController(w)
		if strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
			_ = conn.SetWriteDeadline(time.Time{})
			ctx, cancel := context.WithCancel(r.Context())
			defer cancel()
			defer context.AfterFunc(stopping, cancel)()
			next.ServeHTTP(w, r.WithContext(ctx))
			return
		}
		now := time.Now()
		_ = conn.SetWriteDeadline(now.Add(answerWithin))
		if r.ContentLength != 0 {
			_ = conn.SetReadDeadline(now.Add(bodyWithin))
			r.Body = &timedBody{r.Body, conn}
		}
		next.ServeHTTP(w, r)
	})
}

// timedBody lifts the read deadline at the end of the body: net/http goes on reading to notice that the client
// has left, and would take the deadline for that.
type timedBody struct {
	io.ReadCloser
	conn *http.ResponseController
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.conn.SetReadDeadline(time.Time{})
	}
	return n, err
}
