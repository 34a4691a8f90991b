package handlers

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	healthDeadline = 2 * time.Second  // that somebody who asks waits for
	probeDeadline  = 10 * time.Second // that one probe may take
	healthyFor     = 5 * time.Second  // then the next who asks has the database probed again
	unhealthyFor   = 2 * time.Second
	watchEvery     = 30 * time.Second
)

// health is what the last probe of the database found. However many ask, there is one probe at a time, and one in
// healthyFor: each is a write. The zero value is ready.
type health struct {
	mu      sync.Mutex
	at      time.Time // when the last probe ended
	err     error
	probing chan struct{} // closed when the probe that is under way has ended; nil without one
}

// look is nil when the database could be read and written a moment ago. The probe goes on when the caller leaves.
func (h *health) look(ctx context.Context, s *Server) error {
	h.mu.Lock()
	keep := healthyFor
	if h.err != nil {
		keep = unhealthyFor
	}
	if age := s.Now().Sub(h.at); !h.at.IsZero() && age >= 0 && age < keep {
		defer h.mu.Unlock()
		return h.err
	}
	if h.probing == nil {
		h.probing = make(chan struct{})
		go h.probe(context.WithoutCancel(ctx), s)
	}
	done := h.probing
	h.mu.Unlock()
	select {
	case <-done:
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// probe asks the database, and logs what has changed since the last time.
func (h *health) probe(ctx context.Context, s *Server) {
	bounded, cancel := context.WithTimeout(ctx, probeDeadline)
	defer cancel()
	err := s.Store.Probe(bounded)
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case err != nil && (h.err == nil || h.err.Error() != err.Error()):
		s.Log.ErrorContext(ctx, "the database cannot be worked with", "err", err)
	case err == nil && h.err != nil:
		s.Log.InfoContext(ctx, "the database can be worked with again")
	}
	h.at, h.err = s.Now(), err
	close(h.probing)
	h.probing = nil
}

// healthy is nil when the database can be read and written.
func (s *Server) healthy(ctx context.Context) error {
	return s.health.look(ctx, s)
}

// WatchHealth probes the database now and then, so that the log says what is wrong with it though nobody asks.
func (s *Server) WatchHealth(ctx context.Context) {
	for {
		_ = s.healthy(ctx) // the probe logs it
		select {
		case <-ctx.Done():
			return
		case <-time.After(watchEvery):
		}
	}
}

// showHealth is for machines: 200 when the database can be read and written. It says nothing else to whoever asks: the
// log has the reason.
func (s *Server) showHealth(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), healthDeadline)
	defer cancel()
	status, text := http.StatusOK, "ok\n"
	if err := s.healthy(ctx); err != nil {
		status, text = http.StatusServiceUnavailable, "the database cannot be read and written\n"
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}
