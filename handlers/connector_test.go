package handlers

import (
	"strings"
	"testing"
	"time"

	"usher/directory"
	"usher/views"
)

func TestConnectorWizard(t *testing.T) {
	o := newTargetConsole(t)
	path := o.connection("Warehouse")
	tab := path + "/outbound-provisioning"
	o.get(tab).has(t, 200, "No outbound provisioning connectors",
		"This connection has no outbound provisioning connectors configured. Add a connector to view it here.", "New Connector")
	o.get(path+"/connectors/new").has(t, 200, "Connector selection", "SCIM2", "Next")

	res := o.get(path + "/connectors/new?kind=scim2")
	res.has(t, 200, "Configuration", "SCIM base URL", "Authentication", "Policies and limits", "Network")
	if got := res.field("config.requests_per_second"); got != "0" {
		t.Errorf("default of requests per second: %q", got)
	}
	if res.doc.Find(`[data-when-key="config.auth_mode"][data-when-value="bearer"] input[type=password]`).Length() != 1 {
		t.Error("the token does not depend on the authentication")
	}

	res = o.sent(path+"/connectors/new", append(o.settings(), "config.token", "Bearer "+targetToken)...) // as services show it
	res.has(t, 200, "Summary", "•••• set", o.base(), "(not secure)", "Finish")
	res.safe(t)
	draft := res.header.Get("Location")
	if cs, _ := o.store.Connectors(t.Context(), ""); len(cs) != 0 {
		t.Error("saved before Finish")
	}
	again := o.get(path + "/connectors/new?draft=" + draft[strings.LastIndex(draft, "/")+1:])
	again.has(t, 200, "leave unchanged to keep the existing value")
	again.safe(t)
	if got := again.field("config.base_url"); got != o.base() {
		t.Errorf("base URL %q", got)
	}

	res = o.sent(draft)
	res.has(t, 200, "Successfully added the outbound provisioning connector.", "Disabled", "Enabled", "Test connection", "Update")
	res.safe(t)
	cs, err := o.store.Connectors(t.Context(), "")
	if err != nil || len(cs) != 1 {
		t.Fatal(len(cs), err)
	}
	if cs[0].Enabled || cs[0].Settings.Secrets["token"].Reveal() != targetToken || cs[0].Settings.Values["allow_private_network"] != "true" {
		t.Errorf("stored %+v", cs[0])
	}
	o.sent(draft).has(t, 200, "The connector was added already") // not that nothing was saved
	res = o.get(path + "/connectors/new")
	res.has(t, 200, "This connection has one already.")
	if _, ok := res.doc.Find(`input[value=scim2]`).Attr("disabled"); !ok {
		t.Error("a taken kind can be chosen")
	}
	o.get(path+"/connectors/new?kind=scim2").has(t, 422, "has a SCIM2 connector already")
	o.get(path+"/connectors/new?kind=fax").has(t, 422, "Choose one of these")
}

func TestConnectorWizardRefuses(t *testing.T) {
	o := newTargetConsole(t)
	path := o.connection("Warehouse") + "/connectors/new"
	res := o.post(path, "kind", "scim2", "config.base_url", "not a url", "config.auth_mode", "bearer", "config.token", targetToken)
	res.has(t, 422, "Please enter a valid URL", "Kept: what you typed before is used")
	res.safe(t)
	if got := res.field("config.base_url"); got != "not a url" {
		t.Errorf("typed text is gone: %q", got)
	}
	o.post(path, "kind", "scim2", "config.base_url", "https://x.example", "config.auth_mode", "bearer").has(t, 422, "required field")
	res = o.post(path, "kind", "scim2", "config.base_url", "http://x.example", "config.auth_mode", "bearer")
	res.has(t, 422, "The URL is not secure (HTTP). Use HTTPS for a secure connection.")
	res = o.post(path, "kind", "scim2", "config.base_url", "https://x.example", "config.auth_mode", "none", "config.requests_per_second", "many")
	res.has(t, 422, "is a number from 0")
	if _, open := res.doc.Find("details.disclosure").Attr("open"); !open {
		t.Error("the mistake is folded away")
	}
	o.post(path, "kind", "fax").has(t, 422, "Choose one of these")
}

