package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"usher/connectors/scim2/scim2fake"
	"usher/directory"
)

func (o *console) group(t *testing.T, name string, members ...directory.User) directory.Group {
	t.Helper()
	ids := make([]string, len(members))
	for i, u := range members {
		ids[i] = u.ID
	}
	g, err := o.Directory.CreateGroup(t.Context(), directory.Group{DisplayName: name}, ids, clerk)
	must(t, err)
	return g
}

func checked(a answer) string {
	return fmt.Sprint(a.doc.Find(`input[name="picked"][checked]`).Map(func(_ int, s *goquery.Selection) string {
		return strings.TrimSpace(a.doc.Find(`label[for="` + s.AttrOr("id", "") + `"]`).Text())
	}))
}

func TestGroupIsMade(t *testing.T) {
	o := newConsole(t)
	ada, _ := o.user(t, "ada"), o.user(t, "bob")
	o.get("/groups").ok(t).says(t, "No groups yet")
	o.get("/groups/new").ok(t).says(t, "Group name")

	found := o.post("/groups/new", "display_name", "Sales", "picked", ada.ID, "search", "bob", "find", "1").ok(t)
	if found.field("display_name") != "Sales" || checked(found) != "[Grace Hopper]" {
		t.Errorf("a search forgets what was typed or chosen: %q, %s", found.field("display_name"), checked(found))
	}
	found.says(t, "bob")
	empty := o.post("/groups/new", "display_name", " ", "picked", ada.ID)
	if empty.code != http.StatusUnprocessableEntity || checked(empty) != "[Grace Hopper]" {
		t.Errorf("a group without a name answered %d with %s", empty.code, checked(empty))
	}
	empty.says(t, "Enter a name.")

	a := o.post("/groups/new", "display_name", "Sales", "picked", ada.ID)
	at := a.header.Get("Location")
	page := o.led(t, a, at)
	page.says(t, "Sales was created")
	page.says(t, "ada")
	if again := o.post("/groups/new", "display_name", "SALES"); again.code != http.StatusUnprocessableEntity {
		t.Errorf("a second group of this name answered %d", again.code)
	} else {
		again.says(t, "already exists")
	}
}

func TestGroupIsChangedAndDeleted(t *testing.T) {
	o := newConsole(t)
	ada, bob := o.user(t, "ada"), o.user(t, "bob")
	at := "/groups/" + o.group(t, "Sales", ada).ID
	o.get(at+"/members").ok(t).says(t, "is a member already")
	if none := o.post(at + "/members"); none.code != http.StatusUnprocessableEntity {
		t.Errorf("adding nobody answered %d", none.code)
	}
	if stranger := o.post(at+"/members", "picked", directory.NewID()); stranger.code != http.StatusUnprocessableEntity {
		t.Errorf("adding nobody that there is answered %d", stranger.code)
	}
	o.led(t, o.post(at+"/members", "picked", bob.ID), at).says(t, "bob")
	o.get(at+"?q=bob").ok(t).says(t, "Showing 1 member")
	o.get(at+"?q=zed").ok(t).says(t, "No member matches")
	o.led(t, o.post(at+"/remove", "member", ada.ID), at).says(t, "Removed from Sales")
	o.get("/groups?q=sal").ok(t).says(t, "Sales")
	o.get("/groups?q=zed").ok(t).says(t, "No group matches")

	general := o.get(at + "/general").ok(t)
	version := general.field("revision")
	o.led(t, o.post(at+"/general", "display_name", "Sales North", "revision", version), at+"/general").says(t, "Sales North")
	stale := o.post(at+"/general", "display_name", "Sales South", "revision", version)
	if stale.code != http.StatusConflict || stale.field("display_name") != "Sales South" {
		t.Errorf("an edit of an old version answered %d with %q", stale.code, stale.field("display_name"))
	}
	if wrong := o.post(at+"/delete", "confirm", "sales"); wrong.code != http.StatusUnprocessableEntity {
		t.Errorf("deleting by the wrong name answered %d", wrong.code)
	}
	o.led(t, o.post(at+"/delete", "confirm", "Sales North"), "/groups").says(t, "Successfully deleted the group.")
	if a := o.get(at); a.code != http.StatusNotFound {
		t.Errorf("a deleted group answered %d", a.code)
	}
}

