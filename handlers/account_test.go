package handlers

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/directory"
	"usher/provisioning"
)

func TestFailedAccountIsExplainedAndRetried(t *testing.T) {
	o := newConsole(t)
	o.work(t)
	fake, c := o.target(t, "Warehouse", directory.Provisioner{})
	fake.AddFault(fakekit.Fault{Method: "POST", Times: -1, Status: 400, Body: `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","detail":"Badge number is missing"}`})
	u := o.user(t, "grace")
	at := "/users/" + u.ID
	page := o.until(t, at, "Badge number is missing")
	page.says(t, "failed")
	page.says(t, "What to do:")
	page.silent(t, targetToken)
	o.get("/users?show=trouble").says(t, "Grace Hopper")
	o.get("/").ok(t).says(t, "Badge number is missing")

	fake.ClearFaults()
	o.led(t, o.post(at+"/accounts/"+c.ID+"/retry"), at).says(t, "Trying again")
	o.until(t, at, "synced")
	o.logged(t, "outcome=succeeded&user="+u.ID).says(t, "pressed Retry now")
}

func TestUnsettledPartAsksAgain(t *testing.T) {
	o := newConsole(t)
	o.target(t, "Warehouse", directory.Provisioner{})
	u := o.user(t, "grace")
	page := o.get("/users/" + u.ID).ok(t)
	region := page.doc.Find("#accounts")
	url := region.AttrOr("hx-get", "")
	if !strings.HasPrefix(url, "/users/"+u.ID+"/accounts?seen=") || region.AttrOr("hx-trigger", "") != "every 1s" {
		t.Errorf("the part asks for %q %q", region.AttrOr("hx-get", ""), region.AttrOr("hx-trigger", ""))
	}
	o.Server.Now = func() time.Time { return time.Now().Truncate(time.Hour) }
	url = o.get("/users/"+u.ID).doc.Find("#accounts").AttrOr("hx-get", "")
	if same := o.get(url); same.code != http.StatusNoContent {
		t.Errorf("nothing changed, and the part answered %d", same.code)
	}
	_, err := o.Directory.SetActive(t.Context(), u.ID, false, clerk)
	must(t, err)
	part := o.get(url).ok(t)
	if part.doc.Find("#accounts").Length() != 1 || part.doc.Find("#user-status[hx-swap-oob]").Length() != 1 || part.doc.Find("aside").Length() != 0 {
		t.Error("the part is not the part of the page")
	}
	if end := o.get("/users/nobody/accounts").ok(t); end.doc.Find("[hx-get]").Length() != 0 {
		t.Error("a page about nobody would ask for ever")
	}
}

func TestHeldAccountIsAdoptedAfterAQuestion(t *testing.T) {
	o := newConsole(t)
	o.work(t)
	fake, c := o.target(t, "Warehouse", directory.Provisioner{})
	remote, err := fake.Put(map[string]any{"userName": "grace", "displayName": "Old Grace", "active": true})
	must(t, err)
	u := o.user(t, "grace")
	at := "/users/" + u.ID
	adopt := at + "/accounts/" + c.ID + "/adopt"
	page := o.until(t, at, "Adopt this account")
	page.says(t, "Old Grace")
	page.says(t, "Held for an administrator")
	o.get(adopt).ok(t).says(t, "the account is disabled and not removed")
	if a := o.post(adopt, "remote_id", "another"); a.code != http.StatusConflict {
		t.Errorf("approving another account answered %d", a.code)
	}
	o.led(t, o.post(adopt, "remote_id", remote), at)
	o.until(t, at, "adopted: it was there before")
	o.until(t, at, "synced")
	if a := o.get(adopt); a.code != http.StatusConflict {
		t.Errorf("a question that was answered answers %d", a.code)
	}
	o.get(at+"/delete").says(t, "will be disabled, because it was adopted")
	if got := fake.Snapshot()[0].DisplayName; got != "Grace Hopper" {
		t.Errorf("the account's name is %q", got)
	}
}

// TestALeaversHeldAccountIsAdopted: the button works for a user who was deleted, and the page says what comes of it.
func TestALeaversHeldAccountIsAdopted(t *testing.T) {
	o := newConsole(t)
	_, c := o.target(t, "Warehouse", directory.Provisioner{})
	u, _, err := o.Directory.CreateUser(t.Context(), directory.User{UserName: "grace", Active: true, Source: directory.Console}, clerk)
	must(t, err)
	now := time.Now()
	claim := provisioning.Claim{ConnectorID: c.ID, UserID: u.ID, Least: provisioning.Bulk, Limit: 1, Lease: "test", Until: now.Add(time.Minute), Now: now}
	tasks, err := o.store.Claim(t.Context(), claim)
	must(t, err)
	_, err = o.Directory.DeleteUser(t.Context(), u.ID, clerk)
	must(t, err)
	tasks[0].DesiredGen++ // as if the deletion had been claimed
	held := &connectors.Error{Kind: connectors.Conflict, Op: "find", Message: "It may be the one.", Remedy: "Adopt it."}
	_, err = o.store.Record(t.Context(), []provisioning.Result{{Task: tasks[0], Operation: provisioning.OpFind, Hold: true, Kind: held.Kind, Err: held, Found: connectors.Account{ID: "r7"}, Adoptable: true}}, now)
	must(t, err)
	at := "/users/" + u.ID
	o.get(at).ok(t).says(t, "Adopt this account")
	o.get(at+"/accounts/"+c.ID+"/adopt").ok(t).says(t, "Usher disables or removes account r7 at Warehouse")
	o.led(t, o.post(at+"/accounts/"+c.ID+"/adopt", "remote_id", "r7"), at)
}

