package handlers

import (
	"strings"
	"testing"
	"time"

	"usher/directory"
	"usher/provisioning"
)

const provisionersPath = "/login-registration/outbound-provisioning"

// provisioner makes a connection, an enabled connector and a provisioner, and returns the paths of the last two.
func (o *targetConsole) provisioner(name string) (connector, provisioner string) {
	o.t.Helper()
	connection := o.connection(name)
	connector = o.connector(connection)
	o.sent(connector, append(o.settings(), "revision", "1", "enabled", "true")...)
	id := o.stored(connector).ID
	res := o.sent(provisionersPath+"/new", "connection", strings.TrimPrefix(connection, "/connections/"), "connector", id)
	res.has(o.t, 200, "Successfully added the outbound provisioning configuration.", name)
	return connector, res.header.Get("Location")
}

func (o *targetConsole) only() directory.Provisioner {
	o.t.Helper()
	ps, err := o.store.Provisioners(o.t.Context())
	if err != nil || len(ps) != 1 {
		o.t.Fatal(len(ps), err)
	}
	return ps[0]
}

func TestProvisionersBeginEmpty(t *testing.T) {
	o := newTargetConsole(t)
	res := o.get("/login-registration")
	res.has(t, 200, "Provisioning Settings", "Outbound Provisioning Configuration")
	if res.doc.Find(`a[href="`+provisionersPath+`"]`).Length() == 0 {
		t.Error("the card leads nowhere")
	}
	o.get(provisionersPath).has(t, 200, "Configure outbound provisioning settings for the resident application.", "No outbound provisioners",
		"No outbound provisioners configured. Add a provisioner to view it here.", "New Provisioner")
	res = o.get(provisionersPath + "/new")
	res.has(t, 200, "There is no connector to send users to")
	if res.doc.Find(`main a[href="/connections"]`).Length() == 0 || res.doc.Find("[name=connection]").Length() != 0 {
		t.Error("the page does not lead on")
	}
}

func TestProvisionerWizard(t *testing.T) {
	o := newTargetConsole(t)
	connection := o.connection("Warehouse")
	connector := o.connector(connection)
	o.get(provisionersPath+"/new").has(t, 200, "There is no connector to send users to") // it is disabled
	o.sent(connector, append(o.settings(), "revision", "1", "enabled", "true")...)
	id := strings.TrimPrefix(connection, "/connections/")

	res := o.get(provisionersPath + "/new")
	res.has(t, 200, "Add Outbound Provisioner", "Select the provisioner to provision users.", "Provisioner Details", "Connection", "Provisioning Connector",
		"Blocking", "Block the authentication flow until the provisioning is completed.",
		"JIT Outbound", "Provision users to the store authenticated using just-in-time provisioning.", "If provisioning fails", "Reject the user", "Create the user anyway")
	if res.doc.Find("[name=connection] option").Length() != 2 || res.doc.Find("[name=connector] option").Length() != 1 {
		t.Error("the choices are wrong")
	}
	for name, want := range map[string]string{"on_failure": "blocking", "deadline": "blocking"} {
		if res.doc.Find(`[data-when-key=`+want+`] [name=`+name+`]`).Length() == 0 {
			t.Errorf("%s does not depend on %s", name, want)
		}
	}
	res = o.get(provisionersPath + "/new?connection=" + id + "&blocking=true&on_failure=create_anyway&deadline=7")
	res.has(t, 200, "SCIM2")
	if res.field("deadline") != "7" || res.doc.Find("[name=blocking][checked]").Length() != 1 || res.doc.Find("[value=create_anyway][checked]").Length() != 1 {
		t.Error("choosing a connection without scripts forgets what was typed")
	}
	o.header.Set("HX-Request", "true")
	if res = o.get(provisionersPath + "/new?connection=" + id); res.doc.Find("main").Length() != 0 || res.doc.Find("[name=connector] option").Length() != 2 {
		t.Error("htmx does not get the field alone")
	}
	o.header.Del("HX-Request")
	res = o.sent(provisionersPath+"/new", "connection", id, "connector", o.stored(connector).ID, "blocking", "true", "on_failure", "create_anyway", "deadline", "7", "jit_outbound", "true")
	res.has(t, 200, "Successfully added the outbound provisioning configuration.", "Warehouse")
	if p := o.only(); !p.Blocking || p.OnFailure != directory.CreateAnyway || p.Deadline != 7*time.Second || !p.JITOutbound {
		t.Errorf("stored %+v", p)
	}
	o.get(provisionersPath).has(t, 200, "Warehouse", "SCIM2", "On")
	o.get(provisionersPath+"/new").has(t, 200, "There is no connector to send users to") // one per connector
}