func TestGroupsOfAUser(t *testing.T) {
	o := newConsole(t)
	u := o.user(t, "ada")
	a, b, c := o.group(t, "Alpha", u), o.group(t, "Beta"), o.group(t, "Gamma", u)
	at := "/users/" + u.ID
	o.get(at).ok(t).says(t, "Gamma")
	form := o.get(at + "/groups").ok(t)
	if checked(form) != "[Alpha Gamma]" {
		t.Errorf("checked are %s", checked(form))
	}
	// Meanwhile somebody else takes the user out of Gamma; Gamma was not what this form changed.
	_, err := o.Directory.UpdateGroup(t.Context(), directory.Group{ID: c.ID, DisplayName: c.DisplayName}, directory.MemberChange{Clear: true}, clerk)
	must(t, err)
	d := o.group(t, "Delta", u)
	page := o.led(t, o.post(at+"/groups", "had", a.ID, "had", c.ID, "picked", b.ID), at)
	page.says(t, "Beta")
	page.says(t, "Delta")
	page.silent(t, ">Alpha<")
	if gone := o.post(at+"/groups", "picked", directory.NewID()); gone.code != http.StatusUnprocessableEntity {
		t.Errorf("an unknown group answered %d", gone.code)
	}
	_ = d

	form = o.get("/users/new").ok(t)
	if form.doc.Find(`input[name="groups"]`).Length() != 4 {
		t.Errorf("the form for a new user offers %d groups", form.doc.Find(`input[name="groups"]`).Length())
	}
	again := o.post("/users/new", append(typed("user_name", ""), "groups", b.ID)...)
	if got, _ := again.doc.Find(`input[name="groups"][checked]`).Attr("value"); got != b.ID {
		t.Errorf("a refused form forgets the group: %q", got)
	}
	made := o.post("/users/new", append(typed(), "groups", b.ID)...)
	o.led(t, made, made.header.Get("Location")).says(t, "Beta")
}

func active(fake *scim2fake.Server) string {
	var all []string
	for _, u := range fake.Snapshot() {
		all = append(all, fmt.Sprint(u.UserName, " ", u.Active))
	}
	return fmt.Sprint(all)
}

func TestGroupsOfAConnection(t *testing.T) {
	o := newConsole(t)
	o.work(t)
	fake, c := o.target(t, "Warehouse", directory.Provisioner{})
	in, out := o.user(t, "in"), o.user(t, "out")
	g := o.group(t, "Sales", in)
	tab := "/connections/" + c.ConnectionID + "/outbound-provisioning"
	at := "/connections/" + c.ConnectionID + "/groups"
	o.until(t, "/users/"+out.ID, "synced")
	o.get(tab).ok(t).says(t, "Select the groups whose members are provisioned. Without a group, all users are.")

	o.led(t, o.post(at), tab).says(t, "Nothing was changed")
	if gone := o.post(at, "picked", directory.NewID()); gone.code != http.StatusUnprocessableEntity {
		t.Errorf("an unknown group answered %d", gone.code)
	}
	ask := o.post(at, "picked", g.ID).ok(t)
	ask.says(t, "no user")
	ask.says(t, "1 user")
	ask.says(t, "members of Sales")
	if now := o.get(tab).ok(t); !strings.Contains(words(now), "All users are provisioned.") {
		t.Error("asking saved the groups already")
	}
	if ask.field("picked") != g.ID {
		t.Fatalf("the form would save %q", ask.field("picked"))
	}
	for _, incomplete := range [][]string{nil, {"groups", "1"}, {"picked", g.ID}} { // it must not mean everybody, or fewer
		if a := o.post(at+"/save", incomplete...); a.code != http.StatusBadRequest {
			t.Errorf("an incomplete form answered %d", a.code)
		}
	}
	saved := o.post(at+"/save", "picked", g.ID, "groups", ask.field("groups"))
	to := saved.header.Get("Location")
	if !strings.HasPrefix(to, "/login-registration/") {
		t.Errorf("saving leads to %q, not to the progress", to)
	}
	o.led(t, saved, to).says(t, "Successfully updated the groups.")
	o.until(t, "/users/"+out.ID, "in none of the groups that this connection sends")
	if got := active(fake); got != "[in true out false]" && got != "[out false in true]" {
		t.Errorf("the target has %s", got)
	}
	o.get(tab).ok(t).says(t, "Sales · 1 member")
	o.get("/groups/"+g.ID+"/general").ok(t).says(t, "Warehouse")
	o.get("/groups/"+g.ID+"/delete").ok(t).says(t, "This group cannot be deleted yet")
	if del := o.post("/groups/"+g.ID+"/delete", "confirm", "Sales"); del.code != http.StatusConflict {
		t.Errorf("deleting a group that is sent answered %d", del.code)
	} else {
		del.says(t, "Warehouse")
	}
	if stale := o.post(at+"/save", "picked", directory.NewID(), "groups", "1"); stale.code != http.StatusUnprocessableEntity {
		t.Errorf("saving an unknown group answered %d", stale.code)
	}
}

func TestNothingIsSentForABlockingUserOutsideTheGroups(t *testing.T) {
	o := newConsole(t)
	fake, c := o.target(t, "Warehouse", directory.Provisioner{Blocking: true, OnFailure: directory.Reject})
	g := o.group(t, "Sales")
	must(t, o.Directory.SetScope(t.Context(), directory.Connection{ID: c.ConnectionID}, []string{g.ID}, clerk))
	a := o.post("/users/new", typed("user_name", "out", "email", "out@example.com")...)
	o.led(t, a, a.header.Get("Location")).says(t, "Warehouse is not sent this user.")
	if got := active(fake); got != "[]" {
		t.Errorf("the target has %s", got)
	}
	a = o.post("/users/new", append(typed(), "groups", g.ID)...)
	o.led(t, a, a.header.Get("Location")).says(t, "Warehouse has it already.")
	if got := active(fake); got != "[grace true]" {
		t.Errorf("the target has %s", got)
	}
}
