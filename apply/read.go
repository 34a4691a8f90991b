// Package apply makes connections, connectors and provisioners as a YAML document says: Read reads it, Planner.Plan
// compares it with what there is, Plan.Do does what differs. What a document does not name stays. Nothing is written
// unless all of the document makes sense. It knows no files and no command line; whoever calls it says what a document
// may refer to.
package apply

import (
	"time"

	"usher/directory"
)

// Document is what was read: what it asks for, and what is wrong with it. Nil in a part of it means that it does not
// say.
type Document struct {
	connections  []connectionSpec
	provisioners []provisionerSpec
	problems     Problems
}

type connectionSpec struct {
	at          place
	fields      map[string]place
	name        string
	description *string
	connectors  []connectorSpec
}

type connectorSpec struct {
	at      place
	config  place
	kind    string
	enabled *bool
	fields  map[string]place // of config
	input   map[string]string
	mapping map[string]ruleSpec // by attribute; what is not named stays
}

type ruleSpec struct {
	at         place
	expression *string
	onCreate   *bool
}

type provisionerSpec struct {
	at                    place
	fields                map[string]place
	connection, connector string
	blocking, jitOutbound *bool
	onFailure             *string
	deadline              *time.Duration
}

// Read reads a document and checks its shape. What is wrong is told by Planner.Plan, with what else is.
func Read(text []byte, from Source) Document {
	d := &reader{Source: from, Problems: Problems{Document: from.Name}}
	f := Document{}
	if root, ok := d.root(text); ok {
		d.fill(&f, root)
	}
	f.problems = d.Problems
	return f
}

func (d *reader) fill(f *Document, root place) {
	top := d.known(root, "connections", "provisioners")
	for _, p := range d.items(top["connections"]) {
		f.connections = append(f.connections, d.connection(p))
	}
	for _, p := range d.items(top["provisioners"]) {
		f.provisioners = append(f.provisioners, d.provisioner(p))
	}
}

func (d *reader) connection(p place) connectionSpec {
	fields := d.known(p, "name", "description", "type", "connectors")
	c := connectionSpec{at: p, fields: fields, name: d.required(p, fields, "name"), description: d.text(fields["description"])}
	if t := d.text(fields["type"]); t != nil && *t != string(directory.CustomConnector) {
		d.bad(fields["type"], "there is no connection type %q; there is %s", *t, directory.CustomConnector)
	}
	for _, p := range d.items(fields["connectors"]) {
		c.connectors = append(c.connectors, d.connector(p))
	}
	return c
}

func (d *reader) connector(p place) connectorSpec {
	fields := d.known(p, "type", "enabled", "config", "mapping")
	c := connectorSpec{at: p, config: p, kind: d.required(p, fields, "type"), enabled: d.flag(fields["enabled"]), input: map[string]string{}}
	c.mapping = d.mapping(fields["mapping"])
	config, ok := fields["config"]
	if !ok {
		c.config.path = join(p.path, "config")
		return c
	}
	c.config, c.fields = config, d.pairs(config)
	for key, v := range c.fields {
		if text, ok := d.setting(v); ok {
			c.input[key] = text
		}
	}
	return c
}

func (d *reader) mapping(p place) map[string]ruleSpec {
	if p.node == nil {
		return nil
	}
	rules := map[string]ruleSpec{}
	for key, at := range d.pairs(p) {
		fields := d.known(at, "expression", "on_create")
		rules[key] = ruleSpec{at: at, expression: d.text(fields["expression"]), onCreate: d.flag(fields["on_create"])}
	}
	return rules
}

func (d *reader) provisioner(p place) provisionerSpec {
	fields := d.known(p, "connection", "connector", "blocking", "on_failure", "deadline", "jit_outbound")
	s := provisionerSpec{at: p, fields: fields, connection: d.required(p, fields, "connection"), connector: d.required(p, fields, "connector"),
		blocking: d.flag(fields["blocking"]), jitOutbound: d.flag(fields["jit_outbound"]), onFailure: d.text(fields["on_failure"])}
	if at, ok := fields["deadline"]; ok {
		s.deadline = d.duration(at)
	}
	return s
}

func (d *reader) duration(p place) *time.Duration {
	v, err := time.ParseDuration(p.node.Value)
	if err != nil {
		d.bad(p, "must be a duration such as 20s")
		return nil
	}
	return &v
}
