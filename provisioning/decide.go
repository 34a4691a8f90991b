package provisioning

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"usher/connectors"
)

const (
	maxBackoff    = time.Hour
	maxAttempts   = 24              // about a day of backoff
	conflictTries = 8               // a name in the way is often one that is just leaving
	minRetryAfter = time.Second     // clamps of what a target asks for
	maxRetryAfter = time.Hour       //
	pendingWait   = 2 * time.Minute // look again at what was accepted
)

// decide turns what happened into what follows for the account. It is pure but for the jitter, so that one
// table tests all of it. What follows for the connector is quarantine's business.
func decide(r Result, now time.Time) Result {
	r.DueAt, r.Attempts = now, 0
	if r.Err == nil {
		if r.More {
			r.Attempts = r.Task.Attempts - 1
		}
		return r
	}
	r.Kind, r.Attempts = connectors.KindOf(r.Err), r.Task.Attempts
	if r.Progress {
		r.Attempts = min(r.Attempts, 1) // only tries that came to nothing count
	}
	uncounted := func(wait time.Duration) { r.Attempts, r.DueAt = r.Task.Attempts-1, now.Add(wait) }
	if asksToWait(r.Err) {
		uncounted(clamp(retryAfter(r.Err, backoff(1)), minRetryAfter, maxRetryAfter)) // and the whole connector waits
		return r
	}
	switch r.Kind {
	case connectors.Invalid, connectors.Refused:
		r.Dead = true
	case connectors.Conflict:
		r.DueAt = now.Add(backoff(r.Attempts))
		certain := r.Found.ID != "" // both sides are known: more tries would tell nothing new
		r.Hold = certain || r.Attempts >= conflictTries
	case connectors.Pending:
		uncounted(clamp(retryAfter(r.Err, pendingWait), minRetryAfter, maxRetryAfter))
	case connectors.Denied:
		uncounted(firstProbe) // the quarantine's release makes it due sooner
	case connectors.Misconfigured, connectors.Limit:
		if waitsAlone(r) {
			r.DueAt = now.Add(probeAfter(r.Attempts))
			break
		}
		uncounted(firstProbe) // the pause's end makes it due sooner
	default:
		r.DueAt = now.Add(backoff(r.Attempts))
		r.Dead = r.Attempts >= maxAttempts
	}
	return r
}

// asksToWait reports whether the target as a whole wants to be left alone for a while: it said so, or it said when to
// come back (RFC 9110 §10.2.3 has Retry-After with 503 and others, too). The account is not at fault.
func asksToWait(err error) bool {
	e, ok := errors.AsType[*connectors.Error](err)
	if !ok {
		return false
	}
	busy := e.Kind == connectors.Temporary || e.Kind == connectors.Unknown
	return e.Kind == connectors.RateLimited || busy && e.RetryAfter > 0
}

// overloaded reports whether the target could not serve one more: 503 (RFC 9110 §15.6.4), or no answer at all.
func overloaded(r Result) bool {
	e, ok := errors.AsType[*connectors.Error](r.Err)
	return ok && (e.Kind == connectors.Temporary || e.Kind == connectors.Unknown) && (e.Status == 0 || e.Status == http.StatusServiceUnavailable)
}

// answered reports that the error is what the target said, not that it said nothing.
func answered(err error) bool {
	e, ok := errors.AsType[*connectors.Error](err)
	return ok && e.Status != 0
}

// guessed reports that the time to wait is the connector's own knowledge of the service, not what the target said.
func guessed(err error) bool {
	e, ok := errors.AsType[*connectors.Error](err)
	return ok && e.Guessed
}

func retryAfter(err error, otherwise time.Duration) time.Duration {
	if e, ok := errors.AsType[*connectors.Error](err); ok && e.RetryAfter > 0 {
		return e.RetryAfter
	}
	return otherwise
}

// waitsAlone reports whether what is wrong with us, or with the number of accounts, pauses this account alone: a
// leaver is tried again whatever else is paused, and an account that is there already is no new one.
func waitsAlone(r Result) bool {
	return r.Operation == OpDelete || r.Operation == OpDisable || r.Task.GroupID != "" || r.Kind == connectors.Limit && r.Operation != OpCreate
}

// probeAfter is how far away the next look is: a minute, doubled each time, never more than an hour.
func probeAfter(attempt int) time.Duration {
	return min(firstProbe<<clampInt(attempt-1, 0, 10), lastProbe)
}

func clamp(d, lo, hi time.Duration) time.Duration { return min(max(d, lo), hi) } //nolint:unparam // both bounds are said where it is called

// backoff is full jitter: anything up to a second doubled with every attempt, never more than maxBackoff.
func backoff(attempt int) time.Duration {
	d := min(time.Second<<clampInt(attempt, 0, 12), maxBackoff)
	return max(rand.N(d), 100*time.Millisecond) //nolint:gosec // spreads attempts in time; nothing secret hangs on it
}

func clampInt(n, lo, hi int) int { return min(max(n, lo), hi) }
