package apply

import (
	"context"
	"fmt"

	"usher/directory"
)

// Directory is what a plan is done with.
type Directory interface {
	CreateConnection(ctx context.Context, n directory.Connection, by directory.Actor) (directory.Connection, error)
	UpdateConnection(ctx context.Context, n directory.Connection, by directory.Actor) error
	CreateConnector(ctx context.Context, n directory.Connector, by directory.Actor) (directory.Connector, error)
	UpdateConnector(ctx context.Context, n directory.Connector, by directory.Actor) error
	SetMapping(ctx context.Context, n directory.Connector, m directory.Mapping, by directory.Actor) error
	CreateProvisioner(ctx context.Context, p directory.Provisioner, by directory.Actor) (directory.Provisioner, error)
	UpdateProvisioner(ctx context.Context, p directory.Provisioner, by directory.Actor) error
}

// Step is a thing that the document names, and what became of it.
type Step struct {
	Thing string // connection, connector, mapping or provisioner
	Name  string // of the connection, or CONNECTION/KIND
	Mark  Mark
}

func (s Step) String() string { return fmt.Sprintf("%s %s: %s", s.Thing, s.Name, s.Mark) }

// doing is a plan that is being done.
type doing struct {
	Directory
	by   directory.Actor
	told func(Step)
	ids  map[string]string // connector IDs by ConnectorName
}

// Do does what is planned, in the order of dependence, and tells each step: after a failure in the middle the steps are
// what was done, and the same document goes on from there.
func (p Plan) Do(ctx context.Context, d Directory, by directory.Actor, told func(Step)) error {
	w := doing{d, by, told, map[string]string{}}
	for _, n := range p.connections {
		if err := w.connection(ctx, n); err != nil {
			return fmt.Errorf("connection %s: %w", n.want.Name, err)
		}
	}
	for _, v := range p.provisioners {
		name := v.want.Connection + "/" + v.want.Kind
		if err := w.provisioner(ctx, v); err != nil {
			return fmt.Errorf("provisioner %s: %w", name, err)
		}
		told(Step{"provisioner", name, v.Mark})
	}
	return nil
}

func (w doing) connection(ctx context.Context, n plannedConnection) error {
	connection, err := n.want, error(nil)
	switch n.Mark {
	case Created:
		connection, err = w.CreateConnection(ctx, connection, w.by)
	case Changed:
		err = w.UpdateConnection(ctx, connection, w.by)
	}
	if err != nil {
		return err
	}
	w.told(Step{"connection", connection.Name, n.Mark})
	for _, k := range n.connectors {
		k.want.ConnectionID = connection.ID
		if k.want, err = w.connector(ctx, k); err != nil {
			return fmt.Errorf("connector %s: %w", k.want.Kind, err)
		}
		w.ids[ConnectorName(connection.Name, k.want.Kind)] = k.want.ID
		name := connection.Name + "/" + k.want.Kind
		w.told(Step{"connector", name, k.Mark})
		if k.mapping == Changed {
			w.told(Step{"mapping", name, k.mapping})
		}
	}
	return nil
}

func (w doing) connector(ctx context.Context, k plannedConnector) (n directory.Connector, err error) {
	n = k.want
	switch k.Mark {
	case Created:
		if n, err = w.CreateConnector(ctx, n, w.by); err != nil {
			return k.want, err
		}
	case Changed:
		err = w.UpdateConnector(ctx, n, w.by)
	}
	if err != nil || k.mapping != Changed {
		return n, err
	}
	if k.Mark != Unchanged {
		n.Revision++ // the write above; somebody else's after it is not what this document was compared with
	}
	return n, w.SetMapping(ctx, n, k.want.Mapping, w.by)
}

func (w doing) provisioner(ctx context.Context, v plannedProvisioner) (err error) {
	if v.want.ConnectorID == "" {
		v.want.ConnectorID = w.ids[ConnectorName(v.want.Connection, v.want.Kind)]
	}
	switch v.Mark {
	case Created:
		_, err = w.CreateProvisioner(ctx, v.want, w.by)
	case Changed:
		err = w.UpdateProvisioner(ctx, v.want, w.by)
	}
	return err
}
