package provisioning

import (
	"context"
	"strings"

	"usher/connectors"
)

// An ID that is remembered is a hint, a stamp that was read is the proof. Before an account is taken away, and before
// the first write after a doubt, one read tells whose it is.

// confirm reads the account or group, unless this attempt has read or made it already. gone: nothing has its ID any more. What
// is not ours is not touched: ours is looked for by its stamp, and otherwise an administrator is asked.
func (c *reconciler) confirm(ctx context.Context) (gone bool, err error) {
	if c.confirmed || c.o.proofs.take(c.task.ID(), c.r.RemoteID, c.now()) {
		c.trusted()
		return false, nil
	}
	began := c.now()
	a, err := c.remote.read(ctx, c.r.RemoteID)
	switch {
	case connectors.KindOf(err) == connectors.NotFound:
		return true, c.notYet()
	case err != nil:
		return false, err
	case c.ours(a):
		c.trusted()
		c.o.proofs.add(c.task.ID(), c.r.RemoteID, c.now())
		return false, timeForOneMore(ctx, c.now(), c.now().Sub(began))
	}
	return false, c.handleForeign(ctx, a)
}

func (c *reconciler) trusted() { c.confirmed, c.r.Suspect = true, Trusted }

// ours tells by the stamp, and where there is none by what was last written.
func (c *reconciler) ours(a connectors.Account) bool {
	if a.ExternalID == "" || !c.remote.stamped() {
		return c.remote.looksOurs(a)
	}
	c.stamp = connectors.SameID(a.ExternalID, c.r.ReturnedFrom)
	return c.stamp || connectors.SameID(a.ExternalID, c.task.ID())
}

// handleForeign handles an account or group that is not ours, though we remember its ID. The ID is remembered until ours is
// found elsewhere: one without a stamp may be ours all the same, which an administrator tells.
func (c *reconciler) handleForeign(ctx context.Context, a connectors.Account) error {
	id, origin, profile := c.r.RemoteID, c.r.Origin, c.r.Profile
	c.r.RemoteID, c.r.Origin, c.r.Profile = "", "", nil
	found, err := c.find(ctx)
	if found && err == nil {
		return nil
	}
	c.r.RemoteID, c.r.Origin, c.r.Profile = id, origin, profile
	if err == nil {
		c.r.Found, c.r.Adoptable = a, false
		err = notOurs(c.remote.facts().thing, a)
	}
	return err
}

// notOurs is the question about an account whose ID is remembered and whose stamp is somebody else's.
func notOurs(noun string, a connectors.Account) error {
	bears := "bears no ID of ours and does not look like what was last written to it"
	if a.ExternalID != "" {
		bears = "bears the external ID " + quoted(a.ExternalID) + ", which is somebody else's"
	}
	return inTheWay("Usher remembers the "+noun+" %s here, but it "+bears+". It was not touched.", a,
		"Look at the target whose it is. “Look for it again” makes Usher forget this ID and find, or make, its own.")
}

// noteRemoteID takes over the ID that the answer to a write names, when the answer bears our stamp. Where it does not, and the
// ID may be a name that was changed, the account is confirmed before the next write.
func (c *reconciler) noteRemoteID(told connectors.Account, sent connectors.Changes, before map[string]any) {
	switch {
	case told.ID == "":
		if namedAfter(c.r.RemoteID, c.remote.matching(), sent.Set, before) {
			c.r.Suspect = Renamed
		}
	case connectors.SameID(told.ExternalID, c.task.ID()):
		if told.ID != c.r.RemoteID {
			c.r.RemoteID, c.r.TookOver = told.ID, true
		}
		c.trusted()
	case told.ID != c.r.RemoteID, told.ExternalID != "" && c.remote.stamped():
		c.r.Suspect, c.confirmed = Renamed, false
	}
}

// namedAfter reports whether an ID is a value that an account was recognised by and that was just changed.
func namedAfter(id string, matching []string, set, before map[string]any) bool {
	for _, key := range matching {
		old, _ := before[key].(string)
		if _, changed := set[key]; changed && old != "" && strings.EqualFold(old, id) {
			return true
		}
	}
	return false
}

// alike compares two values that an account is recognised by: texts without case, lists by whether they share one.
func alike(a, b any) bool {
	in := map[string]bool{}
	for _, s := range texts(a) {
		in[strings.ToLower(s)] = true
	}
	for _, s := range texts(b) {
		if in[strings.ToLower(s)] {
			return true
		}
	}
	return false
}

// texts are the texts of a value: itself, or those of a list of texts or of SCIM's multi-valued attributes.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case map[string]any:
		return texts(v["value"])
	case []any:
		var all []string
		for _, e := range v {
			all = append(all, texts(e)...)
		}
		return all
	}
	return nil
}

// sent is a profile as the kind sends it, which is how the target shows it.
func (o *Opened) sent(p connectors.Profile) connectors.Profile {
	if o.Definition.Sent == nil || p.Values == nil {
		return p
	}
	q, err := o.Definition.Sent(o.config, p)
	if err != nil {
		return p
	}
	return q
}

// afterFault looks whether an account that a write failed for is there at all: some services answer 500 about an ID that
// they do not have any more.
func afterFault(ctx context.Context, err error, read func(context.Context, string) (connectors.Account, error), id string) error {
	if !serverFault(err) {
		return err
	}
	if _, gone := read(ctx, id); connectors.KindOf(gone) == connectors.NotFound {
		return gone
	}
	return err
}
