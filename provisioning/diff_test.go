package provisioning

import (
	"reflect"
	"testing"

	"usher/connectors"
	"usher/directory"
)

func TestAfterDisable(t *testing.T) {
	active := connectors.Profile{Values: map[string]any{"userName": "ada", "active": true}}
	inactive := connectors.Profile{Values: map[string]any{"userName": "ada", "active": false}}
	for name, written := range map[string]map[string]any{"nothing known": nil, "something": {"email": "a@b"}} {
		before := len(written)
		got := afterDisable(written, active, inactive)
		want := map[string]any{"active": false, disabledKey: true}
		for k, v := range written {
			want[k] = v
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v", name, got)
		}
		if len(written) != before {
			t.Error("changed what is still known:", written)
		}
	}
}

func TestDiffClearsInOrderAndNeverSendsWhatIsForNewAccountsOnly(t *testing.T) {
	def := connectors.Definition{Attributes: testAttributes}
	want := connectors.Profile{Values: map[string]any{"userName": "ada", "origin": "console"}}
	for range 20 { // maps have no order
		c := diff(def, want, map[string]any{"userName": "ada", "email": "x", "emails": []any{}, "active": true})
		if !reflect.DeepEqual(c.Clear, []string{"active", "email", "emails"}) || len(c.Set) != 0 {
			t.Fatal(c)
		}
	}
	if c := diff(def, want, nil); c.Set["origin"] != nil || c.Set["userName"] != "ada" {
		t.Error("an account that is there already is sent everything but what is for new ones:", c.Set)
	}
}

func TestWhatAKindCannotDoIsMilder(t *testing.T) {
	removesOnly := connectors.Definition{Modes: []connectors.Mode{connectors.Delete}}
	nothing := connectors.Definition{}
	disables := connectors.Definition{Modes: []connectors.Mode{connectors.Disable}}
	p := func(d connectors.Definition) Policy { return PolicyOf(d, connectors.Config{}) }
	for name, c := range map[string]struct {
		def  connectors.Definition
		w    Want
		o    Origin
		want connectors.Mode
	}{
		"disabled user at a target that only removes":       {removesOnly, Disabled, Created, connectors.Leave},
		"adopted account at a target that only removes":     {removesOnly, Removed, Adopted, connectors.Leave},
		"deleted user at a target that does nothing":        {nothing, Removed, Created, connectors.Leave},
		"taken back at a target that only disables":         {disables, Undone, Created, connectors.Disable},
		"taken back at a target that does nothing":          {nothing, Undone, Created, connectors.Leave},
		"a user who is there stays":                         {disables, Present, Created, ""},
		"left the scope at a target that only removes":      {removesOnly, OutOfScope, Created, connectors.Leave},
		"deleted user at a target that removes and no more": {removesOnly, Removed, Created, connectors.Delete},
	} {
		if got := p(c.def).DeprovisionMode(c.def, c.w, c.o); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if p(nothing).OnExisting != connectors.HoldExisting {
		t.Error("without a choice, existing accounts are an administrator's question:", p(nothing).OnExisting)
	}
}

func TestEmptyValuesAreNotThere(t *testing.T) {
	attributes := append([]connectors.Attribute{{Key: "unmapped", Type: connectors.String}}, testAttributes...)
	m, err := CompileMapping(connectors.Definition{Kind: "k", Attributes: attributes})
	if err != nil {
		t.Fatal(err)
	}
	u := directory.User{ID: "u1", UserName: "ada"}
	p, err := m.Profile(u)
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]any{"userName": "ada", "active": false}; !reflect.DeepEqual(p.Values, want) {
		t.Errorf("%#v", p.Values)
	}
	u.Emails = []directory.Email{{Value: "a@b"}}
	p, err = m.Profile(u)
	if err != nil {
		t.Fatal(err)
	}
	if want := []any{map[string]any{"value": "a@b"}}; !reflect.DeepEqual(p.Values["emails"], want) {
		t.Errorf("%#v", p.Values["emails"])
	}
}