func TestConnectorDraftKeepsItsSecret(t *testing.T) {
	o := newTargetConsole(t)
	path := o.connection("Warehouse") + "/connectors/new"
	first := o.sent(path, o.settings()...).header.Get("Location")
	token := first[strings.LastIndex(first, "/")+1:]
	second := o.sent(path, "kind", "scim2", "draft", token, "config.base_url", o.base(), "config.auth_mode", "bearer", "config.token", "").header.Get("Location")
	o.get(first).has(t, 410)
	o.sent(second)
	cs, _ := o.store.Connectors(t.Context(), "")
	if cs[0].Settings.Secrets["token"].Reveal() != targetToken {
		t.Error("the secret of the draft is lost")
	}
	if cs[0].Settings.Values["allow_private_network"] != "false" {
		t.Error("a switch that was switched off is on")
	}
}

func TestConnectorDraftEnds(t *testing.T) {
	o := newTargetConsole(t)
	path := o.connection("Warehouse")
	draft := o.sent(path+"/connectors/new", o.settings()...).header.Get("Location")
	o.clock = draftLife - time.Minute
	o.get(draft).has(t, 200)
	o.clock = draftLife
	for _, res := range []answer{o.get(draft), o.post(draft), o.post(draft + "/test")} {
		res.has(t, 410, "kept for 30 minutes", "Start again")
	}
	if cs, _ := o.store.Connectors(t.Context(), ""); len(cs) != 0 {
		t.Error("an expired draft was saved")
	}
}

func TestDraftsAreBoundedAndPrivate(t *testing.T) {
	var d connectorDrafts
	now := time.Now()
	mine := connectorDraft{adminID: "a", connectionID: "c"}
	first := d.keep(now, mine)
	if _, ok := d.find(now, first, "b", "c"); ok {
		t.Error("another administrator's draft was found")
	}
	if _, ok := d.find(now, first, "a", "d"); ok {
		t.Error("another connection's draft was found")
	}
	for i := range draftsPerAdmin {
		d.keep(now.Add(time.Duration(i+1)*time.Second), mine)
	}
	if _, ok := d.find(now, first, "a", "c"); ok || len(d.byToken) != draftsPerAdmin {
		t.Errorf("%d drafts of one administrator", len(d.byToken))
	}
	for i := range draftsInAll {
		d.keep(now, connectorDraft{adminID: directory.NewID(), keptAt: now.Add(time.Duration(i))})
	}
	if len(d.byToken) != draftsInAll {
		t.Errorf("%d drafts", len(d.byToken))
	}
	d.keep(now.Add(draftLife+time.Minute), mine)
	if len(d.byToken) != 1 {
		t.Errorf("%d drafts after the others expired", len(d.byToken))
	}
}

func TestConnectorIsUpdated(t *testing.T) {
	o := newTargetConsole(t)
	path := o.connector(o.connection("Warehouse"))
	res := o.sent(path, "revision", "1", "enabled", "true", "config.base_url", o.base()+"/v2", "config.auth_mode", "bearer", "config.token", "")
	res.has(t, 200, "Successfully updated the outbound provisioning connector.")
	res.safe(t)
	c := o.stored(path)
	if !c.Enabled || c.Settings.Values["base_url"] != o.base()+"/v2" || c.Settings.Secrets["token"].Reveal() != targetToken {
		t.Errorf("stored %+v", c)
	}
	if _, on := res.doc.Find("[name=enabled]").Attr("checked"); !on {
		t.Error("the toggle is off")
	}
	o.post(path, "revision", "1", "config.base_url", o.base(), "config.auth_mode", "none").has(t, 409, "Nothing was saved", "You saved this connector after you had opened it.")
	if c := o.stored(path); c.Settings.Values["auth_mode"] != "bearer" {
		t.Error("an older form undid a newer one")
	}
	res = o.post(path, "revision", "2", "config.base_url", "", "config.auth_mode", "bearer", "config.token", targetToken+"2")
	res.has(t, 422, "required field", "Kept: what you typed before is used")
	res.safe(t)
	if c := o.stored(path); !c.Enabled || c.Revision != 2 {
		t.Error("a refused form was saved")
	}
	if _, on := res.doc.Find("[name=enabled]").Attr("checked"); on {
		t.Error("the toggle forgot what was typed")
	}
	if got := o.get(path); got.code != 303 {
		t.Errorf("reloading the answer: %d", got.code)
	}
}

