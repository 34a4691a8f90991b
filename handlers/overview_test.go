package handlers

import (
	"strings"
	"testing"

	"usher/directory"
)

func TestOverviewTicksTheSteps(t *testing.T) {
	o := newBureau(t)
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

type stillTarget struct{ rows []DemoAccount }

func (s stillTarget) Accounts(n int) ([]DemoAccount, int) {
	return s.rows[:min(n, len(s.rows))], len(s.rows)
}

func TestTargetPage(t *testing.T) {
	o := newBureau(t)
	o.Demo = stillTarget{[]DemoAccount{{ID: "7", ExternalID: "x", UserName: "grace", Active: true}}}
	page := o.get("/target").ok(t)
	page.says(t, "grace")
	if page.doc.Find("#target[hx-get='/target']").Length() != 1 || page.doc.Find("nav a[href='/target']").Length() == 0 {
		t.Error("the page does not keep itself up to date, or is not in the sidebar")
	}
	if o.get("/target?pause=1").doc.Find("#target[hx-get]").Length() != 0 {
		t.Error("a paused page asks for news")
	}
	o.header.Set("HX-Request", "true")
	if part := o.get("/target").ok(t); part.doc.Find("aside").Length() != 0 || part.doc.Find("#target").Length() != 1 {
		t.Error("htmx gets more than the part")
	}
}
