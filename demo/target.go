// Package demo is what an evaluator meets: targets that are built in, connections to them, sample users and groups,
// and an identity provider. It is not for production: nothing outside `usher demo` uses it.
package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"usher/connectors"
	"usher/connectors/all"
	"usher/directory"
	"usher/views"
)

// Targets are the built-in services, one for each connector kind that brings a sandbox, each on a loopback port of its
// own. They are safe for concurrent use once they are prepared.
type Targets struct {
	list []*target
	acts *directory.Directory
	read Reader

	mu     sync.Mutex
	people []string // IDs of the sample users so far
	groups []chosenGroup
}

// Reader reads a connector as it is stored, secrets included.
type Reader interface {
	Connector(ctx context.Context, id string) (directory.Connector, error)
}

type target struct {
	kind    connectors.Definition
	url     string
	service connectors.Sandbox
	server  *http.Server
	ended   chan error

	connectionID, connectorID string // set by Prepare
}

// StartTargets starts the sandboxes of the kinds that have one.
func StartTargets(kinds []all.Kind) (*Targets, error) {
	t := &Targets{}
	for _, k := range kinds {
		if k.Sandbox == nil {
			continue
		}
		one, err := startTarget(k)
		if err != nil {
			return nil, errors.Join(err, t.Close(context.Background()))
		}
		t.list = append(t.list, one)
	}
	return t, nil
}

func startTarget(k all.Kind) (*target, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the demo's %s: %w", k.Name, err)
	}
	t := &target{kind: k.Definition, url: "http://" + l.Addr().String(), service: k.Sandbox(), ended: make(chan error, 1)}
	t.server = &http.Server{Handler: t.service, ReadHeaderTimeout: 10 * time.Second}
	go func() { t.ended <- t.server.Serve(l) }()
	return t, nil
}

// Close stops the services; what they held is gone.
func (t *Targets) Close(ctx context.Context) error {
	var errs []error
	for _, one := range t.list {
		errs = append(errs, one.close(ctx))
	}
	return errors.Join(errs...)
}

func (t *target) close(ctx context.Context) error {
	if err := t.server.Shutdown(ctx); err != nil {
		return fmt.Errorf("stop the demo's %s: %w", t.kind.Name, errors.Join(err, t.server.Close()))
	}
	if err := <-t.ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("the demo's %s: %w", t.kind.Name, err)
	}
	return nil
}

// Names are what the targets are called, in the order in which they are shown.
func (t *Targets) Names() []string {
	names := make([]string, len(t.list))
	for i, one := range t.list {
		names[i] = one.kind.Name
	}
	return names
}

// Targets are what the services hold now, at most n accounts and n groups of each.
func (t *Targets) Targets(n int) []views.DemoTarget {
	shown := make([]views.DemoTarget, len(t.list))
	for i, one := range t.list {
		v := views.DemoTarget{Kind: one.kind.Kind, Name: one.kind.Name, Icon: one.kind.Icon, HasGroups: one.kind.Groups != nil,
			ConnectionID: one.connectionID, ConnectorID: one.connectorID, Trouble: one.service.Trouble()}
		v.Accounts, v.AccountsTotal = one.service.Accounts(n)
		if v.HasGroups {
			v.Groups, v.GroupsTotal = one.service.Groups(n)
		}
		shown[i] = v
	}
	return shown
}

// SetTrouble makes every request to the kind's service meet trouble from now on; NotFound when there is no such service.
// When it ends, the connector is saved again as it is, which ends its quarantine and tries at once what waits.
func (t *Targets) SetTrouble(ctx context.Context, kind string, trouble connectors.Trouble) error {
	for _, one := range t.list {
		if one.kind.Kind != kind {
			continue
		}
		one.service.SetTrouble(trouble)
		if trouble != connectors.NoTrouble && trouble != connectors.Slow {
			return nil
		}
		return t.recover(ctx, one)
	}
	return &directory.Error{Code: directory.NotFound, Message: "The demo has no such target."}
}

func (t *Targets) recover(ctx context.Context, one *target) error {
	c, err := t.read.Connector(ctx, one.connectorID)
	if directory.CodeOf(err) == directory.NotFound {
		return nil // deleted by the evaluator
	}
	if err == nil {
		c.Revision = 0
		err = t.acts.UpdateConnector(ctx, c, actor())
	}
	if err != nil {
		return fmt.Errorf("try the demo's %s again: %w", one.kind.Name, err)
	}
	return nil
}
