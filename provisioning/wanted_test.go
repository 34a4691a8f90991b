package provisioning

import (
	"reflect"
	"testing"

	"usher/connectors"
	"usher/directory"
)

func TestWanted(t *testing.T) {
	jit := directory.Provisioner{JITOutbound: true}
	for _, c := range []struct {
		name string
		u    directory.User
		p    directory.Provisioner
		out  bool // of the connection's groups
		want Want
	}{
		{"live", directory.User{State: directory.Live, Active: true, Source: directory.Console}, directory.Provisioner{}, false, Present},
		{"staged", directory.User{State: directory.Staged, Active: true, Source: directory.SignUp}, directory.Provisioner{}, false, Present},
		{"disabled", directory.User{State: directory.Live}, directory.Provisioner{}, false, Disabled},
		{"deleted, whatever else", directory.User{State: directory.Deleted, Active: true, Source: directory.JIT}, jit, false, Removed},
		{"taken back", directory.User{State: directory.TakenBack, Active: true}, directory.Provisioner{}, false, Undone},
		{"jit, not sent", directory.User{State: directory.Live, Active: true, Source: directory.JIT}, directory.Provisioner{}, false, OutOfScope},
		{"in none of the groups", directory.User{State: directory.Live, Active: true, Source: directory.Console}, jit, true, OutOfScope},
		{"staged in none of the groups", directory.User{State: directory.Staged, Active: true, Source: directory.Console}, jit, true, OutOfScope},
		{"disabled in none of the groups", directory.User{State: directory.Live, Source: directory.Console}, jit, true, OutOfScope},
		{"deleted, in none of the groups", directory.User{State: directory.Deleted, Source: directory.Console}, jit, true, Removed},
		{"taken back, in none of the groups", directory.User{State: directory.TakenBack, Source: directory.Console}, jit, true, Undone},
		{"jit, sent", directory.User{State: directory.Live, Active: true, Source: directory.JIT}, jit, false, Present},
	} {
		if got := Wanted(c.u, c.p, !c.out); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestDeprovisionMode(t *testing.T) {
	both := connectors.Definition{Modes: []connectors.Mode{connectors.Disable, connectors.Delete}}
	mild := connectors.Definition{Modes: []connectors.Mode{connectors.Disable}}
	for _, c := range []struct {
		name string
		def  connectors.Definition
		set  map[string]string
		w    Want
		o    Origin
		want connectors.Mode
	}{
		{"deleted user, our account", both, nil, Removed, Created, connectors.Delete},
		{"deleted user, adopted account", both, nil, Removed, Adopted, connectors.Disable},
		{"deleted user, told to disable", both, map[string]string{connectors.OnDelete: "disable"}, Removed, Created, connectors.Disable},
		{"deleted user, told to leave", both, map[string]string{connectors.OnDelete: "leave"}, Removed, Adopted, connectors.Leave},
		{"deleted user, target cannot delete", mild, nil, Removed, Created, connectors.Disable},
		{"disabled user", both, nil, Disabled, Created, connectors.Disable},
		{"left the scope", both, nil, OutOfScope, Created, connectors.Disable},
		{"left the scope, told to delete", both, map[string]string{connectors.OnLeave: "delete"}, OutOfScope, Created, connectors.Delete},
		{"left the scope, adopted, told to delete", both, map[string]string{connectors.OnLeave: "delete"}, OutOfScope, Adopted, connectors.Disable},
		{"taken back, made by staging", both, map[string]string{connectors.OnDelete: "leave"}, Undone, Created, connectors.Delete},
		{"taken back, was there before", both, nil, Undone, Adopted, connectors.Leave},
	} {
		p := PolicyOf(c.def, connectors.Config{Settings: directory.Settings{Values: c.set}})
		if got := p.DeprovisionMode(c.def, c.w, c.o); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

var testAttributes = []connectors.Attribute{
	{Key: "userName", Label: "User name", Type: connectors.String, Required: true, Matching: true, Default: "user.userName"},
	{Key: "email", Label: "E-mail", Type: connectors.String, Default: "user.emails.size() > 0 ? user.emails[0].value : ''"},
	{Key: "emails", Label: "E-mails", Type: connectors.List, Default: "user.emails"},
	{Key: "origin", Label: "Origin", Type: connectors.String, Default: "user.source", OnCreate: true},
	{Key: "active", Label: "Active", Type: connectors.Boolean, Default: "user.active"},
}

func TestDiff(t *testing.T) {
	def := connectors.Definition{Attributes: testAttributes}
	want := connectors.Profile{Values: map[string]any{"userName": "ada", "origin": "console", "active": true,
		"emails": []any{map[string]any{"value": "a@b"}}}}
	if c := diff(def, want, nil); len(c.Set) != 3 || len(c.Clear) != 0 {
		t.Error("nothing written yet:", c)
	}
	same := map[string]any{"userName": "ada", "origin": "import", "active": true, "emails": []any{map[string]any{"value": "a@b"}}}
	if c := diff(def, want, same); !empty(c) {
		t.Error("nothing differs but what is written on create only:", c)
	}
	c := diff(def, want, map[string]any{"userName": "ada", "email": "x@y", "active": false, "forgotten": "1", disabledKey: true})
	if !reflect.DeepEqual(c.Clear, []string{"email"}) {
		t.Error("cleared:", c.Clear)
	}
	if len(c.Set) != 2 || c.Set["active"] != true || c.Set["emails"] == nil {
		t.Error("set:", c.Set)
	}
}

func TestMapping(t *testing.T) {
	m, err := CompileMapping(connectors.Definition{Kind: "k", Attributes: testAttributes})
	if err != nil {
		t.Fatal(err)
	}
	u := directory.User{ID: "u1", UserName: "ada", Active: true, Source: directory.Console}
	u.SetEmail("ada@example.com")
	p, err := m.Profile(u)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"userName": "ada", "email": "ada@example.com", "origin": "console", "active": true,
		"emails": []any{map[string]any{"value": "ada@example.com", "type": "work", "primary": true}}}
	if !reflect.DeepEqual(p.Values, want) || p.ResourceID != "u1" {
		t.Errorf("%#v", p)
	}
	u.UserName = ""
	if _, err := m.Profile(u); connectors.KindOf(err) != connectors.Invalid {
		t.Error("a required attribute without a value:", err)
	}
}

func TestMappingRefusesNonsense(t *testing.T) {
	for name, expression := range map[string]string{
		"a name that is not there": "user.nickname", "another type": "user.userName.size()", "not an expression": "user.",
	} {
		_, err := CompileMapping(connectors.Definition{Attributes: []connectors.Attribute{{Key: "k", Type: connectors.String, Default: expression}}})
		if err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestMappingIsBounded(t *testing.T) {
	m, err := CompileMapping(connectors.Definition{Attributes: []connectors.Attribute{{Key: "k", Type: connectors.List,
		Default: "user.emails.map(a, user.emails.map(b, user.emails.map(c, a.value + b.value + c.value)).size() > 0)"}}})
	if err != nil {
		t.Fatal(err)
	}
	u := directory.User{ID: "u"}
	for range 200 {
		u.Emails = append(u.Emails, directory.Email{Value: "someone@example.com"})
	}
	if _, err := m.Profile(u); connectors.KindOf(err) != connectors.Invalid {
		t.Error("an expression ran without limit:", err)
	}
}
