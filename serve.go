package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"usher/auth"
	"usher/handlers"
	"usher/mail"
)

type serveCmd struct {
	siteFlags
}

// siteFlags say where the console is.
type siteFlags struct {
	Addr           string   `default:"127.0.0.1:8080" help:"Address to listen on; port 0 takes a free one."`
	BaseURL        string   `name:"base-url" placeholder:"URL" help:"How people reach the console, such as https://usher.example.com. By default http:// and the address."`
	TrustedProxies []string `placeholder:"CIDR" help:"Reverse proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8."`
	scimFlags
}

// Run serves until it is asked to stop.
func (c serveCmd) Run(a *app) error {
	k, err := a.open(serverName)
	if err != nil {
		return err
	}
	release, err := k.store.LockInstance(a.ctx)
	if err != nil {
		return k.close(err)
	}
	restored, err := k.store.SuspectRestored(a.ctx)
	if err != nil {
		return errors.Join(k.close(err), release())
	}
	if restored {
		a.log().Warn("the database was restored from a backup or copied: every account is read before the next write to it")
	}
	err = c.serve(a, k)
	return errors.Join(k.close(err), release())
}

func (c serveCmd) serve(a *app, k *core) error {
	s, err := c.listen()
	if err != nil {
		return err
	}
	s.auth = k.auth(s.base)
	token, needed, err := s.auth.StartSetup(a.ctx)
	if err != nil {
		return errors.Join(err, s.listener.Close())
	}
	if needed {
		link := s.base.JoinPath("setup")
		link.RawQuery = url.Values{"token": {token.Reveal()}}.Encode()
		fmt.Fprintf(a.stdout, "There is no administrator yet. Open this link to create the first one; it works once:\n\n  %s\n\n", link)
	}
	return s.run(a, k)
}

// site is a console that is about to answer.
type site struct {
	listener net.Listener
	base     *url.URL
	proxies  []string
	scim     scimFlags
	auth     *auth.Service
	log      *slog.Logger
	targets  handlers.DemoTargets      // the demo's; nil without them
	ready    func(ctx context.Context) // runs beside the server, when it is not nil
}

func (c siteFlags) listen() (*site, error) {
	base, err := c.base()
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s (--addr): %w", c.Addr, err)
	}
	if base == nil {
		base = &url.URL{Scheme: "http", Host: reachable(l.Addr().(*net.TCPAddr))}
	}
	return &site{listener: l, base: base, proxies: c.TrustedProxies, scim: c.scimFlags}, nil
}

// base is nil when it follows from the address.
func (c siteFlags) base() (*url.URL, error) {
	if c.BaseURL == "" {
		return nil, nil
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
		strings.Trim(u.Path, "/") != "" {
		return nil, usageError(fmt.Sprintf("--base-url: %q is not a URL such as https://usher.example.com", c.BaseURL))
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// reachable is the address as a browser on this machine would write it.
func reachable(a *net.TCPAddr) string {
	if a.IP.IsUnspecified() {
		return fmt.Sprintf("localhost:%d", a.Port)
	}
	return a.String()
}

const (
	finishWithin = 5 * time.Second // requests under way when the server stops
	tidyEvery    = time.Hour       // sessions, registrations and links that have ended
)

// run serves until the app is asked to stop: then it takes no more requests, finishes those under way, and lets
// the engine record what is at its targets.
func (s *site) run(a *app, k *core) error {
	s.log = a.log()
	signUp := k.signUp(s.auth, s.base)
	post := mail.NewWorker(k.store, mail.Sender{}, now, s.log)
	files := k.imports(s.log)
	console := &handlers.Server{Auth: s.auth, SignUp: signUp, Mail: post, Imports: files, OIDC: k.oidc(s.base), Store: k.store, Directory: k.directory, Opener: k.opener, Kinds: k.kinds, Traffic: k.engine,
		BaseURL: s.base, Log: s.log, Now: now, Hosts: []string{s.listener.Addr().String()}, TrustedProxies: s.proxies,
		About: handlers.About{Version: version(), Database: describe(a.cli.DB), StartedAt: now()},
		Demo:  s.targets}
	server := newServer(s.handler(k, console.Router()), s.log)
	s.announce(a)

	work, stop := context.WithCancel(context.WithoutCancel(a.ctx))
	var beside sync.WaitGroup
	beside.Go(func() { k.engine.Run(work) })
	beside.Go(func() { k.store.Watch(work, k.engine.Wake) })
	beside.Go(func() { post.Run(work) })
	beside.Go(func() { files.Run(work) })
	beside.Go(func() { console.WatchHealth(work) })
	beside.Go(func() {
		s.tidy(work, s.auth.Tidy, signUp.Tidy, func(ctx context.Context) error { return k.store.TidyCounts(ctx, now()) })
	})
	if s.ready != nil {
		beside.Go(func() { s.ready(work) })
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(s.listener) }()

	var err error
	select {
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	case <-a.ctx.Done():
		s.log.Info("stopping")
		s.shutdown(server)
	}
	stop()
	beside.Wait()
	return err
}

func (s *site) shutdown(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), finishWithin)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close() // whoever still waits is cut off; what was begun is recorded
	}
}

func (s *site) announce(a *app) {
	addr := s.listener.Addr().(*net.TCPAddr)
	s.log.Info("listening", "address", addr.String(), "url", s.base.String(), "database", describe(a.cli.DB))
	if !addr.IP.IsLoopback() && s.base.Scheme == "http" {
		s.log.Warn("the console can be reached from other machines without TLS: passwords would cross the network readable. " +
			"Put it behind a proxy with TLS and set --base-url to its https:// address")
	}
}

// tidy deletes what has expired.
func (s *site) tidy(ctx context.Context, forget ...func(context.Context) error) {
	for {
		for _, f := range forget {
			if err := f(ctx); err != nil && ctx.Err() == nil {
				s.log.Error("cannot delete what has expired", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(tidyEvery):
		}
	}
}

// describe names a database without credentials.
func describe(dsn string) string {
	if !isPostgres(dsn) {
		return "SQLite, " + dsn
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return "PostgreSQL"
	}
	return "PostgreSQL, " + u.Host + u.Path
}
