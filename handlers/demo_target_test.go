package handlers

import (
	"context"
	"net/http"
	"testing"

	"usher/connectors"
	"usher/directory"
)

// stillTargets are a demo in which nothing moves.
type stillTargets struct {
	list    []DemoTarget
	changed int
}

func (s *stillTargets) Targets(int) []DemoTarget { return append([]DemoTarget(nil), s.list...) }

func (s *stillTargets) SetTrouble(_ context.Context, kind string, t connectors.Trouble) error {
	for i := range s.list {
		if s.list[i].Kind == kind {
			s.list[i].Trouble = t
			return nil
		}
	}
	return &directory.Error{Code: directory.NotFound}
}

func (s *stillTargets) ChangeSampleUsers(context.Context) (int, error) { s.changed++; return 7, nil }

func newDemo(t *testing.T) (*console, *stillTargets) {
	t.Helper()
	o := newConsole(t)
	_, c := o.target(t, "Warehouse", directory.Provisioner{})
	first := DemoTarget{Kind: "one", Name: "First", Icon: "cloud", ConnectionID: c.ConnectionID, ConnectorID: c.ID, HasGroups: true, AccountsTotal: 3,
		Accounts: []connectors.SandboxAccount{{ID: "7", ExternalID: "x", UserName: "grace", Email: "grace@example.com", Active: true},
			{ID: "8", UserName: "root", Protected: true, Active: true}, {ID: "9", UserName: "bob", PasswordKnown: true}},
		Groups: []connectors.SandboxGroup{{ID: "g", Name: "Sales", Members: []string{"grace", "bob"}, Total: 5}}, GroupsTotal: 1}
	d := &stillTargets{list: []DemoTarget{first, {Kind: "two", Name: "Second"}}}
	o.Demo = d
	return o, d
}

func TestDemoTargetsPage(t *testing.T) {
	o, _ := newDemo(t)
	page := o.get("/targets").ok(t)
	for _, want := range []string{"grace@example.com", "administrator", "password sent", "disabled", "Sales", "grace and bob and 3 more", "5 members", "3 accounts", "Credentials revoked"} {
		page.says(t, want)
	}
	if page.doc.Find("#target[hx-get^='/targets/one?seen=']").Length() != 1 || page.doc.Find("nav a[href='/targets']").Length() == 0 {
		t.Error("the page does not keep itself up to date, or is not in the sidebar")
	}
	if page.doc.Find("#target form#trouble, #target [name=trouble]").Length() != 0 {
		t.Error("a choice of trouble would be undone by the next refresh")
	}
	other := o.get("/targets/two").ok(t)
	other.says(t, "The target is empty")
	other.says(t, "No connector sends users here any more")
	other.silent(t, "grace@example.com")
	if o.get("/targets/one?pause=1").doc.Find("#target[hx-get]").Length() != 0 {
		t.Error("a paused page asks for news")
	}
	if a := o.get("/targets/fax"); a.code != http.StatusNotFound {
		t.Errorf("a target that is not there answered %d", a.code)
	}
	o.led(t, o.get("/target"), "/targets")
}

func TestDemoTargetsPartAsksAgain(t *testing.T) {
	o, d := newDemo(t)
	url := o.get("/targets/one").doc.Find("#target").AttrOr("hx-get", "")
	o.header.Set("HX-Request", "true")
	if same := o.get(url); same.code != http.StatusNoContent {
		t.Errorf("nothing changed, and the part answered %d", same.code)
	}
	d.list[0].Accounts[0].Active = false
	part := o.get(url).ok(t)
	if part.doc.Find("aside").Length() != 0 || part.doc.Find("#target").Length() != 1 {
		t.Error("htmx gets more than the part")
	}
}

func TestTroubleIsChosen(t *testing.T) {
	o, d := newDemo(t)
	page := o.led(t, o.post("/targets/one/trouble", "trouble", "down"), "/targets/one")
	if d.list[0].Trouble != connectors.Down || d.list[1].Trouble != connectors.NoTrouble {
		t.Errorf("the targets meet %q and %q", d.list[0].Trouble, d.list[1].Trouble)
	}
	page.says(t, "Down until you choose Well")
	page.says(t, "Overview says so")
	if page.doc.Find("[name=trouble][checked]").AttrOr("value", "") != "down" {
		t.Error("the form does not show what was chosen")
	}
	o.led(t, o.post("/targets/one/trouble", "trouble", "well"), "/targets/one").silent(t, "until you choose Well")
	if d.list[0].Trouble != connectors.NoTrouble {
		t.Error("the trouble stays")
	}
	for path, want := range map[string]int{"/targets/fax/trouble": http.StatusNotFound, "/targets/one/trouble": http.StatusBadRequest} {
		if a := o.post(path, "trouble", "sabotage"); a.code != want {
			t.Errorf("%s answered %d, want %d", path, a.code, want)
		}
	}
}

func TestSampleUsersAreChanged(t *testing.T) {
	o, d := newDemo(t)
	o.led(t, o.post("/targets/change-users", "kind", "two"), "/targets/two").says(t, "Changed 7 sample users")
	o.led(t, o.post("/targets/change-users", "kind", "https://evil.example"), "/targets")
	if d.changed != 2 {
		t.Errorf("changed %d times", d.changed)
	}
}

func TestThereIsNoDemoOutsideOfIt(t *testing.T) {
	o := newConsole(t)
	for _, path := range []string{"/target", "/targets", "/targets/one"} {
		if a := o.get(path); a.code != http.StatusNotFound {
			t.Errorf("%s answered %d", path, a.code)
		}
	}
	for _, path := range []string{"/targets/change-users", "/targets/one/trouble"} {
		if a := o.post(path, "trouble", "down"); a.code != http.StatusNotFound {
			t.Errorf("%s answered %d", path, a.code)
		}
	}
	if o.get("/").doc.Find("nav a[href='/targets']").Length() != 0 {
		t.Error("the sidebar names the demo's targets")
	}
}
