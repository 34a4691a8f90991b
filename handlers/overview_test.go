package handlers

import (
	"strings"
	"testing"

	"usher/directory"
)

func TestOverviewTicksTheSteps(t *testing.T) {
	o := newConsole(t)
	done := func() int { return strings.Count(words(o.get("/").ok(t)), "(done)") }
	if n := done(); n != 0 {
		t.Errorf("%d steps are done at the start", n)
	}
	o.work(t)
	o.target(t, "Warehouse", directory.Provisioner{})
	if n := done(); n != 4 {
		t.Errorf("%d steps are done with a provisioner", n)
	}
	u := o.user(t, "grace")
	o.until(t, "/users/"+u.ID, "synced")
	if n := done(); n != 5 {
		t.Errorf("%d steps are done with a user", n)
	}
	o.user(t, "ada")
	o.led(t, o.post("/users/"+u.ID+"/delete", "confirm", "grace"), "/users")
	o.logged(t, "operation=delete&outcome=succeeded")
	page := o.get("/").ok(t)
	page.silent(t, "Getting started")
	page.says(t, "Attempts in the last 24 hours")
}
