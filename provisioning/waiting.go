package provisioning

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"usher/connectors"
)

const (
	soon  = 2 * time.Second
	later = time.Minute // whom we wait for waits for an administrator, or for a long time itself

	mostContenders = 200
	mostRead       = 5
)

// A value that one of ours should have and another of ours still has is waited for: the other one is leaving, or is
// being renamed. Two or more who wait for each other are a circle, which one of them breaks by taking a free value.

// waits is the error to wait with when the account in the way is one of ours that will go out of it; nil when it is not.
func (c *reconciler) waits(ctx context.Context, a connectors.Account) error {
	h, ok, err := c.store.Holder(ctx, c.task, a.ID, a.ExternalID)
	switch {
	case err != nil:
		return err
	case ok && !h.Leaving && !h.Unsettled && c.remote.movesAway(h), !ok && connectors.LikeOurs(a.ExternalID):
		return c.wentAway(ctx, a)
	case !ok:
		return nil
	case h.Leaving && !h.Stuck:
		c.r.WaitsFor = h.ID
		return notBefore(c.remote.facts().leaver, h, c.now())
	case h.Leaving:
	case !h.Unsettled || a.ExternalID != "" && !connectors.SameID(a.ExternalID, h.ID) || !c.remote.movesAway(h):
		return nil
	}
	c.r.WaitsFor = h.ID
	return waitsForRename(ctx, c.store, c.task, h, c.now())
}

// wentAway is an error when what was found in the way is not there any more, or is called otherwise by now: one of ours
// may have left, or been renamed, after the target was asked and before the store was.
func (c *reconciler) wentAway(ctx context.Context, a connectors.Account) error {
	switch now, err := c.remote.read(ctx, a.ID); {
	case connectors.KindOf(err) == connectors.NotFound:
	case err != nil:
		return err
	case !differ(a.Shown, now.Shown, c.remote.matching()):
		return nil
	}
	return &connectors.Error{Kind: connectors.Pending, Op: connectors.OpFind, RetryAfter: soon,
		Message: "What was in the way at the target was taken away, or renamed, a moment ago.", Remedy: "Nothing: Usher tries again at once."}
}

// differ reports whether something is known by other values now than before, and by none of those.
func differ(before, now map[string]any, matching []string) bool {
	other := false
	for _, key := range matching {
		switch {
		case before[key] == nil || now[key] == nil:
		case alike(before[key], now[key]):
			return false
		default:
			other = true
		}
	}
	return other
}

// notBefore is the error with a time to wait that is not over before the holder itself is tried again, up to a minute:
// what it has cannot be free before.
func notBefore(e *connectors.Error, h Holder, now time.Time) error {
	wait := *e
	wait.RetryAfter = max(e.RetryAfter, min(h.DueAt.Sub(now)+soon, later))
	return &wait
}

// waitsForRename is the error to wait with for a holder whose change is not there yet. Where that one waits for others,
// the last of them tells for what all wait.
func waitsForRename(ctx context.Context, s Store, t Task, h Holder, now time.Time) error {
	last, err := lastWaited(ctx, s, t, h)
	if err != nil {
		return err
	}
	e := &connectors.Error{Kind: connectors.Pending, Op: connectors.OpFind, RetryAfter: soon,
		Message: fmt.Sprintf("The name is still taken at the target by %s, whose change is not there yet.", h.Name),
		Remedy:  "Nothing: Usher tries again as soon as that account has its new values."}
	if last.Stuck {
		e.RetryAfter = later
		e.Remedy = fmt.Sprintf("Look at %s: that account waits for you, and this one goes on by itself then.", last.Name)
	}
	return notBefore(e, last, now)
}

// longestCircle bounds how many wait for each other.
const longestCircle = 64

// lastWaited is the last of those who wait one for the next, beginning with h; h itself when it waits for none. In a
// circle there is no last one: then it is the one that waits for the task's own account.
func lastWaited(ctx context.Context, s Store, t Task, h Holder) (Holder, error) {
	for range longestCircle {
		if !h.due() || h.WaitsFor == "" || h.WaitsFor == t.ID() {
			break
		}
		next, ok, err := s.Holder(ctx, t, "", h.WaitsFor)
		if err != nil || !ok {
			return h, err
		}
		h = next
	}
	return h, nil
}

// resolveConflict works out who has the value that an update was refused for.
func (c *reconciler) resolveConflict(ctx context.Context, changes connectors.Changes, conflict error) error {
	theirs, wait, err := c.holderOfValue(ctx, changes)
	switch {
	case err != nil:
		return err
	case wait == nil:
		return conflict
	case c.r.WaitsFor == "":
		return wait
	}
	switch round, err := waitsInCircle(ctx, c.store, c.task, c.r.WaitsFor); {
	case err != nil:
		return err
	case !round:
		return wait
	}
	return c.breakCircle(ctx, changes, theirs)
}

