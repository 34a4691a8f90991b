package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
	"usher/directory"
)

const password = "walnut canoe prefers thunder"

func typed(pairs ...string) []string {
	f := map[string]string{"user_name": "grace", "given_name": "Grace", "family_name": "Hopper", "email": "grace@example.com", "department": "Navy",
		"title": "Admiral", "phone": "+1 555 0100", "password_mode": "set", "password": password}
	for i := 0; i < len(pairs); i += 2 {
		f[pairs[i]] = pairs[i+1]
	}
	var out []string
	for k, v := range f {
		out = append(out, k, v)
	}
	return out
}

func TestUserIsAddedEditedAndDeleted(t *testing.T) {
	o := newConsole(t)
	o.work(t)
	fake, _ := o.target(t, "Warehouse", directory.Provisioner{})
	form := o.get("/users/new").ok(t)
	for _, label := range []string{"User name", "First name", "Last name", "Email", "Department", "Title", "Phone", "Password", "Set a password", "Invite later"} {
		if form.doc.Find("label").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.TrimSpace(s.Text()) == label }).Length() != 1 {
			t.Errorf("no label %q", label)
		}
	}
	a := o.post("/users/new", typed()...)
	at := a.header.Get("Location")
	o.led(t, a, at).says(t, "Grace Hopper was created")
	page := o.until(t, at, "synced")
	page.says(t, "Remote ID")
	page.says(t, "Department")
	page.silent(t, password)
	page.silent(t, "argon2id")
	if region := page.doc.Find("#accounts"); region.AttrOr("hx-get", "") != "" || region.Length() != 1 {
		t.Error("the settled part still asks for news")
	}
	users := fake.Snapshot()
	if len(users) != 1 || users[0].UserName != "grace" || users[0].DisplayName != "Grace Hopper" {
		t.Fatalf("target has %+v", users)
	}

	edit := o.get(at + "/edit").ok(t)
	if edit.field("user_name") != "grace" || edit.field("phone") != "+1 555 0100" {
		t.Errorf("the form has %q and %q", edit.field("user_name"), edit.field("phone"))
	}
	o.led(t, o.post(at+"/edit", typed("title", "Rear Admiral", "revision", edit.field("revision"))...), at).says(t, "Rear Admiral")
	o.logged(t, "operation=update&outcome=succeeded")

	o.led(t, o.post(at+"/disable"), at).says(t, "was disabled")
	o.until(t, at, "as it should be for a disabled user")
	if fake.Snapshot()[0].Active {
		t.Error("the account is active still")
	}
	o.led(t, o.post(at+"/enable"), at).says(t, "was enabled")
	o.until(t, at, "The account is as it should be.")

	deleteGrace(t, o, fake, at, users[0].ID)
}

func deleteGrace(t *testing.T, o *console, fake *scim2fake.Server, at, remote string) {
	t.Helper()
	o.get(at+"/delete").ok(t).says(t, "The account "+remote+" will be removed from Warehouse.")
	wrong := o.post(at+"/delete", "confirm", "Grace")
	if wrong.code != http.StatusUnprocessableEntity || wrong.field("confirm") != "Grace" {
		t.Errorf("a wrong name answered %d", wrong.code)
	}
	o.led(t, o.post(at+"/delete", "confirm", "grace"), "/users").says(t, "No users yet")
	o.logged(t, "operation=delete&outcome=succeeded")
	if n := fake.Count(); n != 0 {
		t.Errorf("%d accounts are left", n)
	}
	if gone := o.get(at); gone.code != http.StatusNotFound {
		t.Errorf("a deleted user's page answered %d", gone.code)
	}
}

func TestBadUserKeepsWhatWasTyped(t *testing.T) {
	o := newConsole(t)
	o.user(t, "taken")
	for _, c := range []struct{ field, value, says string }{
		{"user_name", "", "Enter a user name."},
		{"user_name", "Taken", "A user with this name already exists."},
		{"email", "nonsense", "Enter an e-mail address"},
		{"password", "short", "Use at least 12 characters"},
		{"password_mode", "guess", "Choose how the user gets a password."},
		{"department", strings.Repeat("x", 251), "Use at most 250 characters."},
	} {
		a := o.post("/users/new", typed(c.field, c.value)...)
		if a.code != http.StatusUnprocessableEntity {
			t.Errorf("%s %q answered %d", c.field, c.value, a.code)
		}
		a.says(t, c.says)
		if c.field != "title" && a.field("title") != "Admiral" {
			t.Errorf("%s %q lost the title", c.field, c.value)
		}
		a.silent(t, password)
		if a.doc.Find(".field-error").Length() != 1 {
			t.Errorf("%s %q: %d messages at fields", c.field, c.value, a.doc.Find(".field-error").Length())
		}
	}
	if n := o.get("/users").doc.Find("tbody tr").Length(); n != 1 {
		t.Error("a bad user was kept")
	}
}

func TestInvitedUserHasNoPassword(t *testing.T) {
	o := newConsole(t)
	a := o.post("/users/new", typed("password_mode", "invite", "password", "")...)
	o.led(t, a, a.header.Get("Location")).says(t, "not set")
}

