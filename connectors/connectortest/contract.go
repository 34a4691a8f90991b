package connectortest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"usher/connectors"
)

func check(t *testing.T, b *bench) {
	r, err := b.conn.Check(attempt(t))
	if err != nil {
		t.Fatalf("check: %v", err)
	}
	if len(r.Steps) == 0 || len(r.Capabilities) == 0 {
		t.Fatalf("the report says nothing: %+v", r)
	}
	for _, s := range r.Steps {
		if s.State == connectors.StepFailed || s.Name == "" {
			t.Errorf("step %+v", s)
		}
	}
	if n := len(b.target.Accounts()); n != 0 {
		t.Errorf("check made %d accounts", n)
	}
}

// life is one account from its first day to its last.
func life(t *testing.T, b *bench) {
	p := b.Profile(1)
	if s, ok := b.conn.(connectors.Stampless); (ok && s.Stampless()) != b.Unstamped {
		t.Errorf("the harness says Unstamped %v, and the connector does not (connectors.Stampless)", b.Unstamped)
	}
	before := b.target.Requests()
	a := b.create(t)
	if n := b.target.Requests() - before; n != 1 {
		t.Errorf("a create took %d requests, want 1", n)
	}
	if got := b.remote(t, a.ID); got.ExternalID != b.stamp(p.ResourceID) {
		t.Errorf("the account bears external ID %q, want %q", got.ExternalID, b.stamp(p.ResourceID))
	}
	found, err := b.conn.Find(attempt(t), p)
	if err != nil || found.ID != a.ID || found.ExternalID != b.stamp(p.ResourceID) || found.Protected {
		t.Fatalf("find: %+v, %v; want %s with our external ID", found, err, a.ID)
	}
	if read, err := b.conn.Read(attempt(t), a.ID); err != nil || read.ID != a.ID || read.ExternalID != b.stamp(p.ResourceID) || read.Protected {
		t.Fatalf("read: %+v, %v; want %s with our external ID", read, err, a.ID)
	}
	if err := b.conn.Deprovision(attempt(t), a.ID, connectors.Disable); err != nil {
		t.Fatalf("disable: %v", err)
	}
	if !b.remote(t, a.ID).Disabled {
		t.Error("the account is still active")
	}
	if b.CannotGo {
		return
	}
	if err := b.conn.Deprovision(attempt(t), a.ID, connectors.Delete); err != nil {
		t.Fatalf("delete: %v", err)
	}
	if !b.gone(a.ID) {
		t.Error("the account is still there")
	}
	wantKind(t, b.conn.Deprovision(attempt(t), a.ID, connectors.Delete), connectors.NotFound)
	_, err = b.conn.Find(attempt(t), p)
	wantKind(t, err, connectors.NotFound)
}

func updateOnlyChanges(t *testing.T, b *bench) {
	a := b.create(t)
	b.target.Edit(a.ID, b.Foreign.Key, b.Foreign.Value)
	want := b.Profile(1)
	want.Values = maps.Clone(want.Values)
	want.Values[b.Change.Key] = b.Change.Value
	delete(want.Values, b.Clear)
	told, err := b.conn.Update(attempt(t), a.ID, connectors.Changes{
		Set: map[string]any{b.Change.Key: b.Change.Value}, Clear: []string{b.Clear}, Want: want})
	if err != nil {
		t.Fatalf("update: %v", err)
	}
	if told.ID != "" && (told.ID != a.ID || told.ExternalID != b.stamp(want.ResourceID)) {
		t.Errorf("the answer is %+v, want account %s with our external ID, or nothing", told, a.ID)
	}
	got := b.remote(t, a.ID)
	if !reflect.DeepEqual(got.Values[b.Change.Key], b.Change.Value) {
		t.Errorf("%s is %v, want %v", b.Change.Key, got.Values[b.Change.Key], b.Change.Value)
	}
	if !reflect.DeepEqual(got.Values[b.Foreign.Key], b.Foreign.Value) {
		t.Errorf("%s, which did not change here, is %v, want it left at %v", b.Foreign.Key, got.Values[b.Foreign.Key], b.Foreign.Value)
	}
	if v, ok := got.Values[b.Clear]; ok && v != "" {
		t.Errorf("%s is still %v", b.Clear, v)
	}
	if got.ExternalID != b.stamp(want.ResourceID) || got.Disabled {
		t.Errorf("the update changed more: %+v", got)
	}
}

