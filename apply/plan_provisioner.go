package apply

import (
	"context"
	"fmt"

	"usher/directory"
)

func (c *checker) provisioners(ctx context.Context, specs []provisionerSpec) (out []plannedProvisioner, err error) {
	lines := map[string]int{}
	for _, s := range specs {
		if s.connection == "" || s.connector == "" {
			continue // told already
		}
		key := directory.Key(s.connection) + "\x00" + s.connector
		if at, again := lines[key]; again {
			c.bad(s.at, "the provisioner %s/%s is on line %d already", s.connection, s.connector, at)
			continue
		}
		lines[key] = s.at.line
		k, ok := c.known[directory.Key(s.connection)][s.connector]
		if !ok {
			c.bad(s.fields["connector"], "%s", c.noConnector(s))
			continue
		}
		p, err := c.provisioner(ctx, s, k)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func (c *checker) noConnector(s provisionerSpec) string {
	if len(c.known[directory.Key(s.connection)]) == 0 {
		return fmt.Sprintf("there is no connection %s with a connector, neither here nor in the database", s.connection)
	}
	return fmt.Sprintf("the connection %s has no connector %s, neither here nor in the database", s.connection, s.connector)
}

func (c *checker) provisioner(ctx context.Context, s provisionerSpec, k directory.Connector) (p plannedProvisioner, err error) {
	was, exists := directory.Provisioner{}, false
	if k.ID != "" {
		if was, exists, err = c.Store.ProvisionerOf(ctx, k.ID); err != nil {
			return p, err
		}
	}
	p.want = was
	p.want.ConnectorID, p.want.Connection, p.want.Kind = k.ID, k.Connection, k.Kind
	if s.blocking != nil {
		p.want.Blocking = *s.blocking
	}
	if s.jitOutbound != nil {
		p.want.JITOutbound = *s.jitOutbound
	}
	if s.onFailure != nil {
		p.want.OnFailure = directory.OnFailure(*s.onFailure)
	}
	if s.deadline != nil {
		p.want.Deadline = *s.deadline
	}
	errs := p.want.Check()
	delete(errs, "connector") // a new connector has no ID yet
	if s.onFailure != nil && errs["on_failure"] != "" {
		errs["on_failure"] = fmt.Sprintf("must be %s or %s", directory.Reject, directory.CreateAnyway)
	}
	c.wrong(s.at, s.fields, errs)
	was.Connection = p.want.Connection // a renamed connection is no change of this
	p.Mark = markOf(exists, p.want == was)
	return p, nil
}
