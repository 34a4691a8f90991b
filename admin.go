package main

import "fmt"

type adminCmd struct {
	Create adminCreateCmd `cmd:"" help:"Create an administrator."`
}

type adminCreateCmd struct {
	Username      string `required:"" env:"-" placeholder:"NAME" help:"The name to sign in with."`
	PasswordStdin bool   `required:"" env:"-" help:"Read the password from standard input (never from the command line, which others can see)."`
}

func (c adminCreateCmd) Run(a *app) error {
	password, err := a.secretFromStdin()
	if err != nil {
		return err
	}
	return a.within(func(k *core) error {
		admin, err := k.auth(nil).CreateAdmin(a.ctx, actor(), c.Username, password)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.stdout, "administrator %s: created\n", admin.UserName)
		return err
	})
}
