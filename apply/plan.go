package apply

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

// Plan is what a document asks for beside what there is.
type Plan struct {
	connections  []plannedConnection
	provisioners []plannedProvisioner
}

// Mark says what becomes of a thing.
type Mark string

// What becomes of things.
const (
	Created   Mark = "created"
	Changed   Mark = "changed"
	Unchanged Mark = "unchanged"
)

func markOf(exists, same bool) Mark {
	switch {
	case !exists:
		return Created
	case same:
		return Unchanged
	}
	return Changed
}

type plannedConnection struct {
	Mark
	want       directory.Connection
	connectors []plannedConnector
}

type plannedConnector struct {
	Mark
	want    directory.Connector
	mapping Mark // of the attribute mapping, which is written by itself
}

type plannedProvisioner struct {
	Mark
	want directory.Provisioner
}

// Store is what there is.
type Store interface {
	// Connectors gives those of all connections for connectionID "".
	Connectors(ctx context.Context, connectionID string) ([]directory.Connector, error)
	// ConnectionByName is NotFound when there is none.
	ConnectionByName(ctx context.Context, name string) (directory.Connection, error)
	ProvisionerOf(ctx context.Context, connectorID string) (p directory.Provisioner, ok bool, err error)
	// Remembers reports whether accounts at the connector's target are known.
	Remembers(ctx context.Context, connectorID string) (bool, error)
}

// Planner compares documents with what there is. It only reads.
type Planner struct {
	Store   Store
	Kinds   []connectors.Definition
	Targets directory.Kinds // which settings say where a target is
	// Answers say, by ConnectorName, what a new address of a connector means.
	Answers map[string]directory.Retarget
}

// ConnectorName is a connector's key in Planner.Answers; the case of the connection's name does not count.
func ConnectorName(connection, kind string) string { return directory.Key(connection) + "/" + kind }

// Plan finds out what would change. The error is *Problems, with everything that keeps the document from being done,
// or the store's.
func (p Planner) Plan(ctx context.Context, d Document) (Plan, error) {
	c := &checker{Planner: p, Problems: Problems{Document: d.problems.Document, List: slices.Clone(d.problems.List)}}
	plan, err := c.check(ctx, d)
	return plan, cmp.Or(err, c.err())
}

// checker is at work on one document.
type checker struct {
	Planner
	Problems
	// connectors of every connection in the database, or about to be, by connection key and kind
	known map[string]map[string]directory.Connector
}

func (c *checker) check(ctx context.Context, f Document) (plan Plan, err error) {
	c.known = map[string]map[string]directory.Connector{}
	stored, err := c.Store.Connectors(ctx, "")
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
		was, err = c.Store.ConnectionByName(ctx, s.name)
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
	p.Mark = markOf(was.ID != "", p.want == was)
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
	i := slices.IndexFunc(c.Kinds, func(d connectors.Definition) bool { return d.Kind == s.kind })
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
	p.want.Settings = c.settings(c.Kinds[i], s, was.Settings)
	same := p.want.Enabled == was.Enabled && maps.Equal(p.want.Settings.Values, was.Settings.Values) && maps.Equal(p.want.Settings.Secrets, was.Settings.Secrets)
	p.Mark, p.mapping = markOf(exists, same), Unchanged
	if p.want.Retarget = c.Answers[ConnectorName(connection, s.kind)]; exists && p.want.Retarget == "" {
		if err := c.retargets(ctx, s, was, p.want); err != nil {
			return p, false, err
		}
	}
	if c.mapping(c.Kinds[i], s, &p.want) {
		p.mapping = Changed
	}
	c.remember(p.want)
	return p, true, nil
}

// settings puts those of the document over those that are stored.
func (c *checker) settings(def connectors.Definition, s connectorSpec, was directory.Settings) directory.Settings {
	settings, errs := provisioning.ReadSettings(def, s.input, was)
	for key := range s.fields {
		if _, read := s.input[key]; !read {
			delete(errs, key) // told already
		}
	}
	if _, named := s.fields[connectors.GroupRule]; !named {
		delete(errs, connectors.GroupRule) // stored before, and not the document's
	}
	c.wrong(s.config, s.fields, errs)
	return settings
}

// retargets says what must be answered before a connector that remembers accounts points to another address.
func (c *checker) retargets(ctx context.Context, s connectorSpec, was, want directory.Connector) error {
	changed, at := c.Targets.Retargeted(was.Kind, was.Settings, want.Settings)
	if len(changed) == 0 {
		return nil
	}
	remembers, err := c.Store.Remembers(ctx, was.ID)
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
	for _, d := range c.Kinds {
		names = append(names, d.Kind)
	}
	return strings.Join(names, ", ")
}