func TestWhyAUserIsNotAtATarget(t *testing.T) {
	o := newConsole(t)
	o.work(t)
	_, off := o.target(t, "Attic", directory.Provisioner{})
	u := directory.User{UserName: "grace", Source: directory.JIT, Active: true}
	o.target(t, "Warehouse", directory.Provisioner{})
	off.Enabled = false
	saved, err := o.store.Connector(t.Context(), off.ID)
	must(t, err)
	saved.Enabled = false
	must(t, o.Directory.UpdateConnector(t.Context(), saved, clerk))
	u, _, err = o.Directory.CreateUser(t.Context(), u, clerk)
	must(t, err)
	page := o.until(t, "/users/"+u.ID, "JIT Outbound is off")
	page.says(t, "The connector is switched off.")
	if n := page.doc.Find("#accounts").Text(); n == "" {
		t.Error("no accounts part")
	}
	o.get("/users").says(t, "not sent")
}

func TestLeaverIsShownUntilCleared(t *testing.T) {
	o := newConsole(t)
	o.work(t)
	fake, c := o.target(t, "Warehouse", directory.Provisioner{})
	u := o.user(t, "grace")
	at := "/users/" + u.ID
	o.until(t, at, "synced")
	fake.AddFault(fakekit.Fault{Method: "DELETE", Times: -1, Status: 400})
	o.led(t, o.post(at+"/delete", "confirm", "grace"), "/users")
	page := o.until(t, at, "failed")
	page.says(t, "This user was deleted")
	page.says(t, "grace")
	if a := o.get(at + "/edit"); a.code != http.StatusNotFound {
		t.Errorf("editing a leaver answered %d", a.code)
	}
	fake.ClearFaults()
	if a := o.post(at + "/accounts/" + c.ID + "/retry"); a.code != http.StatusSeeOther {
		t.Fatalf("retry answered %d", a.code)
	}
	for end := time.Now().Add(10 * time.Second); o.get(at).code != http.StatusNotFound; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the leaver stays")
		}
	}
	if fake.Count() != 0 {
		t.Error("the account stays")
	}
}

// TestSwitchedOffIsShown: a target that a provisioner sends to and whose connector is disabled is nowhere green.
func TestSwitchedOffIsShown(t *testing.T) {
	o := newConsole(t)
	o.work(t)
	o.target(t, "Warehouse", directory.Provisioner{})
	_, off := o.target(t, "Attic", directory.Provisioner{})
	before := o.user(t, "grace")
	o.until(t, "/users/"+before.ID, "synced")
	saved, err := o.store.Connector(t.Context(), off.ID)
	must(t, err)
	saved.Enabled = false
	must(t, o.Directory.UpdateConnector(t.Context(), saved, clerk))
	after := o.user(t, "ada")
	for _, u := range []directory.User{before, after} {
		page := o.get("/users/" + u.ID).ok(t)
		if got := strings.TrimSpace(page.doc.Find("#user-status").Text()); got != "switched off" {
			t.Errorf("%s as a whole is %q", u.UserName, got)
		}
		page.says(t, "The connector is switched off")
		if got := strings.TrimSpace(o.get("/users").doc.Find("#user-" + u.ID + " td").Last().Text()); got != "switched off" {
			t.Errorf("%s in the list is %q", u.UserName, got)
		}
	}
	o.get("/").ok(t).says(t, "Attic is switched off")
	o.get("/").says(t, "1 connector switched off")
	o.get("/connections").ok(t).says(t, "SCIM2 (switched off)")
	o.get("/connections/"+off.ConnectionID+"/outbound-provisioning").ok(t).says(t, "Disabled: a provisioner uses it")
	list := o.get("/login-registration/outbound-provisioning").ok(t)
	list.says(t, "Switched off: nothing is sent")
	ps, err := o.store.Provisioners(t.Context())
	must(t, err)
	for _, p := range ps {
		if p.ConnectorID == off.ID {
			page := o.get("/login-registration/outbound-provisioning/" + p.ID).ok(t)
			page.says(t, "Switched off 1")
			page.silent(t, "synced")
		}
	}
}
