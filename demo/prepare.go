package demo

import (
	"context"
	"fmt"
	"time"

	"usher/connectors"
	"usher/directory"
)

func actor() directory.Actor { return directory.Actor{Kind: directory.BySystem, Name: "usher demo"} }

// ConnectionName is what the demo calls its connection to the target of a kind.
func ConnectionName(d connectors.Definition) string { return "Demo " + d.Name }

// Prepare makes for each target a connection with an enabled connector and a provisioner that uses it, and the sample
// groups, which are pushed to every target that has groups.
func (t *Targets) Prepare(ctx context.Context, d *directory.Directory, read Reader) error {
	t.acts, t.read = d, read
	var ids []string
	for _, g := range sampleGroups() {
		made, err := d.CreateGroup(ctx, directory.Group{DisplayName: g.name}, nil, actor())
		if err != nil {
			return fmt.Errorf("prepare the demo's group %s: %w", g.name, err)
		}
		g.id = made.ID
		t.groups, ids = append(t.groups, g), append(ids, made.ID)
	}
	for _, one := range t.list {
		if err := t.connect(ctx, one, ids); err != nil {
			return fmt.Errorf("prepare the demo's %s: %w", one.kind.Name, err)
		}
	}
	return nil
}

func (t *Targets) connect(ctx context.Context, one *target, groups []string) error {
	def := one.kind
	input := one.service.Settings(one.url)
	input[connectors.RequestsLimit] = "0"
	if def.Groups != nil {
		input[connectors.PushGroups] = "true"
	}
	settings, wrong := connectors.Read(def.AllFields(), input, directory.Settings{})
	if err := wrong.Err(); err != nil {
		return err
	}
	n, err := t.acts.CreateConnection(ctx, directory.Connection{Name: ConnectionName(def), Description: "A stand-in for " + def.Name + " that runs inside this demo."}, actor())
	if err != nil {
		return err
	}
	c, err := t.acts.CreateConnector(ctx, directory.Connector{ConnectionID: n.ID, Connection: n.Name, Kind: def.Kind, Enabled: true, Settings: settings}, actor())
	if err != nil {
		return err
	}
	one.connectionID, one.connectorID = n.ID, c.ID
	if _, err := t.acts.CreateProvisioner(ctx, directory.Provisioner{ConnectorID: c.ID, Connection: n.Name, Kind: c.Kind, JITOutbound: true}, actor()); err != nil {
		return err
	}
	if def.Groups == nil {
		return nil
	}
	return t.acts.SetPushedGroups(ctx, c, groups, actor())
}

// AddPeople creates the sample users one after the other, each into their groups, with a pause that lets somebody watch.
func (t *Targets) AddPeople(ctx context.Context, pause time.Duration) error {
	for _, p := range People() {
		u, _, err := t.acts.CreateUser(ctx, p, actor())
		if err != nil {
			return fmt.Errorf("create sample user %s: %w", p.UserName, err)
		}
		for _, g := range t.groups {
			if !g.has(u) {
				continue
			}
			if err := t.acts.ChangeMembers(ctx, g.id, directory.MemberChange{Add: []string{u.ID}}, actor()); err != nil {
				return fmt.Errorf("put sample user %s into %s: %w", p.UserName, g.name, err)
			}
		}
		t.mu.Lock()
		t.people = append(t.people, u.ID)
		t.mu.Unlock()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return nil
}

// ChangeSampleUsers gives every sample user that is left another department and title, so that every target has something to do, and says how
// many there were.
func (t *Targets) ChangeSampleUsers(ctx context.Context) (int, error) {
	t.mu.Lock()
	ids := append([]string(nil), t.people...)
	t.mu.Unlock()
	moved := 0
	for _, id := range ids {
		u, err := t.acts.Store.User(ctx, id)
		if directory.CodeOf(err) == directory.NotFound {
			continue
		}
		if err != nil {
			return moved, fmt.Errorf("read a sample user: %w", err)
		}
		u.Department, u.Title = nextPost(u.Department, u.Title)
		if _, err := t.acts.UpdateUser(ctx, u, actor()); err != nil {
			return moved, fmt.Errorf("change sample user %s: %w", u.UserName, err)
		}
		moved++
	}
	return moved, nil
}
