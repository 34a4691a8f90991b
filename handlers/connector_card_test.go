package handlers

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

func TestATestOfTheStoredSettingsIsKept(t *testing.T) {
	o := newConsole(t)
	_, c := o.target(t, "Warehouse", directory.Provisioner{})
	tab := "/connections/" + c.ConnectionID + "/outbound-provisioning"
	at := "/connections/" + c.ConnectionID + "/connectors/" + c.ID
	o.get(tab).ok(t).silent(t, "Checked")
	base := c.Settings.Values["base_url"]
	other := []string{"config.base_url", base + "/elsewhere", "config.auth_mode", "bearer", "config.allow_private_network", "true", "config.requests_per_second", "0"}
	o.post(at+"/test", other...).ok(t)
	o.get(tab).ok(t).silent(t, "Checked")

	same := []string{"config.base_url", base, "config.auth_mode", "bearer", "config.token", "", "config.allow_private_network", "true", "config.requests_per_second", "0"}
	o.header.Set("HX-Request", "true")
	part := o.post(at+"/test", same...).ok(t)
	if part.doc.Find("#check-scim2[hx-swap-oob]").Length() != 1 || strings.Count(part.text, "What the target can do") != 1 {
		t.Error("the answer does not bring the capability card, once")
	}
	o.header.Del("HX-Request")
	page := o.get(tab).ok(t)
	page.says(t, "Checked just now")
	page.silent(t, "Use these settings")
	if page.doc.Find("#check-scim2 li").Length() == 0 || page.doc.Find("form #check-scim2").Length() != 0 {
		t.Error("the card has no capabilities, or stands in another form")
	}
}

func TestProposalsAreUsed(t *testing.T) {
	o := newConsole(t)
	_, c := o.target(t, "Warehouse", directory.Provisioner{})
	tab := "/connections/" + c.ConnectionID + "/outbound-provisioning"
	at := "/connections/" + c.ConnectionID + "/connectors/" + c.ID + "/proposals"
	propose := func(value string) {
		must(t, o.store.SaveCheck(t.Context(), c.ID, provisioning.LastCheck{At: time.Now(), Error: "Half of it failed", Report: connectors.Report{
			Proposals: []connectors.Proposal{{Key: connectors.RequestsLimit, Value: value, Why: "The target allows no more."}, {Key: connectors.OnExisting, Value: connectors.HoldExisting, Why: "Said already."},
				{Key: "token", Value: "stolen", Why: "Never."}, {Key: "gone", Value: "1", Why: "No such setting."}}}}))
	}
	propose("9")
	page := o.get(tab).ok(t)
	page.says(t, "Requests per second: 9 instead of 0. The target allows no more.")
	page.says(t, "Half of it failed")
	for _, unwanted := range []string{"Said already.", "stolen", "No such setting."} {
		page.silent(t, unwanted)
	}
	seen := page.field("seen")
	propose("8")
	if a := o.post(at, "seen", seen, "revision", "1"); a.code != http.StatusConflict {
		t.Errorf("proposals that nobody saw answered %d", a.code)
	}
	seen = o.get(tab).field("seen")
	if a := o.post(at, "seen", seen, "revision", "7"); a.code != http.StatusUnprocessableEntity {
		t.Errorf("another revision answered %d", a.code)
	}
	o.led(t, o.post(at, "seen", seen, "revision", "1"), tab).silent(t, "Use these settings")
	saved, err := o.store.Connector(t.Context(), c.ID)
	must(t, err)
	if saved.Settings.Values[connectors.RequestsLimit] != "8" || saved.Settings.Secrets["token"].Reveal() != targetToken {
		t.Errorf("stored %+v", saved.Settings.Values)
	}
	if a := o.post(at, "seen", seen, "revision", "2"); a.code != http.StatusConflict {
		t.Errorf("using nothing answered %d", a.code)
	}
}
