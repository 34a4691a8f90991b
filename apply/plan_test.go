package apply

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/scim2"
	"usher/directory"
	"usher/provisioning"
)

// shelf is a store that holds a connector, or nothing.
type shelf struct{ connector directory.Connector }

func (s shelf) Connectors(context.Context, string) ([]directory.Connector, error) {
	if s.connector.ID == "" {
		return nil, nil
	}
	return []directory.Connector{s.connector}, nil
}

func (s shelf) ConnectionByName(_ context.Context, name string) (directory.Connection, error) {
	if s.connector.Connection != name {
		return directory.Connection{}, &directory.Error{Code: directory.NotFound}
	}
	return directory.Connection{ID: "c", Name: name, Type: directory.CustomConnector}, nil
}

func (shelf) ProvisionerOf(context.Context, string) (p directory.Provisioner, ok bool, err error) {
	return p, false, nil
}

func (shelf) Remembers(context.Context, string) (bool, error) { return false, nil }

// acts is a directory that keeps what it was asked for, and gives IDs.
type acts struct{ asked []string }

func (a *acts) note(what, name string) { a.asked = append(a.asked, what+" "+name) }

func (a *acts) CreateConnection(_ context.Context, n directory.Connection, _ directory.Actor) (directory.Connection, error) {
	a.note("create connection", n.Name)
	n.ID = "c"
	return n, nil
}

func (a *acts) UpdateConnection(_ context.Context, n directory.Connection, _ directory.Actor) error {
	a.note("update connection", n.ID)
	return nil
}

func (a *acts) CreateConnector(_ context.Context, n directory.Connector, _ directory.Actor) (directory.Connector, error) {
	a.note("create connector of", n.ConnectionID)
	n.ID = "k"
	return n, nil
}

func (a *acts) UpdateConnector(_ context.Context, n directory.Connector, _ directory.Actor) error {
	a.note("update connector", n.ID)
	return nil
}

func (a *acts) SetMapping(_ context.Context, n directory.Connector, _ directory.Mapping, _ directory.Actor) error {
	a.note("map", n.ID)
	return nil
}

func (a *acts) CreateProvisioner(_ context.Context, p directory.Provisioner, _ directory.Actor) (directory.Provisioner, error) {
	a.note("create provisioner of", p.ConnectorID)
	return p, nil
}

func (a *acts) UpdateProvisioner(_ context.Context, p directory.Provisioner, _ directory.Actor) error {
	a.note("update provisioner", p.ID)
	return nil
}

func plan(t *testing.T, store Store, text string) (Plan, []Problem) {
	t.Helper()
	kinds := []connectors.Definition{scim2.Definition()}
	p, err := Planner{Store: store, Targets: provisioning.NewOpener(kinds), Kinds: kinds}.Plan(t.Context(), Read([]byte(text), Source{Name: "doc"}))
	if wrong, ok := errors.AsType[*Problems](err); ok {
		return p, wrong.List
	}
	if err != nil {
		t.Fatal(err)
	}
	return p, nil
}

// withSettings is a document with one connector, its settings on line 5.
func withSettings(more string) string {
	return "connections:\n  - name: Warehouse\n    connectors:\n      - type: scim2\n" +
		"        config: {base_url: \"https://a.example.com/scim\", auth_mode: none" + more + "}\n"
}

// A rule for groups that cannot be read is found before it is stored, with the words of the page.
func TestPlanChecksTheRuleForGroups(t *testing.T) {
	for rule, says := range map[string]string{
		`team.name == "x"`:   "A rule is about group",
		`group.title == "x"`: "There is no attribute “title” here. A group has displayName and id",
		`group.displayName`:  "true or false is needed",
		`group.`:             "sign in the wrong place",
	} {
		_, wrong := plan(t, shelf{}, withSettings(", push_groups: true, group_rule: '"+rule+"'"))
		if len(wrong) != 1 || wrong[0].Line != 5 || wrong[0].Path != "connections[0].connectors[0].config.group_rule" || !strings.Contains(wrong[0].Text, says) {
			t.Errorf("%s: %+v", rule, wrong)
		}
	}
	if _, wrong := plan(t, shelf{}, withSettings(`, push_groups: true, group_rule: 'group.displayName.startsWith("App ")'`)); wrong != nil {
		t.Errorf("a good rule: %+v", wrong)
	}
}

// A rule that was stored before it was checked does not keep a document from being done that says nothing of it.
func TestPlanLeavesAStoredRule(t *testing.T) {
	settings, wrong := connectors.Read(scim2.Definition().AllFields(), map[string]string{"base_url": "https://a.example.com/scim", "auth_mode": "none",
		connectors.PushGroups: "true", connectors.GroupRule: "group.nothing"}, directory.Settings{})
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	stored := shelf{directory.Connector{ID: "k", ConnectionID: "c", Connection: "Warehouse", Kind: scim2.Kind, Settings: settings}}
	if _, problems := plan(t, stored, withSettings(", on_existing: adopt")); problems != nil {
		t.Errorf("not named: %+v", problems)
	}
	if _, problems := plan(t, stored, withSettings(", group_rule: group.nothing")); len(problems) != 1 {
		t.Errorf("named: %+v", problems)
	}
}

// A document from elsewhere must not read what this machine keeps.
func TestReferencesAreGivenIn(t *testing.T) {
	for _, ref := range []string{"{env: HOME}", "{file: /etc/hostname}"} {
		_, wrong := plan(t, shelf{}, withSettings(", token: "+ref))
		if len(wrong) != 1 || !strings.Contains(wrong[0].Text, "write the value itself") {
			t.Errorf("%s: %+v", ref, wrong)
		}
	}
}

func TestDoFollowsThePlan(t *testing.T) {
	text := strings.Replace(withSettings(""), "type: scim2\n", "type: scim2\n        mapping: {title: {expression: user.department}}\n", 1) +
		"provisioners:\n  - {connection: Warehouse, connector: scim2}\n"
	p, wrong := plan(t, shelf{}, text)
	if wrong != nil {
		t.Fatal(wrong)
	}
	d, steps := &acts{}, []string{}
	if err := p.Do(t.Context(), d, directory.Actor{}, func(s Step) { steps = append(steps, s.String()) }); err != nil {
		t.Fatal(err)
	}
	if want := []string{"create connection Warehouse", "create connector of c", "map k", "create provisioner of k"}; !slices.Equal(d.asked, want) {
		t.Errorf("asked for %q", d.asked)
	}
	if want := []string{"connection Warehouse: created", "connector Warehouse/scim2: created", "mapping Warehouse/scim2: changed",
		"provisioner Warehouse/scim2: created"}; !slices.Equal(steps, want) {
		t.Errorf("told %q", steps)
	}
}