func TestProvisionerWizardRefuses(t *testing.T) {
	o := newTargetConsole(t)
	connection := o.connection("Warehouse")
	connector := o.connector(connection)
	o.sent(connector, append(o.settings(), "revision", "1", "enabled", "true")...)
	id := strings.TrimPrefix(connection, "/connections/")
	res := o.post(provisionersPath+"/new", "blocking", "true", "deadline", "900", "jit_outbound", "true", "on_failure", "reject")
	res.has(t, 422, "It is mandatory to select a provisioning connection.", "It is mandatory to select a provisioning connector.", "between 1 and 120 seconds")
	if res.field("deadline") != "900" || res.doc.Find("[name=jit_outbound][checked]").Length() != 1 {
		t.Error("what was typed is gone")
	}
	res = o.post(provisionersPath+"/new", "connection", id)
	res.has(t, 422, "It is mandatory to select a provisioning connector.")
	if res.doc.Find("[name=connector] option").Length() != 2 {
		t.Error("the chosen connection's connectors are not offered")
	}
	o.post(provisionersPath+"/new", "connection", id, "connector", "someone's").has(t, 422, "mandatory to select a provisioning connector")
	o.post(provisionersPath+"/new", "connection", id, "connector", o.stored(connector).ID, "blocking", "true", "on_failure", "shrug", "deadline", "5").has(t, 422, "Choose what happens")
	if ps, _ := o.store.Provisioners(t.Context()); len(ps) != 0 {
		t.Error("a refused form was saved")
	}
}

// people adds users in the database, past every door.
func (o *targetConsole) people(names ...string) {
	o.t.Helper()
	for _, name := range names {
		u := directory.User{UserName: name, Active: true, Source: directory.Console}
		if _, _, err := o.h.Directory.CreateUser(o.t.Context(), u, directory.Actor{Kind: directory.BySystem}); err != nil {
			o.t.Fatal(err)
		}
	}
}

func TestProvisionerProgress(t *testing.T) {
	o := newTargetConsole(t)
	o.people("ada", "grace")
	connector, path := o.provisioner("Warehouse")
	res := o.get(path)
	res.has(t, 200, "0 of 2", "Pending", "Sync now")
	if res.doc.Find(`#provisioner-progress[hx-trigger="every 1s"]`).Length() != 1 {
		t.Error("the page does not look again")
	}
	o.header.Set("HX-Request", "true")
	for at, region := range map[string]string{path: "#provisioner-progress", connector: "#progress-scim2"} {
		if res := o.get(at + "/progress"); res.doc.Find("main").Length() != 0 || res.doc.Find(region).Length() != 1 {
			t.Errorf("%s: the fragment is not alone", at)
		}
	}
	o.header.Del("HX-Request")
	for _, at := range []string{path, connector} {
		if res := o.get(at + "/progress"); res.code != 303 {
			t.Errorf("%s: the fragment as a page: %d", at, res.code)
		}
	}
	o.provisionAll()
	res = o.get(path)
	res.has(t, 200, "2 of 2", "Synced")
	if res.doc.Find(`#provisioner-progress[hx-trigger]`).Length() != 0 {
		t.Error("a settled page asks on")
	}
	o.get(provisionersPath).has(t, 200, "2 of 2 synced")
	o.sent(path+"/sync").has(t, 200, "The sync has begun.", "2 accounts are looked at again.", "Pending")
	o.sent(connector, append(o.settings(), "revision", "2")...)
	res = o.get(path)
	res.has(t, 200, "The connector is disabled")
	if res.doc.Find(`#provisioner-progress[hx-trigger]`).Length() != 0 {
		t.Error("a page that waits for a disabled connector asks on")
	}
}

// provisionAll lets an engine work until every account is settled.
func (o *targetConsole) provisionAll() {
	o.t.Helper()
	engine := provisioning.New(o.store, o.h.Opener, provisioning.Config{}, o.h.Log)
	for _, u := range o.users() {
		engine.ProvisionNow(o.t.Context(), u.ID, []directory.Provisioner{o.only()})
	}
	engine.Drain()
}

func (o *targetConsole) users() []directory.User {
	o.t.Helper()
	p, err := o.store.Users(o.t.Context(), directory.UserFilter{})
	if err != nil {
		o.t.Fatal(err)
	}
	return p.Users
}

func TestProvisionerIsUpdated(t *testing.T) {
	o := newTargetConsole(t)
	_, path := o.provisioner("Warehouse")
	o.sent(path, "revision", "1", "blocking", "true", "on_failure", "create_anyway", "deadline", "9").has(t, 200, "Successfully updated the outbound provisioning configuration.")
	if p := o.only(); !p.Blocking || p.Deadline != 9*time.Second || p.JITOutbound {
		t.Errorf("stored %+v", p)
	}
	res := o.edit(path, "blocking", "true", "on_failure", "reject", "deadline", "soon")
	res.has(t, 422, "between 1 and 120 seconds")
	if res.field("deadline") != "soon" || o.only().Deadline != 9*time.Second {
		t.Error("what was typed is gone, or was saved")
	}
}

func TestProvisionerIsDeletedByName(t *testing.T) {
	o := newTargetConsole(t)
	o.people("ada", "grace", "mary")
	_, path := o.provisioner("Warehouse")
	o.provisionAll()
	o.get(path+"/delete").has(t, 200, "3 users are sent there. Accounts at the target stay as they are, and are not managed any more")
	o.post(path+"/delete", "confirm", "").has(t, 422, "This is not the name")
	o.only()
	o.sent(path+"/delete", "confirm", "Warehouse").has(t, 200, "Successfully removed the outbound provisioning configuration.", "No outbound provisioners")
	if n := len(o.fake.Snapshot()); n != 3 {
		t.Errorf("%d accounts are left at the target", n)
	}
}
