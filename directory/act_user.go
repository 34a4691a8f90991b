package directory

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// CreateUser adds a user and, when targets are blocking, waits for them. With *Reject the user* a failure is
// an *Error with Code Rejected that carries the target's reason, and leaves no user behind.
func (d *Directory) CreateUser(ctx context.Context, u User, by Actor) (User, []Outcome, error) {
	if err := u.Check().Err(); err != nil {
		return u, nil, err
	}
	if by.Kind == ByUser {
		if err := d.CheckClaim(ctx, u); err != nil {
			return u, nil, err
		}
	}
	u.ID, u.State = NewID(), Live
	c := d.Change(by, ActionUserCreate, u.ID, u.UserName)
	u.CreatedAt, u.UpdatedAt = c.At, c.At
	blocking, err := d.blocking(ctx, u)
	if err != nil {
		return u, nil, err
	}
	if len(blocking) == 0 {
		if err := d.Store.CreateUser(ctx, u, c, time.Time{}); err != nil {
			return u, nil, err
		}
		d.Engine.Wake()
		return u, nil, nil
	}
	return d.createBlocking(ctx, u, c, blocking)
}

// stagedFor outlives the waiting, so that only a user whose process died is taken back by another process.
const stagedFor = 10 * time.Second

func (d *Directory) createBlocking(ctx context.Context, u User, c Change, ps []Provisioner) (User, []Outcome, error) {
	u.State = Staged
	wait := longest(ps)
	if err := d.Store.CreateUser(ctx, u, c, d.Now().Add(wait+stagedFor)); err != nil {
		return u, nil, err
	}
	after := context.WithoutCancel(ctx) // the caller may leave; what was begun is decided all the same
	waiting, cancel := context.WithTimeout(after, wait)
	outcomes := d.Engine.ProvisionNow(waiting, u.ID, ps)
	cancel()
	if failed := refusals(ps, outcomes); len(failed) > 0 {
		return u, outcomes, d.reject(after, u, failed)
	}
	if err := d.Store.GoLive(after, u.ID, c); err != nil {
		return u, outcomes, err
	}
	u.State = Live
	d.Engine.Wake()
	return u, outcomes, nil
}

func (d *Directory) reject(ctx context.Context, u User, failed []Outcome) error {
	c := d.Change(Actor{Kind: BySystem}, ActionUserReject, u.ID, u.UserName)
	if err := d.Store.TakeBack(ctx, u.ID, c); err != nil {
		return err
	}
	d.Engine.Wake()
	var why []string
	for _, o := range failed {
		line := fmt.Sprintf("%s: %s", o.Connection, o.Reason)
		if o.Remedy != "" {
			line += " " + ByHand(o.Remedy)
		}
		why = append(why, line)
	}
	return &Error{Code: Rejected, Message: fmt.Sprintf("%s was not created. %s", u.UserName, strings.Join(why, " "))}
}

// refusals are the failures at provisioners that reject.
func refusals(ps []Provisioner, outcomes []Outcome) (failed []Outcome) {
	for i, o := range outcomes {
		if !o.OK && ps[i].OnFailure == Reject {
			failed = append(failed, o)
		}
	}
	return failed
}

func (d *Directory) blocking(ctx context.Context, u User) ([]Provisioner, error) {
	if !u.Active {
		return nil, nil // nothing is made for a user who cannot sign in
	}
	return d.Store.BlockingProvisioners(ctx, u.Source)
}

func longest(ps []Provisioner) time.Duration {
	var d time.Duration
	for _, p := range ps {
		d = max(d, p.Deadline)
	}
	return d
}

// UpdateUser writes the user, and waits for blocking targets after it is committed. An update that changes
// nothing sends nothing. With u.Version set, an edit of something older is a Conflict.
func (d *Directory) UpdateUser(ctx context.Context, u User, by Actor) ([]Outcome, error) {
	if err := d.checkUpdate(ctx, &u, by); err != nil {
		return nil, err
	}
	changed, err := d.Store.UpdateUser(ctx, u, d.Change(by, ActionUserUpdate, u.ID, u.UserName))
	if err != nil || !changed {
		return nil, err
	}
	return d.provisionNow(ctx, u)
}

// checkUpdate looks at what is different from the user as stored: what was taken before stays.
func (d *Directory) checkUpdate(ctx context.Context, u *User, by Actor) error {
	was, err := d.Store.User(ctx, u.ID)
	if err != nil {
		return err
	}
	if err := u.CheckChange(was).Err(); err != nil {
		return err
	}
	u.SelfAddressed = selfAddressed(was, *u, by)
	if by.Kind != ByUser || u.UserName == was.UserName {
		return nil
	}
	return d.CheckClaim(ctx, *u)
}

// SetActive enables or disables the user everywhere.
func (d *Directory) SetActive(ctx context.Context, id string, active bool, by Actor) ([]Outcome, error) {
	u, err := d.Store.User(ctx, id)
	if err != nil {
		return nil, err
	}
	u.Active = active
	action := ActionUserDisable
	if active {
		action = ActionUserEnable
	}
	changed, err := d.Store.UpdateUser(ctx, u, d.Change(by, action, u.ID, u.UserName))
	if err != nil || !changed {
		return nil, err
	}
	return d.provisionNow(ctx, u)
}

// DeleteUser removes the user here at once; the targets follow, and blocking ones are waited for.
func (d *Directory) DeleteUser(ctx context.Context, id string, by Actor) ([]Outcome, error) {
	u, err := d.Store.User(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := d.Store.DeleteUser(ctx, id, d.Change(by, ActionUserDelete, id, u.UserName)); err != nil {
		return nil, err
	}
	return d.provisionNow(ctx, u)
}

// provisionNow waits for the blocking targets of a change that is committed already.
func (d *Directory) provisionNow(ctx context.Context, u User) ([]Outcome, error) {
	ps, err := d.Store.BlockingProvisioners(ctx, u.Source)
	if err != nil {
		return nil, err
	}
	if len(ps) == 0 {
		d.Engine.Wake()
		return nil, nil
	}
	waiting, cancel := context.WithTimeout(ctx, longest(ps))
	defer cancel()
	return d.Engine.ProvisionNow(waiting, u.ID, ps), nil
}
