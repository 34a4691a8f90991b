package main

import (
	"fmt"

	"usher/auth"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Create an API token and print it, once."`
}

type tokenCreateCmd struct {
	Name   string       `required:"" env:"-" placeholder:"NAME" help:"What the token is for, such as the system that will use it."`
	Scopes []auth.Scope `required:"" env:"-" placeholder:"SCOPE" help:"What it may be used for, separated by commas. There is: scim."`
}

func (c tokenCreateCmd) Run(a *app) error {
	return a.within(func(k *core) error {
		_, secret, err := k.auth(false).CreateToken(a.ctx, actor(), c.Name, c.Scopes)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(a.stdout, secret.Reveal())
		return err
	})
}
