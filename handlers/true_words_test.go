package handlers

import (
	"testing"

	"usher/directory"
)

// TestTitlesNameTheObject: several tabs that all say Edit help nobody.
func TestTitlesNameTheObject(t *testing.T) {
	o := newConsole(t)
	o.work(t)
	_, c := o.target(t, "Warehouse", directory.Provisioner{})
	u := o.user(t, "grace")
	g := o.group(t, "Sailors", u)
	o.until(t, "/users/"+u.ID, "synced")
	title := func(path string) string { return o.get(path).ok(t).doc.Find("title").Text() }
	for path, want := range map[string]string{
		"/users/" + u.ID:             "Grace Hopper · Usher",
		"/users/" + u.ID + "/edit":   "Edit · Grace Hopper · Usher",
		"/users/" + u.ID + "/delete": "Delete · Grace Hopper · Usher",
		"/users":                     "Users · Usher",
		"/connections/" + c.ConnectionID + "/outbound-provisioning": "Outbound provisioning · Warehouse · Usher",
		"/connections/" + c.ConnectionID + "/delete":                "Delete · Warehouse · Usher",
		"/groups/" + g.ID: "Sailors · Usher",
	} {
		if got := title(path); got != want {
			t.Errorf("%s is called %q, want %q", path, got, want)
		}
	}
	entry, _ := o.logged(t, "").doc.Find(`a[href^="/log/"]`).First().Attr("href")
	if got := title(entry); got != "Attempt for grace · Usher" {
		t.Errorf("an attempt is called %q", got)
	}
}

// TestNoMailIsPromised where there is no mail server; the administrator is told that mails wait.
func TestNoMailIsPromised(t *testing.T) {
	o := newSignUpConsole(t, nil)
	o.mailer(t, false)
	u := o.user(t, "grace")
	b := o.visitor(t)
	for _, a := range []answer{b.post("/forgot", "user_name", "grace"), b.post("/register/resend", "email", "x@example.com"), registerAs(b)} {
		a.ok(t).says(t, "No mail can be sent at the moment")
		a.says(t, "Ask an administrator of")
		a.silent(t, "We sent")
		a.silent(t, "on its way")
	}
	a := o.led(t, o.post("/users/"+u.ID+"/invite"), "/users/"+u.ID)
	a.says(t, "The invitation waits for a mail server")
	o.get("/").ok(t).says(t, "Mail is not sent")
}

// TestAllStepsStayDone when the only user was deleted: they had been created.
func TestAllStepsStayDone(t *testing.T) {
	o := newConsole(t)
	o.work(t)
	o.target(t, "Warehouse", directory.Provisioner{})
	u := o.user(t, "grace")
	o.until(t, "/users/"+u.ID, "synced")
	o.get("/").says(t, "Getting started")
	o.led(t, o.post("/users/"+u.ID+"/delete", "confirm", "grace"), "/users")
	o.logged(t, "operation=delete")
	page := o.get("/").ok(t)
	page.silent(t, "Getting started")
}
