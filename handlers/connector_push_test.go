package handlers

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"usher/connectors"
	"usher/db"
	"usher/directory"
	"usher/provisioning"
)

// pushDesk is a store whose pushed groups are made up.
type pushDesk struct {
	*db.Store
	chosen  []directory.Group
	pushes  []provisioning.GroupPush
	retried []string // group and what was approved
	refuse  error
	lines   []provisioning.Attempt // of the log, when there are any
}

func (p *pushDesk) Log(ctx context.Context, f provisioning.LogFilter) (provisioning.LogPage, error) {
	if len(p.lines) == 0 || f.GroupID != "" && f.GroupID != p.lines[0].GroupID {
		return p.Store.Log(ctx, f)
	}
	return provisioning.LogPage{Attempts: p.lines}, nil
}

func (p *pushDesk) PushedGroups(context.Context, string) ([]directory.Group, error) {
	return p.chosen, nil
}

func (p *pushDesk) GroupPushes(_ context.Context, connectorID, after string, _ int) (provisioning.GroupPushPage, error) {
	if after == "2" {
		return provisioning.GroupPushPage{}, nil
	}
	return provisioning.GroupPushPage{Pushes: p.pushes, Next: "2"}, nil
}

func (p *pushDesk) PushesOf(_ context.Context, groupID string) (of []provisioning.GroupPush, err error) {
	for _, g := range p.pushes {
		if g.GroupID == groupID {
			of = append(of, g)
		}
	}
	return of, nil
}

func (p *pushDesk) ChangePushedGroups(ctx context.Context, _ string, ids, leave []string, _ directory.Change) error {
	if p.refuse != nil {
		return p.refuse
	}
	p.chosen = slices.DeleteFunc(p.chosen, func(g directory.Group) bool { return slices.Contains(leave, g.ID) })
	for _, id := range ids {
		g, err := p.Group(ctx, id)
		if err != nil {
			return err
		}
		p.chosen = append(p.chosen, g)
	}
	return nil
}

func (p *pushDesk) RetryGroup(_ context.Context, _, groupID, approve string, _ directory.Change) error {
	p.retried = append(p.retried, groupID+" "+approve)
	return nil
}

func (p *pushDesk) RelocateAccount(_ context.Context, _, id, remoteID string, _ directory.Change) error {
	p.retried = append(p.retried, "again "+id+" "+remoteID)
	return nil
}

// pushing connects a target that pushes groups when settings say so, and gives the path of its Groups page.
func pushing(t *testing.T, settings ...string) (o *console, p *pushDesk, c directory.Connector, at string) {
	t.Helper()
	o = newConsole(t)
	i := slices.IndexFunc(o.Kinds, func(d connectors.Definition) bool { return d.Groups != nil })
	if i < 0 {
		t.Fatal("no kind has groups: pushing them is not tested")
	}
	_, c = o.target(t, "Warehouse", directory.Provisioner{}, settings...)
	p = &pushDesk{Store: o.store}
	o.Server.Store = p
	o.Server.Directory = &directory.Directory{Store: p, Engine: o.engine, Now: time.Now}
	return o, p, c, "/connections/" + c.ConnectionID + "/connectors/" + c.ID + "/groups"
}

func (p *pushDesk) add(c directory.Connector, g directory.Group, a provisioning.Account) *provisioning.GroupPush {
	a.ConnectorID, a.GroupID = c.ID, g.ID
	p.pushes = append(p.pushes, provisioning.GroupPush{Account: a, Group: g, ConnectionID: c.ConnectionID, Connection: "Warehouse", Kind: c.Kind, Wanted: true})
	return &p.pushes[len(p.pushes)-1]
}

func TestGroupsAreNotPushedUntilSwitchedOn(t *testing.T) {
	o, _, c, at := pushing(t)
	page := o.get(at).ok(t)
	page.says(t, "Groups are not pushed")
	settings := "/connections/" + c.ConnectionID + "/outbound-provisioning#connector-" + c.Kind
	if page.doc.Find(`main a[href="`+settings+`"]`).Length() != 1 || page.doc.Find(`a[href="`+at+`/choose"]`).Length() != 0 {
		t.Error("the page does not lead to the settings, or lets groups be chosen in vain")
	}
	if o.get("/connections/"+c.ConnectionID+"/outbound-provisioning").doc.Find(`a[href="`+at+`"]`).Length() != 1 {
		t.Error("the connector's panel does not lead to its groups")
	}
}

