package googlefake

import (
	"net/http"
	"time"

	"usher/connectors"
	"usher/connectors/fakekit"
)

// What an evaluator's trouble looks like.
const (
	slowness   = 2 * time.Second
	retryAfter = "10" // seconds
)

// SetTrouble implements connectors.Sandbox.
func (s *Server) SetTrouble(t connectors.Trouble) { s.trouble.Store(&t) }

// Trouble implements connectors.Sandbox.
func (s *Server) Trouble() connectors.Trouble {
	if t := s.trouble.Load(); t != nil {
		return *t
	}
	return connectors.NoTrouble
}

// troubled is the answer of a server in trouble, in the words of the endpoint that was asked; ok is false when it is to
// answer as ever. Tokens that are refused are not forgotten: they are good again when the trouble ends.
func (s *Server) troubled(r request) (out reply, ok bool) {
	onToken := r.URL.Path == TokenPath
	switch s.Trouble() {
	case connectors.Slow:
		fakekit.Pause(r.Context(), slowness)
	case connectors.Down:
		if onToken {
			return tokenRefused(http.StatusServiceUnavailable, "internal_failure", "Backend Error"), true
		}
		return refuse(http.StatusServiceUnavailable, "backendError", "Service unavailable. Please try again").reply(r.q), true
	case connectors.Throttled:
		out = refuse(http.StatusTooManyRequests, "rateLimitExceeded", "Request quota exceeded for the Workspace account. Try again later.").reply(r.q)
		if onToken {
			out = tokenRefused(http.StatusTooManyRequests, "rate_limit_exceeded", "Too many requests. Try again later.")
		}
		out.header = http.Header{"Retry-After": {retryAfter}}
		return out, true
	case connectors.Revoked:
		if onToken {
			return badGrant("Invalid JWT: No valid verifier found for issuer."), true
		}
		return refuse(http.StatusUnauthorized, "authError", "Invalid Credentials").reply(r.q), true
	}
	return reply{}, false
}
