package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"usher/auth"
	"usher/scim"
)

type tokenKey struct{}

// tokenOf is the token of a request that passed requireToken.
func tokenOf(ctx context.Context) auth.Token {
	t, _ := ctx.Value(tokenKey{}).(auth.Token)
	return t
}

// requireToken lets a request pass that carries a token with the scope (RFC 6750 §2.1). Cookies are not looked at,
// so no page of another site can make a browser act here.
func (s *Server) requireToken(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t, err := s.tokenFrom(r)
		if err == nil {
			err = s.allow(r.Context(), w, t)
		}
		if err != nil {
			if p, ok := errors.AsType[*scim.Error](err); ok && statusOf(p) == http.StatusUnauthorized {
				w.Header().Set("WWW-Authenticate", `Bearer realm="SCIM"`)
			}
			s.fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), tokenKey{}, t)))
	})
}

func (s *Server) tokenFrom(r *http.Request) (auth.Token, error) {
	scheme, presented, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if scheme != "" && !strings.EqualFold(scheme, "Bearer") && strings.TrimSuffix(r.URL.Path, "/") == Prefix+"/Me" {
		// For whoever signs in with a name and a password, /Me does not exist, whoever they are (RFC 7644 §3.11).
		return auth.Token{}, problem(http.StatusNotImplemented, "", "/Me needs a personal token in the header Authorization: Bearer. People "+
			"make one on their account page.")
	}
	if !strings.EqualFold(scheme, "Bearer") || presented == "" {
		return auth.Token{}, problem(http.StatusUnauthorized, "", "Send an API token in the header Authorization: Bearer. An administrator "+
			"makes one under Settings → API tokens.")
	}
	presented = strings.TrimSpace(presented)
	if again, token, ok := strings.Cut(presented, " "); ok && strings.EqualFold(again, "Bearer") {
		presented = strings.TrimSpace(token) // it was pasted with the word, and the client added its own
	}
	t, ok, err := s.Tokens.CheckToken(r.Context(), presented, auth.ScopeSCIM)
	switch {
	case err != nil:
		return t, fmt.Errorf("check the token: %w", err)
	case !ok:
		return t, problem(http.StatusUnauthorized, "", "The token does not hold: it was revoked, has expired, was never made here, or was not "+
			"made for the SCIM API.")
	}
	return t, nil
}

// requireApplication keeps personal tokens to /Me.
func (s *Server) requireApplication(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tokenOf(r.Context()).UserID != "" {
			s.fail(w, r, problem(http.StatusForbidden, "", "A personal token may only be used for %s/Me.", s.base()))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// limits keeps each token to its rate.
type limits struct {
	rate  rate.Limit
	burst int

	mu      sync.Mutex
	buckets map[string]*bucket
	swept   time.Time
}

type bucket struct {
	*rate.Limiter
	used time.Time
}

func newLimits(perSecond float64, burst int) *limits {
	if perSecond <= 0 {
		perSecond = DefaultRate
	}
	if burst <= 0 {
		burst = DefaultBurst
	}
	return &limits{rate: rate.Limit(perSecond), burst: burst, buckets: map[string]*bucket{}}
}

// of is the token's bucket. Buckets that have filled up since are forgotten: a new one is just as full.
func (l *limits) of(tokenID string, now time.Time) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	full := time.Duration(float64(l.burst)/float64(l.rate)*float64(time.Second)) + time.Second + patience
	if now.Sub(l.swept) > full {
		for id, b := range l.buckets {
			if now.Sub(b.used) > full {
				delete(l.buckets, id)
			}
		}
		l.swept = now
	}
	b := l.buckets[tokenID]
	if b == nil {
		b = &bucket{Limiter: rate.NewLimiter(l.rate, l.burst)}
		l.buckets[tokenID] = b
	}
	b.used = now
	return b.Limiter
}

// patience is how long a request waits for its turn before it is refused. So whoever sends one request after the other
// is slowed down to the rate and never refused, and a flood has no more than this much of the rate waiting here.
const patience = time.Second

func (s *Server) allow(ctx context.Context, w http.ResponseWriter, t auth.Token) error {
	now := time.Now()
	b := s.limits.of(t.ID, now)
	turn := b.ReserveN(now, 1)
	delay := turn.DelayFrom(now)
	if delay > patience {
		turn.CancelAt(now)
		wait := int(delay.Seconds()) + 1
		w.Header().Set("Retry-After", strconv.Itoa(wait))
		return problem(http.StatusTooManyRequests, "", "This token may make %g operations a second. Wait %d s and send the request again.",
			float64(b.Limit()), wait)
	}
	select {
	case <-ctx.Done():
		turn.Cancel()
		return ctx.Err()
	case <-time.After(delay):
		return nil
	}
}