// holderOfValue is what an account of ours has that this one should have, and the error to wait with; no error when a stranger
// has it, or it is not known who. First the one that is found by it is asked about, then those of ours whose change failed, too.
func (c *reconciler) holderOfValue(ctx context.Context, changes connectors.Changes) (theirs map[string]any, wait, _ error) {
	named := connectors.Profile{Values: map[string]any{}}
	for _, key := range c.remote.matching() {
		if v, changed := changes.Set[key]; changed {
			named.Values[key] = v
		}
	}
	if len(named.Values) > 0 {
		a, err := c.remote.find(ctx, named)
		if err == nil && a.ID != c.r.RemoteID {
			if wait = c.waits(ctx, a); wait == nil {
				c.r.Found, c.r.Adoptable = a, false
			}
			return shared(c.remote.shown(named.Values), a.Shown), wait, nil
		}
	}
	others, err := c.remote.contenders(ctx)
	if err != nil {
		return nil, nil, err
	}
	unique := uniqueValues(changes.Set, c.remote.matching())
	for i, o := range others {
		has := o.Profile
		if has == nil && i < mostRead { // what it has is in doubt
			a, err := c.remote.read(ctx, o.RemoteID)
			if err != nil {
				continue
			}
			has = a.Shown
		}
		if theirs = shared(unique, has); len(theirs) > 0 {
			c.r.WaitsFor = o.UserID
			return theirs, waitsForRename(ctx, c.store, c.task, Holder{Name: o.Label, Unsettled: true, WaitsFor: o.WaitsFor}, c.now()), nil
		}
	}
	return nil, nil, nil
}

// uniqueValues are the values that a target may want to be unique: those that accounts are recognised by, and addresses.
func uniqueValues(set map[string]any, matching []string) map[string]any {
	unique := map[string]any{}
	for key, v := range set {
		if slices.Contains(matching, key) || slices.ContainsFunc(texts(v), func(s string) bool { return strings.Contains(s, "@") }) {
			unique[key] = v
		}
	}
	return unique
}

// shared are the values of theirs that are wanted here.
func shared(wanted, theirs map[string]any) map[string]any {
	both := map[string]any{}
	for key, v := range wanted {
		if alike(v, theirs[key]) {
			both[key] = theirs[key]
		}
	}
	return both
}

// waitsInCircle reports whether the account that is waited for waits, over others perhaps, for the task's own.
func waitsInCircle(ctx context.Context, s Store, t Task, other string) (bool, error) {
	last, err := lastWaited(ctx, s, t, Holder{Unsettled: true, WaitsFor: other})
	return last.due() && last.WaitsFor == t.ID(), err
}

// breakCircle gives the account or group values that no other wants, in the place of those that it waits in a circle for, so that the
// others can have theirs; the next attempt writes what it should have.
func (c *reconciler) breakCircle(ctx context.Context, changes connectors.Changes, theirs map[string]any) error {
	values := maps.Clone(changes.Want.Values)
	var moved []string
	for key, contested := range theirs {
		switch v := values[key].(type) {
		case string:
			values[key] = freeValue(v, c.task.ID())
			moved = append(moved, fmt.Sprint(values[key]))
		case []any:
			values[key] = slices.DeleteFunc(slices.Clone(v), func(e any) bool { return alike(e, contested) })
		}
	}
	aside := connectors.Profile{ResourceID: changes.Want.ResourceID, Values: values}
	if err := c.send(ctx, c.remote.changes(aside, c.r.Profile)); err != nil {
		return err
	}
	return &connectors.Error{Kind: connectors.Pending, Op: connectors.OpUpdate, RetryAfter: time.Second,
		Message: strings.TrimSpace("This " + c.remote.facts().thing + " and others wait for each other's values, so it has other values for a moment. " + strings.Join(moved, ", ")),
		Remedy:  "Nothing: Usher writes the right values as soon as they are free."}
}

// freeValue is a value like v that no other account has: an address keeps its domain.
func freeValue(v, id string) string {
	tail := freeTail(id)
	if local, domain, isAddress := strings.Cut(v, "@"); isAddress {
		return local + tail + "@" + domain
	}
	return v + tail
}

// freeTail ends the values that freeValue makes for the user or group with this ID, and no others.
func freeTail(id string) string { return "-" + id[max(0, len(id)-8):] }

// freed reports whether freeValue may have made the value for this ID.
func freed(v any, id string) bool {
	text, _ := v.(string)
	local, _, _ := strings.Cut(text, "@")
	return id != "" && strings.HasSuffix(local, freeTail(id))
}

// serverFault reports an answer that says that the target failed, and not what it thinks of the request.
func serverFault(err error) bool {
	e, ok := errors.AsType[*connectors.Error](err)
	return ok && e.Kind == connectors.Temporary && e.Status >= http.StatusInternalServerError && e.Status != http.StatusServiceUnavailable
}
