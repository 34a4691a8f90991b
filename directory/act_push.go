package directory

import "context"

// PushStore keeps which groups are chosen by hand for a connector that pushes groups.
type PushStore interface {
	// SetPushedGroups chooses exactly these groups. Those that joined or left the choice become due.
	SetPushedGroups(ctx context.Context, connectorID string, groupIDs []string, c Change) error
	// ChangePushedGroups adds groups to the choice and takes others out of it; the rest stays as it is.
	ChangePushedGroups(ctx context.Context, connectorID string, join, leave []string, c Change) error
	// RetryGroup makes a group due at a connector now, as RetryAccount does; approve, when set, is the remote ID that may
	// be adopted. NotFound when the group is not pushed there.
	RetryGroup(ctx context.Context, connectorID, groupID, approve string, c Change) error
}

// SetPushedGroups chooses by hand which groups a connector pushes.
func (d *Directory) SetPushedGroups(ctx context.Context, n Connector, groupIDs []string, by Actor) error {
	err := d.Store.SetPushedGroups(ctx, n.ID, groupIDs, d.Change(by, ActionConnectorGroups, n.ID, n.Connection))
	d.Engine.Wake()
	return err
}

// ChangePushedGroups adds groups to those that a connector pushes by hand, and takes others out. Whatever else is chosen
// meanwhile stays.
func (d *Directory) ChangePushedGroups(ctx context.Context, n Connector, join, leave []string, by Actor) error {
	err := d.Store.ChangePushedGroups(ctx, n.ID, join, leave, d.Change(by, ActionConnectorGroups, n.ID, n.Connection))
	d.Engine.Wake()
	return err
}

// RetryGroup tries a group at a connector again now. approve is the remote ID of the group there that may be taken over,
// "" for none.
func (d *Directory) RetryGroup(ctx context.Context, n Connector, g Group, approve string, by Actor) error {
	err := d.Store.RetryGroup(ctx, n.ID, g.ID, approve, d.Change(by, ActionGroupRetry, g.ID, g.DisplayName))
	d.Engine.Wake()
	return err
}

// SetMapping replaces what an administrator changed about a connector's attributes. The accounts become due, behind
// everything more urgent, so that what is at the target follows.
func (d *Directory) SetMapping(ctx context.Context, n Connector, m Mapping, by Actor) error {
	err := d.Store.SetMapping(ctx, n.ID, n.Revision, m, d.Change(by, ActionConnectorMapping, n.ID, n.Connection))
	d.Engine.Wake()
	return err
}
