package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"usher/apply"
	"usher/directory"
)

type applyCmd struct {
	File    string   `short:"f" required:"" env:"-" placeholder:"FILE" help:"YAML file; - reads standard input."`
	Moved   []string `env:"-" placeholder:"CONNECTION/KIND" help:"The new address of this connector is the same tenant, which has moved."`
	Another []string `env:"-" placeholder:"CONNECTION/KIND" help:"The new address of this connector is another tenant, with other accounts."`
}

const (
	maxApplyFile = 4 << 20
	maxReference = 16 << 10
)

// Run makes what the file names and leaves everything else. Nothing is written unless all of the file makes sense.
func (c applyCmd) Run(a *app) error {
	text, err := c.text(a)
	if err != nil {
		return err
	}
	doc := apply.Read(text, c.source())
	return a.within(func(k *core) error {
		planner := apply.Planner{Store: k.store, Targets: k.opener, Kinds: k.kinds, Answers: c.answers()}
		plan, err := planner.Plan(a.ctx, doc)
		if err != nil {
			return err
		}
		return plan.Do(a.ctx, k.directory, actor(), func(s apply.Step) { fmt.Fprintln(a.stdout, s) })
	})
}

// source lets the file refer to variables, and to files beside it.
func (c applyCmd) source() apply.Source {
	s := apply.Source{Name: c.File, Env: os.LookupEnv}
	if c.File == "-" {
		s.Name = "<stdin>"
	}
	s.File = func(path string) (string, error) {
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(c.File), path)
		}
		return secretFile(path)
	}
	return s
}

// secretFile reads a secret's file, without the line's end. Its errors never hold what is in it.
func secretFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // only read
	b, err := io.ReadAll(io.LimitReader(f, maxReference+1))
	if err != nil {
		return "", err
	}
	v := strings.TrimRight(string(b), "\r\n")
	if len(b) > maxReference || v == "" {
		return "", fmt.Errorf("%s must hold 1 to %d bytes", path, maxReference)
	}
	return v, nil
}

// answers are what was said of connectors whose address changes.
func (c applyCmd) answers() map[string]directory.Retarget {
	said := map[string]directory.Retarget{}
	for answer, names := range map[directory.Retarget][]string{directory.SameTenant: c.Moved, directory.AnotherTenant: c.Another} {
		for _, name := range names {
			connection, kind, _ := strings.Cut(name, "/")
			said[apply.ConnectorName(connection, kind)] = answer
		}
	}
	return said
}

func (c applyCmd) text(a *app) ([]byte, error) {
	in := a.stdin
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // only read
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxApplyFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", c.File, err)
	}
	if len(b) > maxApplyFile {
		return nil, fmt.Errorf("%s is larger than 4 MiB", c.File)
	}
	return b, nil
}