func TestPushedGroupsAreChosen(t *testing.T) {
	o, p, _, at := pushing(t, connectors.PushGroups, "true", connectors.GroupRule, `group.displayName == "App"`)
	sales, other := o.group(t, "Sales"), o.group(t, "Other")
	page := o.get(at).ok(t)
	for _, want := range []string{"No group is pushed yet", `group.displayName == "App"`, "Off: members whom Usher did not add are left alone", "The groups and their members"} {
		page.says(t, want)
	}
	page.silent(t, targetToken)
	found := o.post(at+"/choose", "picked", sales.ID, "search", "oth", "find", "1").ok(t)
	if checked(found) != "[Sales]" || p.chosen != nil {
		t.Errorf("a search forgets what was chosen, or saves: %s, %v", checked(found), p.chosen)
	}
	o.led(t, o.post(at+"/choose", "picked", sales.ID, "picked", other.ID), at).says(t, "2 chosen by hand")
	if len(p.chosen) != 2 || checked(o.get(at+"/choose")) != "[Other Sales]" && checked(o.get(at+"/choose")) != "[Sales Other]" {
		t.Errorf("chosen %v, shown %s", p.chosen, checked(o.get(at+"/choose")))
	}
	if a := o.post(at+"/choose", "picked", "nothing"); a.code != http.StatusUnprocessableEntity || len(p.chosen) != 2 {
		t.Errorf("a group that is gone answered %d", a.code)
	}
	p.refuse = &directory.Error{Code: directory.Conflict, Message: "Not now."}
	if a := o.post(at+"/choose", "picked", sales.ID); a.code != http.StatusUnprocessableEntity {
		t.Errorf("a refusal answered %d", a.code)
	} else {
		a.says(t, "Not now.")
	}
}

func TestPushedGroupsAreShown(t *testing.T) {
	o, p, c, at := pushing(t, connectors.PushGroups, "true")
	sales, other := o.group(t, "Sales"), o.group(t, "Other")
	made := p.add(c, sales, provisioning.Account{RemoteID: "r1", DesiredGen: 1, ObservedGen: 1})
	made.ByHand, made.Made, made.Refused, made.Error, made.Remedy = true, 1200, 3, "No licence is left", "Buy one"
	p.add(c, other, provisioning.Account{DesiredGen: 1, DeadAt: time.Now(), Error: "Too long a name", Remedy: "Shorten it"}).Waiting = 2
	page := o.get(at).ok(t)
	for _, want := range []string{"synced", "by hand", "1,200 added", "3 refused", "No licence is left", "What to do: Buy one", "failed", "by the rule", "2 waiting", "Too long a name"} {
		page.says(t, want)
	}
	if page.doc.Find(`a[href="`+at+`?after=2"]`).Length() != 1 {
		t.Error("there is no next page")
	}
	group := o.get("/groups/" + sales.ID).ok(t)
	group.says(t, "Pushed to")
	group.says(t, "1,200 added")
	if group.doc.Find(`#pushed-to a[href="`+at+`"]`).Length() != 1 {
		t.Error("the group's page does not lead to the connector's groups")
	}
	o.led(t, o.post(at+"/"+other.ID+"/retry"), at).says(t, "Trying Other again")
	if fmt.Sprint(p.retried) != "["+other.ID+" ]" {
		t.Errorf("retried %q", p.retried)
	}
	if a := o.post(at + "/nothing/retry"); a.code != http.StatusNotFound {
		t.Errorf("retrying nothing answered %d", a.code)
	}
}

func TestPushesAskAgainWhileUnsettled(t *testing.T) {
	o, p, c, at := pushing(t, connectors.PushGroups, "true")
	push := p.add(c, o.group(t, "Sales"), provisioning.Account{DesiredGen: 1})
	if every := o.get(at).doc.Find("#pushes").AttrOr("hx-trigger", ""); every != "every 2s" {
		t.Errorf("while a group is pending the part asks %q", every)
	}
	push.ObservedGen = 1
	if n := o.get(at).doc.Find("#pushes[hx-get]").Length(); n != 0 {
		t.Error("a settled part asks for ever")
	}
	o.header.Set("HX-Request", "true")
	if part := o.get(at).ok(t); part.doc.Find("aside").Length() != 0 || part.doc.Find("#pushes").Length() != 1 {
		t.Error("htmx gets more than the part")
	}
}

