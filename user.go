package main

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"usher/auth"
	"usher/directory"
)

type userCmd struct {
	Create userCreateCmd `cmd:"" help:"Create a user and print the ID. Waits for blocking provisioners; fails with the target's reason when one rejects the user."`
	Update userUpdateCmd `cmd:"" help:"Change what is given, and leave the rest."`
	Delete userDeleteCmd `cmd:"" help:"Delete a user here and, by each connector's rules, at the targets."`
	Show   userShowCmd   `cmd:"" help:"Show a user and their accounts at the targets."`
}

// password sets the hash of the password on standard input, when one was announced.
func (f attributeFlags) password(a *app, k *core, u *directory.User) error {
	if !f.PasswordStdin {
		return nil
	}
	secret, err := a.secretFromStdin()
	if err != nil {
		return err
	}
	wrong := directory.FieldErrors{}
	if msg := auth.CheckPassword(secret, u.UserName, u.Email()); msg != "" {
		wrong.Add("password", msg)
		return wrong.Err()
	}
	u.Arrival.Password = directory.Secret(secret)
	u.PasswordHash, err = k.auth(nil).Passwords.Hash(a.ctx, secret)
	return err
}

type userCreateCmd struct {
	UserName string `required:"" env:"-" placeholder:"NAME" help:"The name to sign in with; unique."`
	attributeFlags
	Disabled bool `env:"-" help:"Create the user disabled: nothing is made at the targets until the user is enabled."`
}

func (c userCreateCmd) Run(a *app) error {
	return a.within(func(k *core) error {
		u := directory.User{UserName: c.UserName, Active: !c.Disabled, Source: directory.Console}
		c.apply(&u)
		if err := c.password(a, k, &u); err != nil {
			return err
		}
		u, outcomes, err := k.directory.CreateUser(a.ctx, u, actor())
		if err != nil {
			return err
		}
		a.tell(outcomes)
		_, err = fmt.Fprintln(a.stdout, u.ID)
		return err
	})
}

type userUpdateCmd struct {
	User     string  `arg:"" name:"name-or-id" help:"User name or ID."`
	UserName *string `env:"-" placeholder:"NAME" help:"New user name."`
	attributeFlags
	Enable  bool `env:"-" xor:"active" help:"Let the user sign in, and have accounts, again."`
	Disable bool `env:"-" xor:"active" help:"Stop the user from signing in, here and at the targets."`
}

func (c userUpdateCmd) Run(a *app) error {
	same := c.UserName == nil && !c.PasswordStdin && !c.given()
	if same && !c.Enable && !c.Disable {
		return usageError("user update: say what to change, for example --department Sales")
	}
	return a.within(func(k *core) error {
		u, err := k.user(a.ctx, c.User)
		if err != nil {
			return err
		}
		var outcomes []directory.Outcome
		if same {
			outcomes, err = k.directory.SetActive(a.ctx, u.ID, c.Enable, actor())
		} else if err = c.change(a, k, &u); err == nil {
			outcomes, err = k.directory.UpdateUser(a.ctx, u, actor())
		}
		if err != nil {
			return err
		}
		a.tell(outcomes)
		return nil
	})
}

func (c userUpdateCmd) change(a *app, k *core, u *directory.User) error {
	if c.UserName != nil {
		u.UserName = *c.UserName
	}
	if c.Enable || c.Disable {
		u.Active = c.Enable
	}
	c.apply(u)
	return c.password(a, k, u)
}

type userDeleteCmd struct {
	User string `arg:"" name:"name-or-id" help:"User name or ID."`
}

func (c userDeleteCmd) Run(a *app) error {
	return a.within(func(k *core) error {
		u, err := k.user(a.ctx, c.User)
		if err != nil {
			return err
		}
		outcomes, err := k.directory.DeleteUser(a.ctx, u.ID, actor())
		if err != nil {
			return err
		}
		a.tell(outcomes)
		return nil
	})
}

// user finds a live user by ID or by name.
func (k *core) user(ctx context.Context, nameOrID string) (directory.User, error) {
	if uuid.Validate(nameOrID) == nil {
		u, err := k.store.User(ctx, nameOrID)
		if directory.CodeOf(err) != directory.NotFound {
			return u, err
		}
	}
	u, err := k.store.UserByName(ctx, nameOrID)
	if directory.CodeOf(err) == directory.NotFound {
		return u, &directory.Error{Code: directory.NotFound, Message: fmt.Sprintf("there is no user %q.", nameOrID)}
	}
	return u, err
}

// tell says what the targets that were waited for did. The act itself is done whatever they say, so a failure
// there is news and not an error.
func (a *app) tell(outcomes []directory.Outcome) {
	for _, o := range outcomes {
		line := fmt.Sprintf("%s/%s: ", o.Connection, o.Kind)
		switch {
		case o.OK:
			line += o.Status
		default:
			line += "not done yet: " + o.Reason
			if o.Remedy != "" {
				line += " " + o.Remedy
			}
		}
		fmt.Fprintln(a.stderr, line)
	}
}
