package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"usher/auth"
	"usher/demo"
	"usher/directory"
	"usher/scim/server"
	"usher/views"
)

type demoCmd struct {
	siteFlags
}

const (
	demoAdmin = "admin"
	demoPause = 400 * time.Millisecond // between sample users, so that somebody can watch them arrive
)

// Run serves a console in a temporary directory, which is removed at the end.
func (c demoCmd) Run(a *app) error {
	dir, err := os.MkdirTemp("", "usher-demo-")
	if err != nil {
		return fmt.Errorf("make a temporary directory: %w", err)
	}
	err = c.within(a, dir)
	return errors.Join(err, os.RemoveAll(dir))
}

func (c demoCmd) within(a *app, dir string) error {
	own := *a.cli
	own.DB, own.KeyFile = filepath.Join(dir, "usher.db"), ""
	a = &app{ctx: a.ctx, cli: &own, kinds: a.kinds, stdin: a.stdin, stdout: a.stdout, stderr: a.stderr}
	k, err := a.open(serverName)
	if err != nil {
		return err
	}
	targets, err := demo.StartTargets(a.kinds)
	if err != nil {
		return k.close(err)
	}
	provider, err := demo.StartProvider()
	if err == nil {
		err = c.serve(a, k, targets, provider)
	}
	end, cancel := context.WithTimeout(context.Background(), finishWithin)
	defer cancel()
	if provider != nil {
		err = errors.Join(err, provider.Close(end))
	}
	return errors.Join(k.close(err), targets.Close(end))
}

func (c demoCmd) serve(a *app, k *core, targets *demo.Targets, provider *demo.Provider) error {
	s, err := c.listenAnywhere(a)
	if err != nil {
		return err
	}
	s.auth, s.targets = k.auth(s.base), targets
	password := rand.Text()
	if _, err = s.auth.CreateAdmin(a.ctx, actor(), demoAdmin, password); err == nil {
		err = targets.Prepare(a.ctx, k.directory, k.store)
	}
	if err == nil {
		err = demo.OpenRegistration(a.ctx, k.signUp(s.auth, s.base))
	}
	if err == nil {
		err = demo.PrepareSignIn(a.ctx, k.oidc(s.base), provider)
	}
	var token directory.Secret
	if err == nil {
		_, token, err = s.auth.CreateToken(a.ctx, actor(), "demo", []auth.Scope{auth.ScopeSCIM}, time.Time{})
	}
	if err != nil {
		return errors.Join(err, s.listener.Close())
	}
	s.ready = func(ctx context.Context) {
		if err := targets.AddPeople(ctx, demoPause); err != nil && ctx.Err() == nil {
			s.log.Error("cannot add the sample users", "err", err)
		}
	}
	fmt.Fprintf(a.stdout, "Usher demo. Everything in it is gone when it stops (Ctrl-C).\n\n"+
		"  Console    %s\n  User name  %s\n  Password   %s\n  Register   %s (mails are in the console's Outbox)\n"+
		"  Sign in    %s (as somebody of the built-in identity provider)\n"+
		"  SCIM API   %s (token %s)\n  Targets    %s (%s)\n\n",
		s.base, demoAdmin, password, s.base.JoinPath("register"), s.base.JoinPath("login"), s.base.JoinPath(server.Prefix), token.Reveal(),
		s.base.JoinPath(views.TargetsURL), strings.Join(targets.Names(), ", "))
	return s.run(a, k)
}

// listenAnywhere takes a free port when the usual one is taken.
func (c demoCmd) listenAnywhere(a *app) (*site, error) {
	s, err := c.listen()
	if !errors.Is(err, syscall.EADDRINUSE) {
		return s, err
	}
	host, _, splitErr := net.SplitHostPort(c.Addr)
	if splitErr != nil {
		return nil, err
	}
	taken := c.Addr
	c.Addr = net.JoinHostPort(host, "0")
	if s, err = c.listen(); err == nil {
		fmt.Fprintf(a.stdout, "%s is taken, so the demo listens on %s.\n", taken, s.listener.Addr())
	}
	return s, err
}
