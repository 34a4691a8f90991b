package handlers

import (
	"context"
	"io"
	"net/http"
	"time"
)

const healthDeadline = 2 * time.Second

// showHealth is for machines: 200 when the database answers. It says nothing else to whoever asks.
func (s *Server) showHealth(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), healthDeadline)
	defer cancel()
	status, text := http.StatusOK, "ok\n"
	if err := s.Store.Ping(ctx); err != nil {
		s.Log.WarnContext(ctx, "health check failed", "err", err)
		status, text = http.StatusServiceUnavailable, "the database does not answer\n"
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}
