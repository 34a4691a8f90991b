package provisioning

import (
	"fmt"
	"net/http"
	"sync"

	"usher/connectors"
	"usher/directory"
)

// Opened is a connector that is ready for use, with everything that follows from its configuration.
type Opened struct {
	connectors.Connector
	Definition connectors.Definition // its attributes as the connector's mapping has them
	Mapping    *Mapping
	Policy     Policy
	Groups     GroupPolicy
	Budget     connectors.Budget
	config     connectors.Config
	proofs     proofs
	connection string // the name, which expressions can see
	revision   int64
	client     *http.Client
	throttle   *throttle
	accepted   acceptance
}

// Opener opens connectors and keeps them until their configuration changes: what a connector learned about
// its target, its pooled connections and its budget live as long as the configuration does.
type Opener struct {
	kinds map[string]connectors.Definition

	mu     sync.Mutex
	opened map[string]*Opened // by connector ID
}

// NewOpener knows these kinds.
func NewOpener(defs []connectors.Definition) *Opener {
	o := &Opener{kinds: map[string]connectors.Definition{}, opened: map[string]*Opened{}}
	for _, d := range defs {
		o.kinds[d.Kind] = d
	}
	return o
}

// Definition is the description of a kind; ok is false when this Usher does not know it.
func (o *Opener) Definition(kind string) (d connectors.Definition, ok bool) {
	d, ok = o.kinds[kind]
	return d, ok
}

// Retargeted implements directory.Kinds. Of a kind that is not known, nothing is told apart.
func (o *Opener) Retargeted(kind string, old, new directory.Settings) (changed []string, was string) {
	def, _ := o.Definition(kind)
	fields := connectors.Retargeted(def.AllFields(), old, new)
	for _, f := range fields {
		changed = append(changed, f.Label)
	}
	return changed, connectors.Whereabouts(def.AllFields(), old)
}

// Open gives the connector for this configuration, without I/O.
func (o *Opener) Open(c directory.Connector) (*Opened, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if old := o.opened[c.ID]; old != nil {
		if old.revision == c.Revision && old.connection == c.Connection {
			return old, nil
		}
		old.client.CloseIdleConnections()
		delete(o.opened, c.ID)
	}
	fresh, err := o.open(c)
	if err != nil {
		return nil, err
	}
	o.opened[c.ID] = fresh
	return fresh, nil
}

// OpenOnce opens a configuration that is being tried and not kept, such as a form that was not saved yet.
func (o *Opener) OpenOnce(c directory.Connector) (*Opened, error) {
	return o.open(c)
}

func (o *Opener) open(c directory.Connector) (*Opened, error) {
	def, ok := o.kinds[c.Kind]
	if !ok {
		return nil, &connectors.Error{Kind: connectors.Misconfigured, Op: "open", Message: fmt.Sprintf("This Usher does not know the connector kind %q.", c.Kind),
			Remedy: "Start the version of Usher that the connector was made with, or delete the connector."}
	}
	config := connectors.Config{Settings: c.Settings}
	mapping, err := MappingOf(def, c)
	if err != nil {
		return nil, err
	}
	config.Mapped = mapping.Attributes()
	options := connectors.ClientOptions{}
	if def.Options != nil {
		options = def.Options(config)
	}
	budget := def.BudgetFor(config)
	requests := newThrottle(budget.RequestsPerSecond)
	client := connectors.NewClient(options, requests)
	conn, err := def.Open(config, client)
	if err != nil {
		return nil, fmt.Errorf("open %s connector %s: %w", c.Kind, c.ID, err)
	}
	return &Opened{Connector: conn, Definition: Mapped(def, c.Mapping), Mapping: mapping, Policy: PolicyOf(def, config), Groups: GroupPolicyOf(def, config), Budget: budget,
		config: config, connection: c.Connection, revision: c.Revision, client: client, throttle: requests}, nil
}

// Close lets go of pooled connections.
func (o *Opener) Close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range o.opened {
		c.client.CloseIdleConnections()
	}
}
