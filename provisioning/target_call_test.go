package provisioning_test

import (
	"context"
	"strings"
	"time"

	"usher/connectors"
)

// call runs do as one remote call: it may fail before the effect, after it, or be slow.
func (t *target) call(ctx context.Context, op, user string, do func() error) error {
	if ctx.Err() != nil {
		return &connectors.Error{Kind: connectors.Temporary, Op: op, Message: "never sent"}
	}
	delay, fault := t.begin(op, user)
	leave := func() { t.end(op, user) }
	defer func() { leave() }()
	lost := func(message string) error {
		k := connectors.Temporary
		if strings.HasPrefix(op, "create") {
			k = connectors.Unknown
		}
		return &connectors.Error{Kind: k, Op: op, Message: message}
	}
	answer := time.After(delay)
	select {
	case <-answer:
	case <-ctx.Done():
		if t.stubborn {
			leave = func() {}
			go t.goOn(answer, op, user, do)
		}
		return lost("gave up waiting")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.denied:
		return &connectors.Error{Kind: connectors.Denied, Op: op, Status: 401, Message: "token revoked"}
	case t.fail != nil && t.fail(op) != nil:
		return t.fail(op)
	case fault < 0.15:
		return &connectors.Error{Kind: connectors.Temporary, Op: op, Status: 503, Message: "before the effect"}
	case fault < 0.25:
		return &connectors.Error{Kind: connectors.RateLimited, Op: op, Status: 429, RetryAfter: 7 * time.Second, Message: "slow down"}
	}
	err := do()
	if err == nil && (fault < 0.40 || t.losing && !strings.HasPrefix(op, "find") && !strings.HasPrefix(op, "read")) {
		return lost("answer lost")
	}
	return err
}

// goOn does what a caller who went away asked for.
func (t *target) goOn(answer <-chan time.Time, op, user string, do func() error) {
	<-answer
	t.mu.Lock()
	_ = do() // nobody hears of it
	t.mu.Unlock()
	t.end(op, user)
}

func (t *target) begin(op, user string) (delay time.Duration, fault float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls[op]++
	if writes(op) {
		t.order = append(t.order, user)
	}
	if writes(op) {
		if t.busy[user]++; t.busy[user] > 1 {
			t.overlap++
		}
	}
	if t.faults && t.sluggish && op == "create" && t.rng.IntN(4) == 0 {
		return time.Duration(t.rng.IntN(24_000)) * time.Millisecond, 1
	}
	if t.faults {
		return time.Duration(t.rng.IntN(4000)) * time.Millisecond, t.rng.Float64()
	}
	return t.delay, 1
}

func (t *target) end(op, user string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if writes(op) {
		t.busy[user]--
	}
}

// writes reports whether a call changes an account: two of them for one user must never be under way together.
func writes(op string) bool { return op != "find" && op != "read" && op != "check" }
