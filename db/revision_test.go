package db_test

import (
	"sync"
	"testing"
	"time"

	"usher/auth/oidc"
	"usher/directory"
	"usher/mail"
)

// revisedThing is something that administrators save over each other.
type revisedThing struct {
	name string
	read func(w *fixture) int64 // its revision
	save func(w *fixture, revision int64, c directory.Change) error
}

func revisedThings(w *fixture) []revisedThing {
	signIn := directory.NewID()
	w.must(w.CreateSignIn(ctx, directory.Connection{ID: signIn, Name: "Login", Type: oidc.ConnectionType},
		oidc.SignIn{ConnectionID: signIn, Issuer: "https://id.example.com", ClientID: "usher", Scopes: "openid"}, change(at)))
	return []revisedThing{
		{"connection", func(w *fixture) int64 { n, err := w.Connection(ctx, w.connection.ID); w.must(err); return n.Revision },
			func(w *fixture, r int64, c directory.Change) error {
				n := w.connection
				n.Revision = r
				return w.UpdateConnection(ctx, n, c)
			}},
		{"connector", func(w *fixture) int64 { n, err := w.Connector(ctx, w.connector.ID); w.must(err); return n.Revision },
			func(w *fixture, r int64, c directory.Change) error {
				n := w.connector
				n.Revision = r
				return w.UpdateConnector(ctx, n, "", c)
			}},
		{"mapping", func(w *fixture) int64 { n, err := w.Connector(ctx, w.connector.ID); w.must(err); return n.Revision },
			func(w *fixture, r int64, c directory.Change) error {
				return w.SetMapping(ctx, w.connector.ID, r, nil, c)
			}},
		{"provisioner", func(w *fixture) int64 { p, err := w.Provisioner(ctx, w.provisioner.ID); w.must(err); return p.Revision },
			func(w *fixture, r int64, c directory.Change) error {
				p := w.provisioner
				p.Revision = r
				return w.UpdateProvisioner(ctx, p, c)
			}},
		{"sign-in", func(w *fixture) int64 { v, err := w.SignIn(ctx, signIn); w.must(err); return v.Revision },
			func(w *fixture, r int64, c directory.Change) error {
				return w.UpdateSignIn(ctx, oidc.SignIn{ConnectionID: signIn, Issuer: "https://id.example.com", ClientID: "usher", Scopes: "openid", Revision: r}, c)
			}},
		{"branding", func(w *fixture) int64 { b, err := w.Branding(ctx); w.must(err); return b.Revision },
			func(w *fixture, r int64, c directory.Change) error {
				return w.SaveBranding(ctx, directory.Branding{Name: "Acme", Revision: r}, nil, c)
			}},
		{"mail server", func(w *fixture) int64 { m, err := w.MailServer(ctx); w.must(err); return m.Revision },
			func(w *fixture, r int64, c directory.Change) error {
				return w.SaveMailServer(ctx, mail.Server{Host: "smtp.example.com", Port: 25, Revision: r}, c)
			}},
		{"setting", func(w *fixture) int64 { _, r, err := w.RevisedSetting(ctx, "signup"); w.must(err); return r },
			func(w *fixture, r int64, c directory.Change) error { return w.SwapSetting(ctx, "signup", "{}", r, c) }},
	}
}

// Two who started from the same revision: one is told, whoever of them is first.
func TestOneOfManyWhoReadTheSameSaves(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		for _, thing := range revisedThings(w) {
			for round := range 3 {
				before := thing.read(w)
				const many = 6
				errs := make([]error, many)
				var all sync.WaitGroup
				for i := range many {
					all.Go(func() { errs[i] = thing.save(w, before, change(at)) })
				}
				all.Wait()
				saved := 0
				for _, err := range errs {
					if err == nil {
						saved++
						continue
					}
					wantCode(t, err, directory.Conflict)
				}
				if saved != 1 || thing.read(w) <= before {
					t.Errorf("%s, round %d: %d of %d saved, revision %d after %d", thing.name, round, saved, many, thing.read(w), before)
				}
			}
			before := thing.read(w)
			w.must(thing.save(w, 0, change(at)))
			if thing.read(w) <= before {
				t.Errorf("%s: whoever read nothing wrote nothing", thing.name)
			}
		}
	})
}

