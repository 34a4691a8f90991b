package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"usher/connectors"
	"usher/directory"
)

// applyPlan is what an apply file asks for beside what there is.
type applyPlan struct {
	connections  []plannedConnection
	provisioners []plannedProvisioner
}

// mark says what becomes of a thing; its words are printed.
type mark string

const (
	created   mark = "created"
	changed   mark = "changed"
	unchanged mark = "unchanged"
)

func markOf(exists, same bool) mark {
	switch {
	case !exists:
		return created
	case same:
		return unchanged
	}
	return changed
}

type plannedConnection struct {
	mark
	want       directory.Connection
	connectors []plannedConnector
}

type plannedConnector struct {
	mark
	want    directory.Connector
	mapping mark // of the attribute mapping, which is written by itself
}

type plannedProvisioner struct {
	mark
	want directory.Provisioner
}

// checker compares an apply file with the database. It only reads.
type checker struct {
	*document
	core  *core
	kinds []connectors.Definition
	// connectors of every connection in the database, or about to be, by connection key and kind
	known   map[string]map[string]directory.Connector
	answers map[string]directory.Retarget // of the command line, by connectorName
}

// check finds out what would change, and everything that keeps it from being done.
func (c *checker) check(ctx context.Context, f applyFile) (plan applyPlan, err error) {
	c.known = map[string]map[string]directory.Connector{}
	stored, err := c.core.store.Connectors(ctx, "")
	if err != nil {
		return plan, err
	}
	for _, k := range stored {
		c.remember(k)
	}
	lines := map[string]int{}
	for _, spec := range f.connections {
		key := directory.Key(spec.name)
		if at, again := lines[key]; again && key != "" {
			c.bad(named(spec.at, spec.fields, "name"), "the connection %s is on line %d already", spec.name, at)
			continue
		}
		lines[key] = named(spec.at, spec.fields, "name").line
		p, err := c.connection(ctx, spec)
		if err != nil {
			return plan, err
		}
		plan.connections = append(plan.connections, p)
	}
	plan.provisioners, err = c.provisioners(ctx, f.provisioners)
	return plan, err
}

func (c *checker) remember(k directory.Connector) {
	key := directory.Key(k.Connection)
	if c.known[key] == nil {
		c.known[key] = map[string]directory.Connector{}
	}
	c.known[key][k.Kind] = k
}

// named is the place of a key, or of the whole when the key is not there.
func named(whole place, fields map[string]place, key string) place {
	if p, ok := fields[key]; ok {
		return p
	}
	return place{line: whole.line, path: join(whole.path, key)}
}

func (c *checker) wrong(whole place, fields map[string]place, errs directory.FieldErrors) {
	for _, key := range slices.Sorted(maps.Keys(errs)) {
		c.bad(named(whole, fields, key), "%s", errs[key])
	}
}

func (c *checker) connection(ctx context.Context, s connectionSpec) (p plannedConnection, err error) {
	was := directory.Connection{}
	if s.name != "" {
		was, err = c.core.store.ConnectionByName(ctx, s.name)
		if err != nil && directory.CodeOf(err) != directory.NotFound {
			return p, err
		}
	}
	p.want = was
	p.want.Name = s.name
	if s.description != nil {
		p.want.Description = *s.description
	}
	errs := p.want.Check()
	if s.name == "" {
		delete(errs, "name") // told already
	}
	c.wrong(s.at, s.fields, errs)
	p.mark = markOf(was.ID != "", p.want == was)
	lines := map[string]int{}
	for _, k := range s.connectors {
		if at, again := lines[k.kind]; again && k.kind != "" {
			c.bad(place{line: k.at.line, path: join(k.at.path, "type")}, "the connector %s is on line %d already; a connection has one of each", k.kind, at)
			continue
		}
		lines[k.kind] = k.at.line
		planned, ok, err := c.connector(ctx, p.want.Name, k)
		if err != nil {
			return p, err
		}
		if ok {
			p.connectors = append(p.connectors, planned)
		}
	}
	return p, nil
}

func (c *checker) connector(ctx context.Context, connection string, s connectorSpec) (p plannedConnector, ok bool, err error) {
	i := slices.IndexFunc(c.kinds, func(d connectors.Definition) bool { return d.Kind == s.kind })
	if i < 0 {
		if s.kind != "" {
			c.bad(place{line: s.at.line, path: join(s.at.path, "type")}, "there is no connector kind %q; there are %s", s.kind, c.kindNames())
		}
		return p, false, nil
	}
	was, exists := c.known[directory.Key(connection)][s.kind]
	p.want = was
	p.want.Connection, p.want.Kind = connection, s.kind
	if s.enabled != nil {
		p.want.Enabled = *s.enabled
	}
	var errs directory.FieldErrors
	p.want.Settings, errs = connectors.Read(c.kinds[i].AllFields(), s.input, was.Settings)
	for key := range s.fields {
		if _, read := s.input[key]; !read {
			delete(errs, key) // told already
		}
	}
	c.wrong(s.config, s.fields, errs)
	same := p.want.Enabled == was.Enabled && maps.Equal(p.want.Settings.Values, was.Settings.Values) && maps.Equal(p.want.Settings.Secrets, was.Settings.Secrets)
	p.mark, p.mapping = markOf(exists, same), unchanged
	if p.want.Retarget = c.answers[connectorName(connection, s.kind)]; exists && p.want.Retarget == "" {
		if err := c.retargets(ctx, s, was, p.want); err != nil {
			return p, false, err
		}
	}
	if c.mapping(c.kinds[i], s, &p.want) {
		p.mapping = changed
	}
	c.remember(p.want)
	return p, true, nil
}

// retargets says what must be answered before a connector that remembers accounts points to another address.
func (c *checker) retargets(ctx context.Context, s connectorSpec, was, want directory.Connector) error {
	changed, at := c.core.opener.Retargeted(was.Kind, was.Settings, want.Settings)
	if len(changed) == 0 {
		return nil
	}
	remembers, err := c.core.store.Remembers(ctx, was.ID)
	if err != nil || !remembers {
		return err
	}
	name := want.Connection + "/" + want.Kind
	c.bad(place{line: s.at.line, path: join(s.at.path, "config")}, "%s changed, and Usher remembers accounts at %s; nothing is written before you say which it is: "+
		"--moved %q when the same tenant has moved, --another %q when this is another tenant", strings.Join(changed, " and "), at, name, name)
	return nil
}

func (c *checker) kindNames() string {
	var names []string
	for _, d := range c.kinds {
		names = append(names, d.Kind)
	}
	return strings.Join(names, ", ")
}

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
		if was, exists, err = c.core.store.ProvisionerOf(ctx, k.ID); err != nil {
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
	p.mark = markOf(exists, p.want == was)
	return p, nil
}
