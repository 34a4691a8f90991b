package directory

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// MostTogether is how many users CreateUsers takes at once.
const MostTogether = 100

// waitTogether is how many users of one CreateUsers wait for blocking targets at a time.
const waitTogether = 4

// CreateUsers is CreateUser for up to MostTogether users: those who wait for no target are written in one
// transaction, the others one by one, a few at a time. The errors are those of the users, in their order; err is a
// failure that is no single user's. When ctx ends, what was not begun is an error of its user.
func (d *Directory) CreateUsers(ctx context.Context, us []User, by Actor) (made []User, errs []error, err error) {
	if len(us) > MostTogether {
		return nil, nil, fmt.Errorf("create users: %d are more than %d", len(us), MostTogether)
	}
	made, errs = append(made, us...), make([]error, len(us))
	var together, waiting []int
	blocking := map[string]bool{}
	for i, u := range made {
		if errs[i] = made[i].Check().Err(); errs[i] != nil {
			continue
		}
		kind := fmt.Sprint(u.Active, u.Source, strings.Join(u.Arrival.Groups, " "))
		waits, known := blocking[kind]
		if !known {
			ps, err := d.blocking(ctx, u)
			if err != nil {
				return nil, nil, err
			}
			waits = len(ps) > 0
			blocking[kind] = waits
		}
		if waits {
			waiting = append(waiting, i)
		} else {
			together = append(together, i)
		}
	}
	d.createTogether(ctx, made, errs, together, by)
	d.createWaiting(ctx, made, errs, waiting, by)
	return made, errs, nil
}

// createTogether falls back to one transaction each when one user cannot be: the others must not suffer for it.
func (d *Directory) createTogether(ctx context.Context, us []User, errs []error, which []int, by Actor) {
	if len(which) == 0 {
		return
	}
	batch, changes := make([]User, len(which)), make([]Change, len(which))
	for k, i := range which {
		u := &us[i]
		u.ID, u.State = NewID(), Live
		changes[k] = d.Change(by, ActionUserCreate, u.ID, u.UserName)
		u.CreatedAt, u.UpdatedAt = changes[k].At, changes[k].At
		batch[k] = *u
	}
	if d.Store.CreateUsers(ctx, batch, changes) != nil {
		for k, i := range which {
			errs[i] = d.Store.CreateUser(ctx, batch[k], changes[k], time.Time{})
		}
	}
	d.Engine.Wake()
}

func (d *Directory) createWaiting(ctx context.Context, us []User, errs []error, which []int, by Actor) {
	var wg sync.WaitGroup
	free := make(chan struct{}, waitTogether)
	for _, i := range which {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			if errs[i] = ctx.Err(); errs[i] == nil {
				us[i], _, errs[i] = d.CreateUser(ctx, us[i], by)
			}
		})
	}
	wg.Wait()
}
