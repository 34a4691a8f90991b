package handlers

import (
	"reflect"
	"testing"
	"time"

	"usher/auth/signup"
	"usher/connectors/fakekit"
	"usher/directory"
)

func blocking() directory.Provisioner {
	return directory.Provisioner{Blocking: true, OnFailure: directory.Reject, Deadline: 5 * time.Second}
}

// The story of wso2/product-is#27181: somebody who has an account signs up again. There it failed with 500, and deleted
// the account at the target. Here nothing of the user or of the target changes, however the second sign-up is made.
func TestRepeatedSignUpHarmsNobody(t *testing.T) {
	for name, change := range map[string]func(*signup.Settings){
		"waits": nil, "at once": func(s *signup.Settings) { s.ActivateNow = true }, "without verification": func(s *signup.Settings) { s.Verify = false },
	} {
		t.Run(name, func(t *testing.T) {
			f := newSignUpConsole(t, change)
			fake, _ := f.target(t, "Warehouse", blocking())
			b := f.visitor(t)
			first := registerAs(b)
			if name == "waits" {
				send(b, f.link(t, joan, 1)).goes(t, "/login?confirmed")
			} else if first.code >= 400 {
				t.Fatalf("answered %d", first.code)
			}
			user, ok := f.find(t, "joan")
			if !ok {
				t.Fatal("there is no user after the first sign-up")
			}
			remote := fake.Snapshot()
			if len(remote) != 1 {
				t.Fatalf("the target has %d accounts", len(remote))
			}
			fake.ClearJournal()
			mails := len(f.mails(t, "other@example.com"))
			for i, again := range [][]string{nil, {"email", "other@example.com"}, {"user_name", "JOAN", "password", next}, {"user_name", "joan2"}} {
				b := f.visitor(t)
				if a := registerAs(b, again...); a.code >= 500 {
					t.Fatalf("sign-up %v answered %d", again, a.code)
				}
				if i == 1 && len(f.mails(t, "other@example.com")) > mails { // the link to an account of the same name
					send(b, f.link(t, "other@example.com", 1)).status(t, 422)
				}
			}
			if now, ok := f.find(t, "joan"); !ok || now.Version != user.Version || now.PasswordHash != user.PasswordHash {
				t.Errorf("the user was changed: %+v", now)
			}
			if _, ok := f.find(t, "joan2"); ok {
				t.Error("a second user with the address")
			}
			if got := fake.Snapshot(); !reflect.DeepEqual(got, remote) {
				t.Errorf("the target has %+v", got)
			}
			for _, r := range fake.Journal() {
				if r.Method != "GET" {
					t.Errorf("sent to the target: %s %s", r.Method, r.Path)
				}
			}
		})
	}
}

// A target that refuses leaves nobody behind, and the person may try again with everything that they typed.
func TestTargetRefusesAtRegistration(t *testing.T) {
	f := newSignUpConsole(t, func(s *signup.Settings) { s.Verify = false })
	fake, _ := f.target(t, "Warehouse", blocking())
	refusing := fakekit.Fault{Method: "POST", Status: 400, Times: -1, Body: `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","scimType":"invalidValue","detail":"Family names need two words."}`}
	fake.AddFault(refusing)
	b := f.visitor(t)
	a := registerAs(b).status(t, 422)
	a.says(t, "Your account was not made")
	a.says(t, "Warehouse did not accept it:")
	a.says(t, "Family names need two words.")
	if a.field("email") != joan || a.field("family_name") != "Clarke" {
		t.Error("what was typed is lost")
	}
	a.silent(t, good)
	if _, ok := f.find(t, "joan"); ok || fake.Count() != 0 {
		t.Error("somebody was left behind")
	}
	fake.ClearFaults()
	registerAs(b).goes(t, "/login?registered")
	if _, ok := f.find(t, "joan"); !ok || fake.Count() != 1 {
		t.Error("the second try did not work")
	}
}

func TestTargetRefusesAtConfirmation(t *testing.T) {
	f := newSignUpConsole(t, nil)
	fake, _ := f.target(t, "Warehouse", blocking())
	fake.AddFault(fakekit.Fault{Method: "POST", Status: 503, Times: -1, Body: "stack trace of 10.0.0.7"})
	b := f.visitor(t)
	registerAs(b).ok(t)
	if fake.Requests() != 0 {
		t.Error("the target heard of somebody who has not confirmed")
	}
	link := f.link(t, joan, 1)
	a := send(b, link).status(t, 422)
	a.says(t, "Warehouse could not be reached. Try again in a few minutes.")
	a.silent(t, "10.0.0.7")
	if _, ok := f.find(t, "joan"); ok {
		t.Error("somebody was left behind")
	}
	fake.ClearFaults()
	f.revive(t)
	send(b, link).goes(t, "/login?confirmed")
	if _, ok := f.find(t, "joan"); !ok || fake.Count() != 1 {
		t.Error("the second try did not work")
	}
}

// revive ends what the engine thinks of its targets, as an administrator's save does.
func (f *signUpConsole) revive(t *testing.T) {
	t.Helper()
	targets, err := f.console.store.Targets(t.Context())
	must(t, err)
	for _, n := range targets {
		must(t, f.Directory.UpdateConnector(t.Context(), n.Connector, clerk))
	}
}

// An account that was at the target before belongs to somebody: a sign-up neither takes it over nor removes it.
func TestForeignAccountSurvivesASignUp(t *testing.T) {
	f := newSignUpConsole(t, func(s *signup.Settings) { s.Verify = false })
	fake, _ := f.target(t, "Warehouse", blocking(), "on_existing", "hold")
	_, err := fake.Put(map[string]any{"userName": "joan", "active": true, "displayName": "Somebody else"})
	must(t, err)
	before := fake.Snapshot()
	a := registerAs(f.visitor(t))
	a.status(t, 422).says(t, "Your account was not made")
	if _, ok := f.find(t, "joan"); ok {
		t.Error("somebody was left behind")
	}
	f.work(t)
	time.Sleep(200 * time.Millisecond) // what the engine would still do
	if got := fake.Snapshot(); !reflect.DeepEqual(got, before) {
		t.Errorf("the target has %+v", got)
	}
}

// A process that dies while the target is asked must not lose the registration, nor make two users of it.
func TestConfirmAfterACrash(t *testing.T) {
	f := newSignUpConsole(t, nil)
	f.target(t, "Warehouse", blocking())
	b := f.visitor(t)
	registerAs(b).ok(t)
	link := f.link(t, joan, 1)
	token := link[len("/register/confirm?token="):]
	r, ok, err := f.console.store.Registration(t.Context(), hashOf(token), time.Now())
	must(t, err)
	if !ok {
		t.Fatal("no registration")
	}
	staged := directory.User{ID: directory.NewID(), UserName: "joan", Active: true, Source: directory.SignUp, Arrival: directory.Arrival{Registration: r.ID}}
	must(t, f.console.store.CreateUser(t.Context(), staged, f.Directory.Change(clerk, directory.ActionUserCreate, staged.ID, "joan"), time.Now().Add(-time.Second)))
	send(b, link, "user_name", "joan3").status(t, 409)
	if _, err := f.console.store.TakeBackStaged(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	send(b, link).goes(t, "/login?confirmed")
	if _, ok := f.find(t, "joan"); !ok {
		t.Error("there is no user")
	}
}