func TestBlockingTargetRejectsTheUser(t *testing.T) {
	o := newConsole(t)
	fake, _ := o.target(t, "Warehouse", directory.Provisioner{Blocking: true, OnFailure: directory.Reject, Deadline: 5 * time.Second})
	o.get("/users/new").says(t, "Saving waits until Warehouse has answered")
	fake.AddFault(fakekit.Fault{Method: "POST", Times: -1, Status: 400, Body: `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","detail":"Badge number is missing"}`})
	a := o.post("/users/new", typed()...)
	if a.code != http.StatusUnprocessableEntity || a.field("department") != "Navy" {
		t.Fatalf("answered %d with department %q", a.code, a.field("department"))
	}
	a.says(t, "Badge number is missing")
	a.says(t, "The user was not created")
	a.silent(t, password)

	fake.ClearFaults()
	a = o.post("/users/new", typed()...)
	o.led(t, a, a.header.Get("Location")).says(t, "Warehouse has it already.")

	fake.AddFault(fakekit.Fault{Method: "DELETE", Times: -1, Status: 503})
	o.led(t, o.post(a.header.Get("Location")+"/delete", "confirm", "grace"), "/users").says(t, "Warehouse is not done yet")
}

func TestEditOfSomethingOlderIsNotSaved(t *testing.T) {
	o := newConsole(t)
	u := o.user(t, "grace")
	at := "/users/" + u.ID
	old := o.get(at + "/edit").field("revision")
	o.led(t, o.post(at+"/edit", typed("department", "Army", "revision", old)...), at)
	a := o.post(at+"/edit", typed("title", "Captain", "revision", old)...)
	if a.code != http.StatusConflict {
		t.Fatalf("answered %d: %s", a.code, words(a))
	}
	a.says(t, "Nothing was saved")
	a.says(t, "Department not known Army Navy") // a form that does not say what it was filled from
	if a.field("title") != "Captain" || a.field("revision") == old {
		t.Errorf("title %q, version %q of %q", a.field("title"), a.field("revision"), old)
	}
	o.get(at).says(t, "Army")
	o.led(t, o.post(at+"/edit", typed("title", "Captain", "revision", a.field("revision"))...), at).says(t, "Captain")
	if a := o.post(at+"/edit", typed()...); a.code != http.StatusBadRequest {
		t.Errorf("without a version the form answered %d", a.code)
	}
}

func TestUsersArePagedAndFiltered(t *testing.T) {
	o := newConsole(t)
	o.get("/users").ok(t).says(t, "No users yet")
	for i := range 53 {
		o.user(t, fmt.Sprintf("u%02d", i))
	}
	disabled := o.user(t, "zoe")
	_, err := o.Directory.SetActive(t.Context(), disabled.ID, false, clerk)
	must(t, err)
	first := o.get("/users").ok(t)
	next, _ := first.doc.Find("a[rel=next]").Attr("href")
	if first.doc.Find("tbody tr").Length() != 50 || !strings.Contains(next, "after=") {
		t.Fatalf("%d rows, next page %q", first.doc.Find("tbody tr").Length(), next)
	}
	second := o.get(next).ok(t)
	if second.doc.Find("tbody tr").Length() != 4 || second.doc.Find("a[href='/users'].btn").Length() != 1 {
		t.Errorf("%d rows on the second page", second.doc.Find("tbody tr").Length())
	}
	for query, rows := range map[string]int{"?q=U07": 1, "?q=hop": 50, "?show=disabled": 1, "?show=active&q=zoe": 0, "?show=trouble": 0, "?show=nonsense&q=zoe": 1} {
		if n := o.get("/users" + query).ok(t).doc.Find("tbody tr").Length(); n != rows {
			t.Errorf("%s: %d rows, want %d", query, n, rows)
		}
	}
	o.get("/users?q=nobody").says(t, "No user matches")
}

func TestUnknownUsers(t *testing.T) {
	o := newConsole(t)
	for _, path := range []string{"/users/nobody", "/users/nobody/edit", "/users/nobody/delete", "/users/nobody/accounts/x/adopt", "/log/nothing", "/target"} {
		if a := o.get(path); a.code != http.StatusNotFound {
			t.Errorf("GET %s answered %d", path, a.code)
		}
	}
	for _, path := range []string{"/users/nobody/edit", "/users/nobody/delete", "/users/nobody/disable", "/users/nobody/accounts/x/retry"} {
		if a := o.post(path, "revision", "1"); a.code != http.StatusNotFound {
			t.Errorf("POST %s answered %d", path, a.code)
		}
	}
}

// What the form does not show belongs to other doors and stays.
func TestAnEditKeepsWhatTheFormDoesNotShow(t *testing.T) {
	o := newConsole(t)
	u := o.user(t, "grace")
	u.Name.MiddleName, u.Name.Formatted, u.CostCenter = "Brewster", "Grace Hopper", "42"
	u.Addresses = []directory.Address{{Locality: "Arlington"}}
	_, err := o.Directory.UpdateUser(t.Context(), u, clerk)
	must(t, err)
	at := "/users/" + u.ID
	o.led(t, o.post(at+"/edit", typed("family_name", "Murray", "revision", o.get(at+"/edit").field("revision"))...), at)
	got, err := o.store.User(t.Context(), u.ID)
	must(t, err)
	if got.Name.MiddleName != "Brewster" || got.CostCenter != "42" || len(got.Addresses) != 1 {
		t.Errorf("the edit lost what it did not show: %+v", got.Profile)
	}
	if got.Name.Formatted != "" {
		t.Errorf("the formatted name is still %q", got.Name.Formatted)
	}
}
