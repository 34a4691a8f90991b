package provisioning

import (
	"context"
	"fmt"

	"usher/connectors"
)

// defaultChunk is how many members one call changes when the kind does not say.
const defaultChunk = 50

// memberWalk goes once through the members whom an attempt must change.
type memberWalk struct {
	removed, added         string // the users after whom to go on
	noneToRemove, noneLeft bool
	unknown, kept          int    // members whom the target could not add, or not remove, for now
	words                  string // of the target, about one of them
}

// later notes that the target refused a member for now.
func (w *memberWalk) later(n *int, err error) {
	*n++
	if w.words == "" {
		w.words = err.Error()
	}
}

// members makes the memberships at the target what they should be: those that are ours go by difference, chunk by
// chunk, each written down before it is sent and when its outcome is known. again: the group was gone.
func (g *groupRemote) members(ctx context.Context) (again bool, err error) {
	w := &memberWalk{noneLeft: !g.push}
	for {
		if g.deadlineIsNear(ctx) {
			g.c.r.More = true
			return false, nil
		}
		remove, add, err := g.next(ctx, w)
		if err != nil {
			return false, err
		}
		if len(remove)+len(add) == 0 {
			break
		}
		if again, err := g.change(ctx, w, remove, add); again || err != nil {
			return again, err
		}
	}
	if g.push && g.c.o.Groups.Authoritative {
		if again, err := g.removeUnmanaged(ctx); again || err != nil || g.c.r.More {
			return again, err
		}
	}
	return false, g.waitFor(w)
}

// deadlineIsNear leaves the last third of an attempt to calls that were sent already.
func (g *groupRemote) deadlineIsNear(ctx context.Context) bool {
	end, ok := ctx.Deadline()
	return ok && g.c.r.Progress && end.Sub(g.c.now()) < end.Sub(g.began)/3
}

// waitFor is an error when the target refused members for now.
func (g *groupRemote) waitFor(w *memberWalk) error {
	var text string
	switch {
	case w.kept+w.unknown == 0:
		return nil
	case w.kept == 0:
		text = fmt.Sprintf("The target does not know %d members yet.", w.unknown)
	case w.unknown == 0:
		text = fmt.Sprintf("The target did not remove %d members yet.", w.kept)
	default:
		text = fmt.Sprintf("The target does not know %d members yet, and did not remove %d others.", w.unknown, w.kept)
	}
	return g.notReady(text+" About one of them it says: "+w.words, "Nothing: Usher tries again by itself. If it lasts, look at these users' accounts at the target.")
}

// notReady looks again later: the longer the group has been like this, the more rarely.
func (g *groupRemote) notReady(text, remedy string) error {
	since := g.c.task.VerifiedAt
	if since.IsZero() {
		since = g.c.task.LinkedAt
	}
	wait := pendingWait
	if !since.IsZero() {
		wait = clamp(g.c.now().Sub(since), pendingWait, maxRetryAfter)
	}
	return &connectors.Error{Kind: connectors.Pending, Op: "members", RetryAfter: wait, Message: text, Remedy: remedy}
}

// next is the next chunk. Whoever leaves goes first, and alone: a member whose account is another now leaves with the
// old one before joining with the new.
func (g *groupRemote) next(ctx context.Context, w *memberWalk) (remove, add []Pushed, err error) {
	chunk := g.chunk()
	if !w.noneToRemove {
		if remove, err = g.c.store.ToRemove(ctx, g.c.task, g.push, w.removed, chunk); err != nil {
			return nil, nil, err
		}
		w.noneToRemove = len(remove) < chunk
		if n := len(remove); n > 0 {
			w.removed = remove[n-1].UserID
			return remove, nil, nil
		}
	}
	if w.noneLeft {
		return nil, nil, nil
	}
	if add, err = g.c.store.ToAdd(ctx, g.c.task, w.added, chunk); err != nil {
		return nil, nil, err
	}
	w.noneLeft = len(add) < chunk
	if n := len(add); n > 0 {
		w.added = add[n-1].UserID
	}
	return nil, add, nil
}

func (g *groupRemote) chunk() int {
	if d := g.c.o.Definition.Groups; d != nil && d.Chunk > 0 {
		return d.Chunk
	}
	return defaultChunk
}

// change sends one chunk. Refusals of those to remove were never sent, so they are only forgotten.
func (g *groupRemote) change(ctx context.Context, w *memberWalk, remove, add []Pushed) (again bool, err error) {
	var ended []string
	var sent []Pushed
	c := connectors.MemberChanges{}
	for _, m := range remove {
		if m.Refused != "" {
			ended = append(ended, m.UserID)
			continue
		}
		sent, c.Remove = append(sent, m), append(c.Remove, m.RemoteID)
	}
	for _, m := range add {
		c.Add = append(c.Add, m.RemoteID)
	}
	if len(c.Add)+len(c.Remove) == 0 {
		return false, g.c.store.RecordMembers(ctx, g.c.task, nil, ended)
	}
	if err := g.c.store.IntendMembers(ctx, g.c.task, append(sent, add...)); err != nil {
		return false, err
	}
	g.c.updates()
	refused, err := g.at.ChangeMembers(ctx, g.c.r.RemoteID, c)
	err = afterFault(ctx, err, g.at.ReadGroup, g.c.r.RemoteID)
	if connectors.KindOf(err) == connectors.NotFound {
		return g.c.lost(err)
	}
	if err != nil {
		return false, err
	}
	g.c.r.Progress = true
	return false, g.recordOutcome(ctx, w, remove, add, ended, refused)
}

// recordOutcome writes down what a call that worked came to, member by member.
func (g *groupRemote) recordOutcome(ctx context.Context, w *memberWalk, remove, add []Pushed, ended []string, refused map[string]error) error {
	var made []Pushed
	for _, m := range remove {
		if m.Refused != "" {
			continue
		}
		switch err := refused[m.RemoteID]; connectors.KindOf(err) {
		case "", connectors.NotFound, connectors.Invalid: // no member, or nobody who can be one
			ended = append(ended, m.UserID)
		default:
			w.later(&w.kept, err)
		}
	}
	for _, m := range add {
		switch err := refused[m.RemoteID]; connectors.KindOf(err) {
		case "":
			made = append(made, m)
		case connectors.Invalid:
			m.Refused = err.Error()
			made = append(made, m)
		default: // not there, or not yet
			w.later(&w.unknown, err)
		}
	}
	return g.c.store.RecordMembers(ctx, g.c.task, made, ended)
}
