package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/user"
	"strings"
	"time"

	"usher/auth"
	"usher/auth/oidc"
	"usher/auth/signup"
	"usher/connectors"
	"usher/connectors/all"
	"usher/db"
	"usher/directory"
	"usher/imports"
	"usher/provisioning"
)

// app is what a command runs with.
type app struct {
	ctx            context.Context // ends when the program is asked to stop
	cli            *cli
	kinds          []all.Kind // of connectors
	stdin          io.Reader
	stdout, stderr io.Writer
}

// core is an open database with everything that acts on it.
type core struct {
	kinds     []connectors.Definition
	store     *db.Store
	opener    *provisioning.Opener
	engine    *provisioning.Engine
	directory *directory.Directory
}

// Instances, as leases name them.
const (
	serverName  = "serve"
	commandName = "command"
)

// open opens the database. Its engine works in the background only when its Run is called.
func (a *app) open(instance string) (*core, error) {
	key, keyFile := os.Getenv("USHER_KEY"), cmp.Or(a.cli.KeyFile, defaultKeyFile(a.cli.DB))
	if key == "" {
		if err := db.CheckKeyFile(a.ctx, a.cli.DB, keyFile); err != nil {
			return nil, err
		}
	}
	ring, err := db.LoadKey(key, keyFile)
	if err != nil {
		return nil, err
	}
	store, err := db.Open(a.ctx, a.cli.DB, ring)
	if err != nil {
		return nil, err
	}
	kinds := definitions(a.kinds)
	opener := provisioning.NewOpener(kinds)
	engine := provisioning.New(store, opener, provisioning.Config{Instance: instance, AttemptTimeout: a.cli.AttemptTimeout}, a.log())
	return &core{kinds: kinds, store: store, opener: opener, engine: engine,
		directory: &directory.Directory{Store: store, Engine: engine, Kinds: opener, Now: now}}, nil
}

func definitions(kinds []all.Kind) (defs []connectors.Definition) {
	for _, k := range kinds {
		defs = append(defs, k.Definition)
	}
	return defs
}

// within opens the database, runs f, and lets what f began at targets end before it closes.
func (a *app) within(f func(*core) error) error {
	c, err := a.open(commandName)
	if err != nil {
		return err
	}
	err = f(c)
	c.engine.Drain()
	return c.close(err)
}

// close keeps the first error.
func (c *core) close(err error) error {
	c.opener.Close()
	if e := c.store.Close(); err == nil && e != nil {
		return fmt.Errorf("close the database: %w", e)
	}
	return err
}

// auth is who may sign in at the console below base; nil where nobody does.
func (c *core) auth(base *url.URL) *auth.Service {
	o := auth.Options{}
	if base != nil {
		o.Secure, o.Instance = base.Scheme == "https", c.store.InstanceID()+" "+base.Scheme+"://"+base.Host
	}
	return auth.New(c.store, o)
}

// signUp is how people make and keep accounts of their own, at the pages below base.
func (c *core) signUp(a *auth.Service, base *url.URL) *signup.Service {
	return &signup.Service{Store: c.store, Directory: c.directory, Auth: a, Base: base, Now: now}
}

// imports reads files of users; in the background only when its Run is called.
func (c *core) imports(log *slog.Logger) *imports.Importer {
	return &imports.Importer{Store: c.store, Directory: c.directory, Log: log, Now: now, Instance: serverName}
}

// oidc is signing in through connections.
func (c *core) oidc(base *url.URL) *oidc.Service {
	return &oidc.Service{Store: c.store, Directory: c.directory, BaseURL: base, Now: now, Client: func(private, plain bool) *http.Client {
		return connectors.NewClient(connectors.ClientOptions{AllowPrivate: private, AllowHTTP: plain}, nil)
	}}
}

// now has the precision that is stored.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

func (a *app) log() *slog.Logger {
	if a.cli.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(a.stderr, nil))
	}
	return slog.New(slog.NewTextHandler(a.stderr, nil))
}

// actor signs what is done from the command line with the name of the system's user.
func actor() directory.Actor {
	by := directory.Actor{Kind: directory.ByCLI, Name: "command line"}
	if u, err := user.Current(); err == nil && u.Username != "" {
		by.Name = u.Username
	}
	return by
}

func isPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// defaultKeyFile is beside a SQLite database.
func defaultKeyFile(dsn string) string {
	if isPostgres(dsn) {
		return "usher.key"
	}
	path, _, _ := strings.Cut(strings.TrimPrefix(dsn, "file:"), "?")
	return path + ".key"
}

const maxStdin = 64 << 10

// secretFromStdin reads a password: everything up to the end, without the line's end.
func (a *app) secretFromStdin() (string, error) {
	b, err := io.ReadAll(io.LimitReader(a.stdin, maxStdin+1))
	if err != nil {
		return "", fmt.Errorf("read standard input: %w", err)
	}
	if len(b) > maxStdin {
		return "", fmt.Errorf("standard input is too long for a password")
	}
	s := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	if s == "" {
		return "", fmt.Errorf("--password-stdin was given, but standard input is empty")
	}
	return s, nil
}
