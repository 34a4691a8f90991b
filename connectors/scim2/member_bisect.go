package scim2

import (
	"context"
	"net/http"
	"strings"
	"time"

	"usher/connectors"
	"usher/connectors/scim2/wire"
)

// bisect finds the members that the service refused among ids and lets the others through. The service's words often name
// them; otherwise the lot is halved until they are found.
func (w *memberWrite) bisect(ctx context.Context, a wire.Answer, ids []string, add bool) error {
	e := w.groupFailure(a)
	if strings.EqualFold(e.Code, "invalidPath") {
		e.Kind, e.Remedy = connectors.Misconfigured, "The target did not understand how the change was written. Choose another compatibility profile or PATCH dialect."
	}
	if e.Kind != connectors.NotFound && e.Kind != connectors.Invalid && e.Kind != connectors.Conflict {
		return e
	}
	if err := w.groupIsThere(ctx); err != nil {
		return err
	}
	if len(ids) == 1 {
		return w.refuse(ctx, e, ids[0], add)
	}
	for _, part := range suspects(ids, e.Message) {
		if w.spent > maxMemberRequests || (!w.until.IsZero() && time.Now().After(w.until)) {
			w.putOff(part)
			continue
		}
		a, err := w.write(ctx, part, add)
		if err == nil && !a.OK() {
			err = w.bisect(ctx, a, part, add)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// suspects splits ids into parts to be tried alone: those whom the words name one by one, else both halves.
func suspects(ids []string, words string) [][]string {
	const telling = 6 // an ID that is shorter may stand in any sentence
	var parts [][]string
	var rest []string
	for _, id := range ids {
		if len(id) >= telling && strings.Contains(words, id) && len(parts) < 10 {
			parts = append(parts, []string{id})
		} else {
			rest = append(rest, id)
		}
	}
	if len(parts) == 0 {
		return [][]string{ids[:len(ids)/2], ids[len(ids)/2:]}
	}
	if len(rest) > 0 {
		parts = append(parts, rest)
	}
	return parts
}

func (w *memberWrite) putOff(ids []string) {
	for _, id := range ids {
		w.refused[id] = &connectors.Error{Kind: connectors.Pending, Op: connectors.OpUpdate,
			Message: "The target refused many members at once, and Usher has not found out yet whether this is one of them.", Remedy: "Usher goes on by itself."}
	}
}

// refuse records why one member was left out, after looking whether the account is there at all.
func (w *memberWrite) refuse(ctx context.Context, e *connectors.Error, id string, add bool) error {
	if !add && (e.Kind == connectors.NotFound || strings.EqualFold(e.Code, "noTarget")) {
		return nil // no member, which is what was wanted
	}
	if add && e.Kind == connectors.Conflict {
		return nil // a member already
	}
	w.spent++
	a, err := w.get(ctx, connectors.OpFind, wire.ItemURL(w.wire.Users, id))
	switch {
	case err != nil:
		return err
	case a.Status == http.StatusNotFound || a.Status == http.StatusGone:
		if add {
			w.refused[id] = &connectors.Error{Kind: connectors.NotFound, Op: connectors.OpUpdate, Status: e.Status, Code: e.Code, Message: e.Message,
				Remedy: "The account is not at the target. Usher adds it to the group once it is."}
		}
		return nil
	case !a.OK() && saysNothing(a):
		return w.groupFailure(a)
	}
	if !add { // the account is a member still, and must not be forgotten
		e.Kind, e.Remedy = connectors.Pending, "The target does not let this account leave the group. Read its words, and remove it there by hand; Usher goes on trying."
		w.refused[id] = e
		return nil
	}
	e.Kind, e.Remedy = connectors.Invalid, "The target does not accept this account as a member. Read its words, and correct the account or the group there."
	w.refused[id] = e
	return nil
}

// saysNothing reports an answer that says nothing about the account: trouble of the service or with the credentials.
func saysNothing(a wire.Answer) bool {
	return a.Status >= 500 || a.Status == http.StatusTooManyRequests || a.Status == http.StatusUnauthorized
}

// groupIsThere tells a member that is not there from a group that is not.
func (w *memberWrite) groupIsThere(ctx context.Context) error {
	if w.there {
		return nil
	}
	w.spent++
	a, err := w.readGroup(ctx, connectors.OpUpdate, w.at, true)
	switch {
	case err != nil:
		return err
	case !a.OK():
		return w.groupItemFailure(ctx, a)
	}
	w.there = true
	return nil
}
