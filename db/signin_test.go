package db_test

import (
	"strings"
	"testing"
	"time"

	"usher/auth/oidc"
	"usher/directory"
	"usher/provisioning"
)

// door makes a connection that people sign in through.
func (w *fixture) door(name string) oidc.SignIn {
	w.t.Helper()
	n := directory.Connection{ID: directory.NewID(), Name: name, Type: oidc.ConnectionType}
	s := oidc.SignIn{ConnectionID: n.ID, Connection: name, Enabled: true, Issuer: "https://login.example.com", ClientID: "usher",
		ClientSecret: "pr0vider-secret", Scopes: oidc.DefaultScopes, Settings: oidc.NewSettings()}
	w.must(w.CreateSignIn(ctx, n, s, change(at)))
	s, err := w.SignIn(ctx, n.ID)
	w.must(err)
	return s
}

func (w *fixture) arrives(name string, i directory.Identity) directory.User {
	w.t.Helper()
	u := person(name)
	u.Source, u.Arrival.Identity = directory.JIT, i
	w.must(w.CreateUser(ctx, u, change(at), time.Time{}))
	return u
}

func identity(s oidc.SignIn, subject string) directory.Identity {
	return directory.Identity{ConnectionID: s.ConnectionID, Issuer: s.Issuer, Subject: subject}
}

func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		s := w.door("Company login")
		same(t, "name", s.Connection, "Company login")
		same(t, "secret", s.ClientSecret.Reveal(), "pr0vider-secret")
		same(t, "revision", s.Revision, 1)
		same(t, "sync", s.Settings.Sync, oidc.PreserveLocal)
		var stored string
		w.must(writer(w).QueryRow(`SELECT client_secret FROM sign_ins`).Scan(&stored))
		if strings.Contains(stored, "pr0vider") {
			t.Error("the secret is stored readable")
		}
		s.Enabled, s.ClientSecret, s.Settings.Mapping = false, "", map[string]string{"title": ""}
		w.must(w.UpdateSignIn(ctx, s, change(at)))
		wantCode(t, w.UpdateSignIn(ctx, s, change(at)), directory.Conflict)
		got, err := w.SignIn(ctx, s.ConnectionID)
		w.must(err)
		same(t, "secret that was taken out", got.ClientSecret, "")
		if text, ok := got.Settings.Mapping["title"]; !ok || text != "" {
			t.Error("an attribute that is not mapped came back as its default")
		}
		on, err := w.EnabledSignIns(ctx)
		w.must(err)
		same(t, "enabled", len(on), 0)
		_, err = w.SignIn(ctx, w.connection.ID)
		wantCode(t, err, directory.NotFound)
		w.must(w.DeleteConnection(ctx, s.ConnectionID, change(at)))
		_, err = w.SignIn(ctx, s.ConnectionID)
		wantCode(t, err, directory.NotFound)
	})
}

func TestSignInNamesAreUnique(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		n := directory.Connection{ID: directory.NewID(), Name: "warehouse", Type: oidc.ConnectionType}
		s := oidc.SignIn{ConnectionID: n.ID, Issuer: "https://x", ClientID: "c"}
		wantCode(t, w.CreateSignIn(ctx, n, s, change(at)), directory.Conflict)
		same(t, "rows", count(w, "sign_ins", "connection_id", n.ID), 0)
	})
}

func TestStateIsSealedForOneConnection(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		a, b := directory.NewID(), directory.NewID()
		sealed := w.SealState(a, []byte("verifier"))
		if strings.Contains(sealed, "verifier") {
			t.Error("the state is readable")
		}
		plain, err := w.OpenState(a, sealed)
		w.must(err)
		same(t, "state", string(plain), "verifier")
		if _, err := w.OpenState(b, sealed); err == nil {
			t.Error("the state of one connection opens for another")
		}
	})
}