func TestAGroupWhoseIDIsAStrangersIsLookedForAgain(t *testing.T) {
	o, p, c, at := pushing(t, connectors.PushGroups, "true")
	sales := o.group(t, "Sales")
	push := p.add(c, sales, provisioning.Account{DesiredGen: 1, RemoteID: "r9", HeldAt: time.Now(), HeldReason: "Usher remembers the group r9", HeldRemoteID: "r9"})
	button := `form[action="` + at + "/" + sales.ID + `/relocate"]`
	if n := o.get(at).ok(t).doc.Find(button).Length(); n != 1 {
		t.Errorf("the page offers it %d times", n)
	}
	o.led(t, o.post(at+"/"+sales.ID+"/relocate", "remote_id", "r9"), at).says(t, "Looking for the group again")
	if fmt.Sprint(p.retried) != "[again "+sales.ID+" r9]" {
		t.Errorf("asked for %q", p.retried)
	}
	push.Adoptable = true
	if n := o.get(at).doc.Find(button).Length(); n != 0 {
		t.Error("offered where the question is another one")
	}
}

func TestHeldGroupIsAdoptedAfterAQuestion(t *testing.T) {
	o, p, c, at := pushing(t, connectors.PushGroups, "true")
	sales := o.group(t, "Sales")
	push := p.add(c, sales, provisioning.Account{DesiredGen: 1, HeldAt: time.Now(), HeldReason: "A group of this name is there", HeldRemoteID: "r9", Adoptable: true, HeldShown: map[string]any{"displayName": "Sales (old)"}})
	adopt := at + "/" + sales.ID + "/adopt"
	page := o.get(at).ok(t)
	page.says(t, "A group of this name is there")
	if page.doc.Find(`a[href="`+adopt+`"]`).Length() != 1 {
		t.Error("the page does not offer to adopt")
	}
	o.get(adopt).ok(t).says(t, "Sales (old)")
	if a := o.post(adopt, "remote_id", "another"); a.code != http.StatusConflict || len(p.retried) != 0 {
		t.Errorf("approving another group answered %d", a.code)
	}
	o.led(t, o.post(adopt, "remote_id", "r9"), at)
	if fmt.Sprint(p.retried) != "["+sales.ID+" r9]" {
		t.Errorf("retried %q", p.retried)
	}
	push.HeldAt = time.Time{}
	if a := o.get(adopt); a.code != http.StatusConflict {
		t.Errorf("a question that was answered answers %d", a.code)
	}
}

func TestManyMembersLeaveOnlyAfterAQuestion(t *testing.T) {
	o, p, c, at := pushing(t, connectors.PushGroups, "true")
	sales := o.group(t, "Sales")
	p.add(c, sales, provisioning.Account{DesiredGen: 2, ObservedGen: 1, RemoteID: "r9", Origin: provisioning.Created, HeldAt: time.Now(), HeldReason: "40 of the 50 members are no members here", HeldRemoteID: "r9", Adoptable: true,
		HeldShown: map[string]any{"members": float64(50)}})
	ask := at + "/" + sales.ID + "/adopt"
	o.get(at).ok(t).says(t, "Look at members")
	page := o.get(ask).ok(t)
	page.says(t, "40 of the 50 members are no members here")
	page.says(t, "Remove these members")
	page.silent(t, "Adopt this group")
	o.led(t, o.post(ask, "remote_id", "r9"), at)
	if fmt.Sprint(p.retried) != "["+sales.ID+" r9]" {
		t.Errorf("retried %q", p.retried)
	}
}

func TestLogNamesGroups(t *testing.T) {
	o, p, c, _ := pushing(t, connectors.PushGroups, "true")
	p.lines = []provisioning.Attempt{{ID: "1", At: time.Now(), GroupID: "g1", GroupName: "Sales", ConnectorID: c.ID, Connection: "Warehouse", Kind: c.Kind, Operation: provisioning.OpUpdate, Outcome: provisioning.Succeeded}}
	page := o.get("/log").ok(t)
	page.says(t, "Sales (group)")
	if page.doc.Find(`td a[href="/groups/g1"]`).Length() != 1 || page.doc.Find(`td a[href="/users/"]`).Length() != 0 {
		t.Error("the line does not lead to its group")
	}
	one := o.get("/log?group=g1").ok(t)
	one.says(t, "Only attempts for Sales are shown.")
	if one.doc.Find(`input[name=group][value=g1]`).Length() != 1 {
		t.Error("the search forgets the group")
	}
	o.get("/log?group=g2").ok(t).silent(t, "Sales (group)")
}