func updateNothing(t *testing.T, b *bench) {
	a := b.create(t)
	before := b.target.Requests()
	if _, err := b.conn.Update(attempt(t), a.ID, connectors.Changes{Want: b.Profile(1)}); err != nil {
		t.Fatalf("update: %v", err)
	}
	if n := b.target.Requests() - before; n != 0 {
		t.Errorf("an update of nothing took %d requests", n)
	}
}

func conflict(t *testing.T, b *bench) {
	b.create(t)
	_, err := b.conn.Create(attempt(t), b.Rename(b.Profile(2), b.Profile(1)))
	wantKind(t, err, connectors.Conflict)
	if n := len(b.target.Accounts()); n != 1 {
		t.Errorf("the target has %d accounts, want 1", n)
	}
}

func notFound(t *testing.T, b *bench) {
	b.create(t)
	_, err := b.conn.Find(attempt(t), b.Profile(2))
	wantKind(t, err, connectors.NotFound)
	const missing = "0123456789abcdef"
	_, err = b.conn.Update(attempt(t), missing, connectors.Changes{Set: map[string]any{b.Change.Key: b.Change.Value}, Want: b.Profile(2)})
	wantKind(t, err, connectors.NotFound)
	_, err = b.conn.Read(attempt(t), missing)
	wantKind(t, err, connectors.NotFound)
	wantKind(t, b.conn.Deprovision(attempt(t), missing, connectors.Disable), connectors.NotFound)
}

func findForeign(t *testing.T, b *bench) {
	p := b.Profile(1)
	id := b.target.Seed(p, "", false)
	a, err := b.conn.Find(attempt(t), p)
	if err != nil || a.ID != id || a.ExternalID != "" {
		t.Fatalf("find: %+v, %v; want %s without an external ID", a, err, id)
	}
	if b.Unstamped {
		return
	}
	q := b.Profile(2)
	b.target.Seed(q, "somebody-else", false)
	if a, err = b.conn.Find(attempt(t), q); err != nil || a.ExternalID != "somebody-else" {
		t.Fatalf("find: %+v, %v; want it to bear the other's external ID", a, err)
	}
}

// readForeign tells whose an account is that has an ID which we remember: a stranger's, or nobody's.
func readForeign(t *testing.T, b *bench) {
	for stamp, n := range map[string]int{"": 1, b.stamp("somebody-else"): 2} {
		id := b.target.Seed(b.Profile(n), stamp, false)
		a, err := b.conn.Read(attempt(t), id)
		if err != nil || a.ID != id || a.ExternalID != stamp {
			t.Fatalf("read: %+v, %v; want %s with the external ID %q", a, err, id, stamp)
		}
		for _, attr := range b.Definition.Attributes {
			if attr.Matching && a.Shown[attr.Key] == nil {
				t.Errorf("%s is looked for and not shown: %v", attr.Key, a.Shown)
			}
		}
	}
}

// stampAgain gives the account of somebody who left to the same person's new user.
func stampAgain(t *testing.T, b *bench) {
	if b.Unstamped {
		return
	}
	id := b.target.Seed(b.Profile(1), b.Profile(2).ResourceID, false)
	want := b.Profile(1)
	if _, err := b.conn.Update(attempt(t), id, connectors.Changes{Set: map[string]any{b.Change.Key: b.Change.Value}, Want: want, Stamp: true}); err != nil {
		t.Fatalf("update: %v", err)
	}
	if got := b.remote(t, id); got.ExternalID != want.ResourceID || !reflect.DeepEqual(got.Values[b.Change.Key], b.Change.Value) {
		t.Errorf("the account is %+v, want it to bear %s and the change", got, want.ResourceID)
	}
	a, err := b.conn.Read(attempt(t), id)
	if err != nil || !connectors.SameID(a.ExternalID, want.ResourceID) {
		t.Errorf("read: %+v, %v; want our external ID", a, err)
	}
}

