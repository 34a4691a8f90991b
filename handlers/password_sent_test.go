package handlers

import (
	"testing"
	"time"

	"usher/auth/signup"
	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

// passwordConsole is a connector that is sent passwords; nothing works on it but the test.
type passwordConsole struct {
	*signUpConsole
	connector string
	claims    time.Duration
}

func newPasswordConsole(t *testing.T, change func(*signup.Settings)) *passwordConsole {
	t.Helper()
	f := newSignUpConsole(t, change)
	_, c := f.target(t, "Warehouse", directory.Provisioner{}, connectors.PasswordKey, string(connectors.PasswordSend))
	return &passwordConsole{signUpConsole: f, connector: c.ID}
}

// sends fails unless this is the password that the target would be sent for the user; "" for none.
func (o *passwordConsole) sends(t *testing.T, name, want string) {
	t.Helper()
	u, ok := o.find(t, name)
	if !ok {
		t.Fatalf("there is no %s", name)
	}
	o.claims += time.Hour // past every lease
	now := time.Now().Add(o.claims)
	tasks, err := o.console.store.Claim(t.Context(), provisioning.Claim{ConnectorID: o.connector, UserID: u.ID, Least: provisioning.Bulk, Limit: 1,
		Lease: directory.NewToken(), Until: now.Add(time.Minute), Now: now})
	must(t, err)
	if len(tasks) != 1 {
		t.Fatalf("%s is not due", name)
	}
	if got := tasks[0].Password.Reveal(); got != want {
		t.Errorf("%s: the target would be sent %q, want %q", name, got, want)
	}
	r := provisioning.Result{Task: tasks[0], Operation: provisioning.OpCreate, RemoteID: "r-" + u.ID, Origin: provisioning.Created, WritesKnown: true, PasswordDone: want != ""}
	_, err = o.console.store.Record(t.Context(), []provisioning.Result{r}, now)
	must(t, err)
}

func TestConsoleSendsPassword(t *testing.T) {
	o := newPasswordConsole(t, nil)
	o.post("/users/new", typed()...)
	o.sends(t, "grace", password)
	o.post("/users/new", typed("user_name", "invited", "email", "invited@example.com", "password_mode", "invite", "password", "")...)
	o.sends(t, "invited", "")
}

func TestOwnPasswordIsSent(t *testing.T) {
	o := newPasswordConsole(t, nil)
	u := o.member(t, "grace")
	b := o.in(t, "grace")
	b.post("/account/password", "current_password", good, "new_password", next, "new_password_again", next).goes(t, "/account")
	o.sends(t, "grace", next)

	must(t, o.SignUp.Forgot(t.Context(), "grace"))
	const reset = "a third one that nobody guesses"
	send(o.visitor(t), o.link(t, u.Email(), 1), "new_password", reset, "new_password_again", reset).goes(t, "/login?new-password")
	o.sends(t, "grace", reset)
}

func TestInvitedPasswordIsSent(t *testing.T) {
	o := newPasswordConsole(t, nil)
	u := o.user(t, "grace")
	o.sends(t, "grace", "")
	must(t, o.SignUp.Invite(t.Context(), u))
	send(o.visitor(t), o.link(t, u.Email(), 1), "new_password", next, "new_password_again", next).goes(t, "/login?new-password")
	o.sends(t, "grace", next)
}

func TestSignUpSendsPassword(t *testing.T) {
	for name, change := range map[string]func(*signup.Settings){
		"verified first": nil,
		"at once":        func(s *signup.Settings) { s.Verify = false },
		"active first":   func(s *signup.Settings) { s.ActivateNow = true },
	} {
		t.Run(name, func(t *testing.T) {
			o := newPasswordConsole(t, change)
			b := o.visitor(t)
			registerAs(b)
			if change == nil {
				send(b, o.link(t, joan, 1)).goes(t, "/login?confirmed")
			}
			o.sends(t, "joan", good)
		})
	}
}