func TestConnectionIsTested(t *testing.T) {
	o := newTargetConsole(t)
	connection := o.connection("Warehouse")
	draft := o.sent(connection+"/connectors/new", o.settings()...).header.Get("Location")
	o.post(draft+"/test").has(t, 200, "Usher can reach and read the target", "What the target can do", "Finish")
	o.sent(draft)
	path := o.connectorPath()

	res := o.post(path+"/test", "revision", "1", "config.base_url", o.base(), "config.auth_mode", "bearer", "config.token", "", "config.allow_private_network", "true")
	res.has(t, 200, "Usher can reach and read the target", "Passed", "What the target can do")
	res.safe(t)
	res = o.post(path+"/test", "revision", "1", "enabled", "true", "config.base_url", o.base(), "config.auth_mode", "bearer", "config.token", "wrong", "config.allow_private_network", "true")
	res.has(t, 200, "The connection does not work yet", "Failed", "Kept: what you typed before is used")
	if strings.Contains(res.text, "wrong\"") {
		t.Error("a typed secret came back")
	}
	o.post(path+"/test", "config.base_url", o.base(), "config.auth_mode", "api_key", "config.api_key", "k3y-k3y", "config.api_key_header", "X Key").
		has(t, 422, "The connection does not work yet", "Nothing was tried", "Enter the name of a header")
	o.post(path+"/test", "config.base_url", "", "config.auth_mode", "none").has(t, 422, "Nothing was tried", "required field")
	if c := o.stored(path); c.Revision != 1 || c.Enabled || c.Settings.Secrets["token"].Reveal() != targetToken {
		t.Errorf("a test saved something: %+v", c)
	}
}

func TestConnectionTestIsAPartForScripts(t *testing.T) {
	o := newTargetConsole(t)
	path := o.connector(o.connection("Warehouse"))
	o.header.Set("HX-Request", "true")
	res := o.post(path+"/test", o.settings()[2:]...)
	res.has(t, 200, "Usher can reach and read the target")
	if res.doc.Find("main").Length() != 0 || res.doc.Find("#report-scim2").Length() != 1 {
		t.Error("the answer is not the report alone")
	}
}

func (o *targetConsole) connectorPath() string {
	o.t.Helper()
	cs, err := o.store.Connectors(o.t.Context(), "")
	if err != nil || len(cs) == 0 {
		o.t.Fatal(len(cs), err)
	}
	return "/connections/" + cs[0].ConnectionID + "/connectors/" + cs[0].ID
}

func TestConnectorInUseIsNotDeleted(t *testing.T) {
	o := newTargetConsole(t)
	path, provisioner := o.provisioner("Warehouse")
	connection := path[:strings.Index(path, "/connectors/")]
	for _, p := range []string{path, connection} {
		res := o.get(p + "/delete")
		res.has(t, 200, "cannot be deleted yet", "Provisioner: Warehouse, SCIM2")
		if res.doc.Find(`a[href="`+provisioner+`"]`).Length() == 0 || res.doc.Find("[name=confirm]").Length() != 0 {
			t.Errorf("%s does not lead to the provisioner", p)
		}
	}
	o.post(path+"/delete", "confirm", "SCIM2").has(t, 409, "cannot be deleted yet")
	o.post(connection+"/delete", "confirm", "Warehouse").has(t, 409, "cannot be deleted yet")
	o.get(connection+"/outbound-provisioning").has(t, 200, "Used by the outbound provisioner Warehouse, SCIM2", "changes wait")
	res := o.sent(path, append(o.settings(), "revision", "2")...)
	res.has(t, 200, "It is disabled: nothing is sent to the target until you enable it again")

	o.sent(provisioner+"/delete", "confirm", "Warehouse")
	o.post(path+"/delete", "confirm", "scim").has(t, 422, "This is not the name")
	o.sent(path+"/delete", "confirm", "SCIM2").has(t, 200, "Successfully deleted the outbound provisioning connector.", "No outbound provisioning connectors")
}

func TestFormsCarryNoSecret(t *testing.T) {
	o := newTargetConsole(t)
	path := o.connector(o.connection("Warehouse"))
	d, err := o.h.kind("scim2")
	if err != nil {
		t.Fatal(err)
	}
	in := map[string]string{"token": targetToken, "base_url": "x"}
	for _, f := range []views.ConnectorForm{typedForm(d, in, directory.Settings{}, nil), storedForm(d, o.stored(path).Settings)} {
		for key, v := range f.Values {
			if v == targetToken {
				t.Errorf("%s carries the secret", key)
			}
		}
	}
	for _, f := range summary(d, o.stored(path).Settings) {
		if strings.Contains(f.Text, targetToken) {
			t.Errorf("the summary of %s has the secret in it", f.Term)
		}
	}
}
