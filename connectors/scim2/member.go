package scim2

import (
	"context"
	"iter"
	"net/http"
	"slices"
	"time"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// maxMemberRequests bounds what one ChangeMembers spends on finding out which members a service refuses, together with
// half of the time that it has.
const maxMemberRequests = 60

// memberWrite is one ChangeMembers under way.
type memberWrite struct {
	*connector
	id, at  string
	there   bool      // the group was seen to exist
	spent   int       // requests
	until   time.Time // when to stop looking for those who are refused; zero for never
	refused map[string]error
}

// ChangeMembers implements connectors.GroupConnector. Members who leave go first. The list is never replaced as a whole, for
// the members that others made must stay; only where the service has no PATCH the group is read and written back.
func (k *connector) ChangeMembers(ctx context.Context, id string, c connectors.MemberChanges) (map[string]error, error) {
	at, err := k.groupURL(connectors.OpUpdate, id)
	if err != nil {
		return nil, err
	}
	w := &memberWrite{connector: k, id: id, at: at, refused: map[string]error{}}
	if end, ok := ctx.Deadline(); ok {
		w.until = time.Now().Add(time.Until(end) / 2)
	}
	for _, step := range []struct {
		ids []string
		add bool
	}{{c.Remove, false}, {c.Add, true}} {
		if err := w.all(ctx, w.usable(step.ids), step.add); err != nil {
			return nil, err
		}
	}
	return w.refused, nil
}

// usable are the IDs without repetition; one that would be no member anywhere is refused here, since some services take
// an empty one for "nobody is a member".
func (w *memberWrite) usable(ids []string) []string {
	var out []string
	for _, id := range ids {
		switch {
		case !wire.UsableID(id):
			w.refused[id] = &connectors.Error{Kind: connectors.Invalid, Op: connectors.OpUpdate, Message: "The account's ID " + scim.Quote(id) + " cannot be a member.",
				Remedy: "Unlink the account and let Usher find it again."}
		case !slices.Contains(out, id):
			out = append(out, id)
		}
	}
	return out
}

// all changes the members in chunks.
func (w *memberWrite) all(ctx context.Context, ids []string, add bool) error {
	for len(ids) > 0 {
		n := min(len(ids), w.service.MemberChunk())
		a, err := w.write(ctx, ids[:n], add)
		switch {
		case err != nil:
			return err
		case a.Status == http.StatusRequestEntityTooLarge && n > 1:
			w.service.Learned.Groups.TooManyMembers(n)
			continue
		case !a.OK():
			if err := w.bisect(ctx, a, ids[:n], add); err != nil {
				return err
			}
		}
		ids = ids[n:]
	}
	return nil
}

// write makes one request, or reads and replaces the group where there is no PATCH. An answer that is not ok is the
// service's refusal; an error means that there is no sense in going on.
func (w *memberWrite) write(ctx context.Context, ids []string, add bool) (wire.Answer, error) {
	w.spent++
	if !w.service.PutsGroups() {
		a, err := w.patchGroup(ctx, w.at, func(style string) ([]byte, error) {
			return scim.Encode(scim.NewPatch(service.MemberPatch(style, ids, add, w.service.MemberType)...))
		})
		if err != nil || !w.mayPutGroups(a) {
			if add && a.OK() {
				w.service.Learned.Groups.New.Remove(w.id)
			}
			return a, err
		}
	}
	w.spent++
	return w.sendPut(ctx, w.at, w.id, withMembers(ids, add, w.service.MemberType))
}

// Members implements connectors.GroupConnector. SCIM has no pages of members: one answer has them all.
func (k *connector) Members(ctx context.Context, id string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		members, err := k.members(ctx, id)
		if err != nil {
			yield("", err)
			return
		}
		told := make(map[scim.Text]struct{}, len(members)) // a member who was added twice stands there twice at some services
		for _, m := range members {
			if _, again := told[m.Value]; again || !m.user() {
				continue
			}
			told[m.Value] = struct{}{}
			if !yield(string(m.Value), nil) {
				return
			}
		}
	}
}

func (k *connector) members(ctx context.Context, id string) ([]seenMember, error) {
	if k.service.HidesMembers {
		return nil, &connectors.Error{Kind: connectors.Misconfigured, Op: connectors.OpUpdate, Message: k.service.Label + " does not tell who is in a group.",
			Remedy: "Turn off Authoritative in the connector's configuration. Usher goes by the memberships that it made itself."}
	}
	at, err := k.groupURL(connectors.OpUpdate, id)
	if err != nil {
		return nil, err
	}
	a, err := k.readGroup(ctx, connectors.OpUpdate, at, false)
	if err != nil {
		return nil, err
	}
	if !a.OK() {
		return nil, k.groupItemFailure(ctx, a)
	}
	var g seenGroup
	if err := scim.Decode(a.Body, &g); err != nil {
		return nil, notAGroup(a, err)
	}
	if len(g.Members) > 0 {
		k.service.Learned.Groups.ShowsMembers.Store(true)
	}
	return g.Members, nil
}
