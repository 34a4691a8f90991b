package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"usher/directory"
)

type applyCmd struct {
	File    string   `short:"f" required:"" env:"-" placeholder:"FILE" help:"YAML file; - reads standard input."`
	Moved   []string `env:"-" placeholder:"CONNECTION/KIND" help:"The new address of this connector is the same tenant, which has moved."`
	Another []string `env:"-" placeholder:"CONNECTION/KIND" help:"The new address of this connector is another tenant, with other accounts."`
}

const maxApplyFile = 4 << 20

// Run makes what the file names and leaves everything else. Nothing is written unless all of the file makes sense.
func (c applyCmd) Run(a *app) error {
	text, err := c.text(a)
	if err != nil {
		return err
	}
	doc := &document{name: c.File, dir: filepath.Dir(c.File)}
	if c.File == "-" {
		doc.name = "<stdin>"
	}
	file := doc.read(text)
	return a.within(func(k *core) error {
		check := &checker{document: doc, core: k, kinds: k.kinds, answers: c.answers()}
		plan, err := check.check(a.ctx, file)
		if err = cmp.Or(err, doc.err()); err != nil {
			return err
		}
		return plan.apply(a, k.directory)
	})
}

// answers are what was said of connectors whose address changes, by connection key and kind.
func (c applyCmd) answers() map[string]directory.Retarget {
	said := map[string]directory.Retarget{}
	for answer, names := range map[directory.Retarget][]string{directory.SameTenant: c.Moved, directory.AnotherTenant: c.Another} {
		for _, name := range names {
			connection, kind, _ := strings.Cut(name, "/")
			said[connectorName(connection, kind)] = answer
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

// apply does what is planned, in the order of dependence, and says so line by line: after a failure in the
// middle the lines are what was done, and the same file goes on from there.
func (p applyPlan) apply(a *app, d *directory.Directory) error {
	by := actor()
	ids := map[string]string{} // connector IDs by connection key and kind
	for _, n := range p.connections {
		if err := n.apply(a, d, by, ids); err != nil {
			return fmt.Errorf("connection %s: %w", n.want.Name, err)
		}
	}
	for _, v := range p.provisioners {
		if v.want.ConnectorID == "" {
			v.want.ConnectorID = ids[connectorName(v.want.Connection, v.want.Kind)]
		}
		var err error
		switch v.mark {
		case created:
			_, err = d.CreateProvisioner(a.ctx, v.want, by)
		case changed:
			err = d.UpdateProvisioner(a.ctx, v.want, by)
		}
		name := v.want.Connection + "/" + v.want.Kind
		if err != nil {
			return fmt.Errorf("provisioner %s: %w", name, err)
		}
		fmt.Fprintf(a.stdout, "provisioner %s: %s\n", name, v.mark)
	}
	return nil
}

func connectorName(connection, kind string) string { return directory.Key(connection) + "/" + kind }

func (n plannedConnection) apply(a *app, d *directory.Directory, by directory.Actor, ids map[string]string) error {
	connection, err := n.want, error(nil)
	switch n.mark {
	case created:
		connection, err = d.CreateConnection(a.ctx, connection, by)
	case changed:
		err = d.UpdateConnection(a.ctx, connection, by)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "connection %s: %s\n", connection.Name, n.mark)
	for _, k := range n.connectors {
		k.want.ConnectionID = connection.ID
		if k.want, err = k.apply(a, d, by); err != nil {
			return fmt.Errorf("connector %s: %w", k.want.Kind, err)
		}
		ids[connectorName(connection.Name, k.want.Kind)] = k.want.ID
		fmt.Fprintf(a.stdout, "connector %s/%s: %s\n", connection.Name, k.want.Kind, k.mark)
		if k.mapping == changed {
			fmt.Fprintf(a.stdout, "mapping %s/%s: %s\n", connection.Name, k.want.Kind, k.mapping)
		}
	}
	return nil
}

func (k plannedConnector) apply(a *app, d *directory.Directory, by directory.Actor) (n directory.Connector, err error) {
	n = k.want
	switch k.mark {
	case created:
		if n, err = d.CreateConnector(a.ctx, n, by); err != nil {
			return k.want, err
		}
	case changed:
		err = d.UpdateConnector(a.ctx, n, by)
	}
	if err != nil || k.mapping != changed {
		return n, err
	}
	if k.mark != unchanged {
		n.Revision++ // the write above; somebody else's after it is not what this file was compared with
	}
	return n, d.SetMapping(a.ctx, n, k.want.Mapping, by)
}
