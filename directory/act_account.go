package directory

import "context"

// RetryAccount makes a user's account at a connector due now, whatever it waited for. With approveRemoteID set
// it also says that the account with that ID, which was there before, may be adopted; the approval of any other
// account than the one that is found changes nothing. It is there for users who were deleted, too.
func (d *Directory) RetryAccount(ctx context.Context, connectorID, userID, approveRemoteID string, by Actor) error {
	action, label := ActionRetryAccount, ""
	if approveRemoteID != "" {
		action = ActionAdoptAccount
	}
	switch u, err := d.Store.User(ctx, userID); {
	case err == nil:
		label = u.UserName
	case CodeOf(err) != NotFound:
		return err
	}
	if err := d.Store.RetryAccount(ctx, connectorID, userID, approveRemoteID, d.Change(by, action, userID, label)); err != nil {
		return err
	}
	d.Engine.Wake()
	return nil
}

// RelocateAccount makes Usher forget the ID that it remembers of a user's or group's account, which bears somebody
// else's stamp, and look for the account again.
func (d *Directory) RelocateAccount(ctx context.Context, connectorID, id, remoteID string, by Actor) error {
	if err := d.Store.RelocateAccount(ctx, connectorID, id, remoteID, d.Change(by, ActionRelocateAccount, id, "")); err != nil {
		return err
	}
	d.Engine.Wake()
	return nil
}