func protected(t *testing.T, b *bench) {
	p := b.Profile(1)
	b.target.Seed(p, "", true)
	a, err := b.conn.Find(attempt(t), p)
	if err != nil || !a.Protected {
		t.Fatalf("find: %+v, %v; want it protected", a, err)
	}
}

func rateLimited(t *testing.T, b *bench) {
	b.target.Meet(connectors.Throttled)
	_, err := b.conn.Create(attempt(t), b.Profile(1))
	wantKind(t, err, connectors.RateLimited)
	if e, _ := errors.AsType[*connectors.Error](err); e.RetryAfter != 7*time.Second {
		t.Errorf("retry after %v, want 7s", e.RetryAfter)
	}
}

func denied(t *testing.T, b *bench) {
	b.target.Meet(connectors.Revoked)
	_, err := b.conn.Create(attempt(t), b.Profile(1))
	wantKind(t, err, connectors.Denied)
}

func unavailable(t *testing.T, b *bench) {
	b.target.Meet(connectors.Down)
	_, err := b.conn.Find(attempt(t), b.Profile(1))
	wantKind(t, err, connectors.Temporary)
	a := b.create(t)
	b.target.Meet(connectors.Down)
	wantKind(t, b.conn.Deprovision(attempt(t), a.ID, connectors.Disable), connectors.Temporary)
}

func lostAnswer(t *testing.T, b *bench) {
	b.target.Meet(LostAnswer)
	_, err := b.conn.Create(attempt(t), b.Profile(1))
	wantKind(t, err, connectors.Unknown)
	a, err := b.conn.Find(attempt(t), b.Profile(1))
	if err != nil || a.ExternalID != b.stamp(b.Profile(1).ResourceID) {
		t.Fatalf("find: %+v, %v; want the account that was made", a, err)
	}
	if n := len(b.target.Accounts()); n != 1 {
		t.Errorf("the target has %d accounts, want 1", n)
	}
}

func cancelled(t *testing.T, b *bench) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := b.conn.Find(ctx, b.Profile(1))
	wantKind(t, err, connectors.Temporary)
	if _, err = b.conn.Create(ctx, b.Profile(1)); err == nil {
		t.Error("a create with an ended context succeeded")
	}
}

// secrets greps every error and trace for the values of the secret fields.
func secrets(t *testing.T, b *bench) {
	var trace connectors.Trace
	ctx := connectors.WithTrace(attempt(t), &trace)
	var errs []error
	for _, trouble := range []Trouble{connectors.Revoked, connectors.Down, connectors.Throttled, LostAnswer} {
		b.target.Meet(trouble)
		_, err := b.conn.Create(ctx, b.Profile(1))
		errs = append(errs, err)
	}
	_, err := b.conn.Create(ctx, b.Profile(1))
	errs = append(errs, err)
	if len(trace.Exchanges) < len(errs) {
		t.Errorf("%d exchanges traced, want at least %d", len(trace.Exchanges), len(errs))
	}
	text := fmt.Sprintf("%+v %+v %#v", errs, trace, b.conn)
	for _, err := range errs {
		if e, ok := errors.AsType[*connectors.Error](err); ok {
			text += fmt.Sprintf("%+v", *e)
		}
	}
	for _, f := range b.Definition.Fields {
		if v := b.target.Settings()[f.Key]; f.Secret() && v != "" && strings.Contains(text, v) {
			t.Errorf("the secret %s can be read in an error, a trace or the connector itself", f.Key)
		}
	}
}

func several(t *testing.T, b *bench) {
	var wg sync.WaitGroup
	const n = 8
	for i := range n {
		wg.Go(func() {
			p := b.Profile(10 + i)
			a, err := b.conn.Create(attempt(t), p)
			if err != nil {
				t.Errorf("create %d: %v", i, err)
				return
			}
			if f, err := b.conn.Find(attempt(t), p); err != nil || f.ID != a.ID {
				t.Errorf("find %d: %+v, %v; want %s", i, f, err, a.ID)
			}
			if err := b.conn.Deprovision(attempt(t), a.ID, connectors.Disable); err != nil {
				t.Errorf("disable %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if got := len(b.target.Accounts()); got != n {
		t.Errorf("the target has %d accounts, want %d", got, n)
	}
}