// What was removed and set again is not what somebody saw before.
func TestARemovedSettingDoesNotBeginAgain(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		m := mail.Server{Host: "smtp.example.com", Port: 25, Revision: 1}
		w.must(w.SaveMailServer(ctx, m, change(at)))
		seen, err := w.MailServer(ctx)
		w.must(err)
		w.must(w.SaveMailServer(ctx, mail.Server{Revision: seen.Revision}, change(at)))
		gone, err := w.MailServer(ctx)
		w.must(err)
		if gone.Set() {
			t.Errorf("removed: %+v", gone)
		}
		m.Revision = gone.Revision
		w.must(w.SaveMailServer(ctx, m, change(at.Add(time.Hour))))
		m.Revision = seen.Revision
		wantCode(t, w.SaveMailServer(ctx, m, change(at)), directory.Conflict)
	})
}

func TestTheLastChangeOfSomething(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		if _, ok, err := w.LastChange(ctx, w.connection.ID, directory.ActionConnectionUpdate); ok || err != nil {
			t.Fatal(ok, err)
		}
		for i, name := range []string{"Ada", "Bob"} {
			c := change(at.Add(time.Duration(i) * time.Minute))
			c.Actor.Name, c.Action, c.Target = name, directory.ActionConnectionUpdate, w.connection.ID
			w.must(w.UpdateConnection(ctx, w.connection, c))
		}
		c := change(at.Add(time.Hour))
		c.Action, c.Target = directory.ActionScopeUpdate, w.connection.ID
		w.must(w.SetScope(ctx, w.connection.ID, nil, nil, c))
		last, ok, err := w.LastChange(ctx, w.connection.ID, directory.ActionConnectionUpdate)
		w.must(err)
		if !ok || last.Actor.Name != "Bob" || !last.At.Equal(at.Add(time.Minute)) {
			t.Errorf("%t %+v", ok, last)
		}
	})
}

// Each of two changes a part of a set, and neither knows of the other.
func TestPartsOfASetAreChangedBesideEachOther(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		ids := make([]string, 8)
		for i := range ids {
			ids[i] = directory.NewID()
			w.must(w.CreateGroup(ctx, directory.Group{ID: ids[i], DisplayName: ids[i]}, nil, change(at)))
		}
		_, err := w.SetGroupsOf(ctx, u.ID, ids[:4], change(at))
		w.must(err)
		w.must(w.SetPushedGroups(ctx, w.connector.ID, ids[:4], change(at)))
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() {
				if _, err := w.ChangeGroupsOf(ctx, u.ID, ids[4+i:5+i], ids[i:i+1], change(at)); err != nil {
					t.Error(err)
				}
				if err := w.ChangePushedGroups(ctx, w.connector.ID, ids[4+i:5+i], ids[i:i+1], change(at)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		of, err := w.GroupsOf(ctx, []string{u.ID})
		w.must(err)
		pushed, err := w.PushedGroups(ctx, w.connector.ID)
		w.must(err)
		if len(of[u.ID]) != 4 || len(pushed) != 4 {
			t.Fatalf("%d groups, %d pushed", len(of[u.ID]), len(pushed))
		}
		for i := range 4 {
			same(t, "group", of[u.ID][i].ID, ids[4+i])
			same(t, "pushed group", pushed[i].ID, ids[4+i])
		}
	})
}

// Whom a connection sends is compared with what was seen: the page before it counted for whom that makes a difference.
func TestAScopeThatNobodySawIsNotReplaced(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		a, b := w.group("A"), w.group("B")
		w.must(w.SetScope(ctx, w.connection.ID, []string{}, []string{a.ID}, change(at)))
		wantCode(t, w.SetScope(ctx, w.connection.ID, []string{}, []string{b.ID}, change(at)), directory.Conflict)
		wantCode(t, w.SetScope(ctx, w.connection.ID, []string{b.ID}, nil, change(at)), directory.Conflict)
		w.must(w.SetScope(ctx, w.connection.ID, []string{a.ID}, []string{a.ID, b.ID}, change(at)))
	})
}