func TestIdentityMakesOneUser(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		s := w.door("Company login")
		i := identity(s, "s1")
		u := w.arrives("ada", i)
		got, err := w.UserByIdentity(ctx, i)
		w.must(err)
		same(t, "user", got.ID, u.ID)

		twin := person("ada2")
		twin.Arrival.Identity = i
		wantCode(t, w.CreateUser(ctx, twin, change(at), time.Time{}), directory.Conflict)
		_, err = w.User(ctx, twin.ID)
		wantCode(t, err, directory.NotFound)
		for _, other := range []directory.Identity{identity(w.door("Other"), "s1"), {ConnectionID: i.ConnectionID, Issuer: "https://other", Subject: "s1"}, identity(s, "S1")} {
			_, err = w.UserByIdentity(ctx, other)
			wantCode(t, err, directory.NotFound)
		}
	})
}

func TestLinkAnExistingUser(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		s := w.door("Company login")
		u := w.user("ada")
		w.record(at, created(w.claimOne(at), "r1"))
		u.Arrival.Identity = identity(s, "s1")
		changed, err := w.UpdateUser(ctx, u, change(at))
		w.must(err)
		same(t, "changed by a link", changed, true)
		same(t, "desired generation: no target is told", w.account(u).DesiredGen, 1)
		changed, err = w.UpdateUser(ctx, u, change(at))
		w.must(err)
		same(t, "changed by the same link", changed, false)
		bob := w.user("bob")
		bob.Arrival.Identity = u.Arrival.Identity
		_, err = w.UpdateUser(ctx, bob, change(at))
		wantCode(t, err, directory.Conflict)

		links, err := w.Identities(ctx, u.ID)
		w.must(err)
		same(t, "links", len(links), 1)
		same(t, "link", links[0].Connection+" "+links[0].Subject+" "+links[0].LinkedAt.String(), "Company login s1 "+at.String())
		wantCode(t, w.Unlink(ctx, bob.ID, links[0].Identity, change(at)), directory.NotFound)
		w.must(w.Unlink(ctx, u.ID, links[0].Identity, change(at)))
		_, err = w.UserByIdentity(ctx, u.Arrival.Identity)
		wantCode(t, err, directory.NotFound)
	})
}

// A user who is deleted here, or taken back, leaves the identity free: a later sign-in makes a new user.
func TestIdentityGoesWithTheUser(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		i := identity(w.door("Company login"), "s1")
		u := w.arrives("ada", i)
		w.record(at, created(w.claimOne(at), "r1"))
		w.must(w.DeleteUser(ctx, u.ID, change(at)))
		same(t, "rows of the deleted user", count(w, "users", "id", u.ID), 1)
		_, err := w.UserByIdentity(ctx, i)
		wantCode(t, err, directory.NotFound)
		staged := person("ada")
		staged.Arrival.Identity = i
		w.must(w.CreateUser(ctx, staged, change(at), at.Add(time.Minute)))
		got, err := w.UserByIdentity(ctx, i)
		w.must(err)
		same(t, "state", got.State, directory.Staged)
		w.must(w.TakeBack(ctx, staged.ID, change(at)))
		_, err = w.UserByIdentity(ctx, i)
		wantCode(t, err, directory.NotFound)
		w.arrives("ada", i)
	})
}

// Whether users who came by sign-in are wanted follows from JIT Outbound, so switching it makes them due.
func TestJITOutboundMakesDue(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.arrives("ada", identity(w.door("Company login"), "s1"))
		task := w.claimOne(at)
		same(t, "JIT Outbound at first", task.Provisioner.JITOutbound, false)
		w.record(at, provisioning.Result{Task: task, Operation: provisioning.OpNone, WritesKnown: true})
		same(t, "due again", len(w.claimAt(at)), 0)
		w.provisioner.JITOutbound = true
		w.must(w.UpdateProvisioner(ctx, w.provisioner, change(at)))
		task = w.claimOne(at)
		same(t, "user", task.User.ID, u.ID)
		same(t, "JIT Outbound", task.Provisioner.JITOutbound, true)
	})
}
