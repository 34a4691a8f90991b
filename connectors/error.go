package connectors

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what the engine must do about an error: docs/states.md has what follows from each.
type Kind string

// Stored: never rename.
const (
	Temporary     Kind = "temporary"    // nothing was applied for certain, or the call is safe to repeat
	Unknown       Kind = "unknown"      // a create that may have happened
	RateLimited   Kind = "rate_limited" // nothing was applied; RetryAfter says when
	Pending       Kind = "pending"      // accepted, takes effect later
	Conflict      Kind = "conflict"     // a unique name is taken
	NotFound      Kind = "not_found"    // no such account
	Invalid       Kind = "invalid"      // the same input can never work
	Refused       Kind = "refused"      // not for this account, says the target, and does not say that it means us
	Limit         Kind = "limit"        // no room for another account: no licence left, or as many users as there may be
	Denied        Kind = "denied"       // the credentials are bad
	Misconfigured Kind = "config"       // scope, host, profile or plan is wrong: what the target says of us
)

// Error is the only error that a connector returns.
type Error struct {
	Kind       Kind
	Op         string        // one of the constants Op…
	Status     int           // HTTP status, 0 when no answer came
	Code       string        // the vendor's code, "" when it sent none
	Message    string        // the vendor's words, or ours when it sent none; never a secret
	More       string        // what was said besides and only some can read, such as a stack trace, over several lines; "" for nothing
	Remedy     string        // what a person can do about it
	RetryAfter time.Duration // as the target asked, not clamped; 0 when it did not say
	Elsewhere  bool          // not the API answered but something in front of it, such as a load balancer
	Guessed    bool          // RetryAfter is the connector's own knowledge of the service
	Err        error
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	if b.Len() == 0 && e.Err != nil {
		b.WriteString(e.Err.Error())
	}
	if e.Status != 0 {
		fmt.Fprintf(&b, " (HTTP %d", e.Status)
		if e.Code != "" {
			fmt.Fprintf(&b, ", %s", e.Code)
		}
		b.WriteString(")")
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf reports the kind of err, "" for nil. An error that was not classified is Temporary.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Temporary
}
