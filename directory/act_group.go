package directory

import "context"

// CreateGroup adds a group with these members (user IDs).
func (d *Directory) CreateGroup(ctx context.Context, g Group, members []string, by Actor) (Group, error) {
	if err := g.Check().Err(); err != nil {
		return g, err
	}
	g.ID, g.Version = NewID(), 1
	c := d.Change(by, ActionGroupCreate, g.ID, g.DisplayName)
	g.CreatedAt, g.UpdatedAt = c.At, c.At
	if err := d.Store.CreateGroup(ctx, g, members, c); err != nil {
		return g, err
	}
	d.Engine.Wake()
	return g, nil
}

// UpdateGroup renames the group and changes who is in it. With g.Version set, an edit of something older is a
// Conflict. An update that changes nothing makes nothing due.
func (d *Directory) UpdateGroup(ctx context.Context, g Group, m MemberChange, by Actor) (changed bool, err error) {
	if err := g.Check().Err(); err != nil {
		return false, err
	}
	action := ActionGroupUpdate
	if !m.Empty() {
		action = ActionGroupMembers
	}
	changed, err = d.Store.UpdateGroup(ctx, g, m, d.Change(by, action, g.ID, g.DisplayName))
	if changed {
		d.Engine.Wake()
	}
	return changed, err
}

// ChangeMembers is UpdateGroup for the members alone: a name that somebody gives the group meanwhile stays.
func (d *Directory) ChangeMembers(ctx context.Context, id string, m MemberChange, by Actor) error {
	const tries = 8
	for try := 1; ; try++ {
		g, err := d.Store.Group(ctx, id)
		if err != nil {
			return err
		}
		if _, err = d.UpdateGroup(ctx, g, m, by); CodeOf(err) != Conflict || try == tries {
			return err
		}
	}
}

// DeleteGroup removes the group; its members stay users. InUse while a connection sends it.
func (d *Directory) DeleteGroup(ctx context.Context, id string, by Actor) error {
	g, err := d.Store.Group(ctx, id)
	if err != nil {
		return err
	}
	return d.Store.DeleteGroup(ctx, id, d.Change(by, ActionGroupDelete, id, g.DisplayName))
}

// SetGroupsOf makes the user a member of exactly these groups (IDs).
func (d *Directory) SetGroupsOf(ctx context.Context, userID string, groupIDs []string, by Actor) error {
	u, err := d.Store.User(ctx, userID)
	if err != nil {
		return err
	}
	changed, err := d.Store.SetGroupsOf(ctx, userID, groupIDs, d.Change(by, ActionGroupMembers, userID, u.UserName))
	if changed {
		d.Engine.Wake()
	}
	return err
}

// ChangeGroupsOf lets the user join and leave these groups (IDs). Whatever else is changed about the user's groups
// meanwhile stays.
func (d *Directory) ChangeGroupsOf(ctx context.Context, userID string, join, leave []string, by Actor) error {
	u, err := d.Store.User(ctx, userID)
	if err != nil {
		return err
	}
	changed, err := d.Store.ChangeGroupsOf(ctx, userID, join, leave, d.Change(by, ActionGroupMembers, userID, u.UserName))
	if changed {
		d.Engine.Wake()
	}
	return err
}

// SetScope lists the groups that a connection sends (IDs); none means all users.
func (d *Directory) SetScope(ctx context.Context, n Connection, groupIDs []string, by Actor) error {
	err := d.Store.SetScope(ctx, n.ID, nil, groupIDs, d.Change(by, ActionScopeUpdate, n.ID, n.Name))
	d.Engine.Wake()
	return err
}

// ChangeScope is SetScope for somebody who saw the groups before (IDs): Conflict when they are others by now.
func (d *Directory) ChangeScope(ctx context.Context, n Connection, seen, groupIDs []string, by Actor) error {
	if seen == nil {
		seen = []string{}
	}
	err := d.Store.SetScope(ctx, n.ID, seen, groupIDs, d.Change(by, ActionScopeUpdate, n.ID, n.Name))
	d.Engine.Wake()
	return err
}
