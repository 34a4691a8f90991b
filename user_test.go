package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
)

func showJSON(t *testing.T, db, user string) shown {
	t.Helper()
	var s shown
	if err := json.Unmarshal([]byte(must(t, "", db, "user", "show", user, "--json")), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestUserCommands(t *testing.T) {
	db := newDB(t)
	id := must(t, "correct horse battery staple\n", db, "user", "create", "--user-name=ada", "--given-name=Ada", "--family-name=Lovelace",
		"--email=ada@example.com", "--department=Engines", "--title=Countess", "--phone=+44 1", "--password-stdin")
	must(t, "", db, "user", "update", "ada", "--email=countess@example.com", "--department", "", "--title=Analyst")
	u := showJSON(t, db, id).User
	if u.Email() != "countess@example.com" || u.Department != "" || u.Title != "Analyst" || u.Name.FamilyName != "Lovelace" || !u.Active {
		t.Errorf("after the update: %+v", u)
	}
	must(t, "", db, "user", "update", id, "--disable")
	if out := must(t, "", db, "user", "show", "ADA"); !strings.Contains(out, "disabled") || !strings.Contains(out, "countess@example.com") {
		t.Errorf("show printed %q", out)
	}
	must(t, "", db, "user", "update", "ada", "--enable", "--given-name=Augusta")
	if u := showJSON(t, db, "ada").User; !u.Active || u.Name.GivenName != "Augusta" {
		t.Errorf("after enabling: %+v", u)
	}
	must(t, "", db, "user", "delete", "ada")
	if code, _, errs := usher(t, "", db, "user", "show", id); code != exitFailed || !strings.Contains(errs, "there is no user") {
		t.Errorf("after the delete: exit %d, %q", code, errs)
	}
}

func TestUserCreateRefuses(t *testing.T) {
	db := newDB(t)
	must(t, "", db, "user", "create", "--user-name=ada")
	for _, c := range []struct {
		stdin string
		args  []string
		want  string
	}{
		{"", []string{"--user-name=ADA"}, "already exists"},
		{"", []string{"--user-name=bob", "--email=nonsense"}, "nothing was done:\n  email: Enter an e-mail address"},
		{"short\n", []string{"--user-name=bob", "--password-stdin"}, "password: Use at least"},
		{"", []string{"--user-name=bob", "--password-stdin"}, "standard input is empty"},
	} {
		code, out, errs := usher(t, c.stdin, append([]string{db, "user", "create"}, c.args...)...)
		if code != exitFailed || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%v: exit %d, %q, %q", c.args, code, out, errs)
		}
	}
}

func TestBlockingCreateWaits(t *testing.T) {
	db := newDB(t)
	fake, file := newTarget(t, ", blocking: true, on_failure: reject, deadline: 5s")
	must(t, file, db, "apply", "-f", "-")
	id := must(t, "", db, "user", "create", "--user-name=ada", "--email=ada@example.com")
	s := showJSON(t, db, id)
	if fake.Count() != 1 || len(s.Accounts) != 1 || s.Accounts[0].Status != "synced" || s.Accounts[0].RemoteID != fake.Snapshot()[0].ID ||
		s.Accounts[0].Connection != "Warehouse" || s.Accounts[0].Connector != "scim2" {
		t.Errorf("%d at the target, accounts %+v", fake.Count(), s.Accounts)
	}
	must(t, "", db, "user", "delete", "ada")
	if fake.Count() != 0 {
		t.Error("a blocking delete did not wait for the target")
	}
}

func TestBlockingCreateRejects(t *testing.T) {
	db := newDB(t)
	fake, file := newTarget(t, ", blocking: true, on_failure: reject, deadline: 5s")
	must(t, file, db, "apply", "-f", "-")
	fake.AddFault(fakekit.Fault{Method: http.MethodPost, Status: http.StatusBadRequest, Body: `{"detail":"The warehouse is closed."}`})
	code, out, errs := usher(t, "", db, "user", "create", "--user-name=ada")
	if code != exitFailed || out != "" || !strings.Contains(errs, "ada was not created") || !strings.Contains(errs, "The warehouse is closed.") {
		t.Errorf("exit %d, %q, %q", code, out, errs)
	}
	if code, _, _ := usher(t, "", db, "user", "show", "ada"); code != exitFailed {
		t.Error("the rejected user is there")
	}
}

// A deleted user whose account is still at the target is found by ID.
func TestShowLeaver(t *testing.T) {
	db := newDB(t)
	fake, file := newTarget(t, ", blocking: true, deadline: 2s")
	must(t, file, db, "apply", "-f", "-")
	id := must(t, "", db, "user", "create", "--user-name=ada")
	fake.AddFault(fakekit.Fault{Method: http.MethodDelete, Status: http.StatusServiceUnavailable, Times: 100})
	code, _, errs := usher(t, "", db, "user", "delete", "ada")
	if code != exitOK || !strings.Contains(errs, "Warehouse/scim2: not done yet") {
		t.Errorf("delete: exit %d, %q", code, errs)
	}
	s := showJSON(t, db, id)
	if !s.User.Deleted || len(s.Accounts) != 1 || s.Accounts[0].Status == "synced" {
		t.Errorf("%+v", s)
	}
}

func TestSecretsStayInside(t *testing.T) {
	db := newDB(t)
	token := must(t, "", db, "token", "create", "--name=HR", "--scopes=scim")
	if !strings.HasPrefix(token, "usher_") || strings.Contains(token, "\n") {
		t.Errorf("token create printed %q", token)
	}
	if code, _, errs := usher(t, "", db, "token", "create", "--name=HR", "--scopes=everything"); code != exitFailed || !strings.Contains(errs, "everything") {
		t.Errorf("a wrong scope: exit %d, %q", code, errs)
	}
	out := must(t, "correct horse battery staple", db, "admin", "create", "--username=root", "--password-stdin")
	if out != "administrator root: created" {
		t.Errorf("admin create printed %q", out)
	}
	if code, _, errs := usher(t, "correct horse battery staple", db, "admin", "create", "--username=Root", "--password-stdin"); code != exitFailed || strings.Contains(errs, "horse") {
		t.Errorf("twice: exit %d, %q", code, errs)
	}
}

// Variables with the names of flags must not leak into acts.
func TestActsTakeNothingFromTheEnvironment(t *testing.T) {
	for _, name := range []string{"EMAIL", "DEPARTMENT", "DISABLED", "USER_NAME", "DISABLE", "PASSWORD_STDIN"} {
		t.Setenv("USHER_"+name, "true")
	}
	db := newDB(t)
	must(t, "", db, "user", "create", "--user-name=ada")
	must(t, "", db, "user", "update", "ada", "--title=Analyst")
	if u := showJSON(t, db, "ada").User; u.Email() != "" || u.Department != "" || !u.Active || u.UserName != "ada" {
		t.Errorf("%+v", u)
	}
}

// The deadline ends the waiting, not the attempt: a command ends when the target has answered, so that the answer
// is recorded.
func TestCommandWaitsForAttemptsInFlight(t *testing.T) {
	db := newDB(t)
	fake, file := newTarget(t, ", blocking: true, on_failure: reject, deadline: 1s")
	fake.SetQuirks(scim2fake.Quirks{WriteDelay: 2 * time.Second})
	must(t, file, db, "apply", "-f", "-")
	code, _, errs := usher(t, "", db, "user", "create", "--user-name=ada")
	if code != exitFailed || !strings.Contains(errs, "did not answer within the deadline") || fake.Count() != 1 {
		t.Errorf("exit %d with %d at the target, %q", code, fake.Count(), errs)
	}
	fake.SetQuirks(scim2fake.Quirks{})
	serving(t, db)
	eventually(t, "what the rejected user left is removed", func() bool { return fake.Count() == 0 })
}
