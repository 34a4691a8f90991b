package db_test

import (
	"strings"
	"testing"
	"time"

	"usher/directory"
	"usher/provisioning"
)

func TestConnections(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		for _, n := range []string{"Ärzte", "apotheke", "Zoo North", "zoo"} {
			w.must(w.CreateConnection(ctx, directory.Connection{ID: directory.NewID(), Name: n, Type: directory.CustomConnector}, change(at)))
		}
		wantCode(t, w.CreateConnection(ctx, directory.Connection{ID: directory.NewID(), Name: "ÄRZTE", Type: directory.CustomConnector}, change(at)), directory.Conflict)
		for search, want := range map[string]string{"": "apotheke,Warehouse,zoo,Zoo North,Ärzte", "arz": "Ärzte", "north zo": "Zoo North", "x": ""} {
			var got []string
			f := directory.ConnectionFilter{Search: search, Limit: 2}
			for {
				p, err := w.Connections(ctx, f)
				w.must(err)
				for _, n := range p.Connections {
					got = append(got, n.Name)
				}
				if f.After = p.Next; f.After == "" {
					break
				}
			}
			same(t, "connections found by "+search, strings.Join(got, ","), want)
		}
		n, err := w.ConnectionByName(ctx, "warehouse")
		w.must(err)
		n.Name = "Zoo"
		wantCode(t, w.UpdateConnection(ctx, n, change(at)), directory.Conflict)
		n.Name, n.Description = "Store", "Stock"
		w.must(w.UpdateConnection(ctx, n, change(at)))
		got, err := w.Connection(ctx, n.ID)
		w.must(err)
		same(t, "description", got.Description, "Stock")
	})
}

func TestConnectors(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		twin := w.connector
		twin.ID = directory.NewID()
		wantCode(t, w.CreateConnector(ctx, twin, change(at)), directory.Conflict)
		n, err := w.Connector(ctx, w.connector.ID)
		w.must(err)
		same(t, "value", n.Settings.Values["base_url"], "http://x")
		same(t, "secret", n.Settings.Secrets["token"].Reveal(), "hunter2")
		same(t, "connection", n.Connection, "Warehouse")
		same(t, "revision", n.Revision, 1)
		n.Settings.Secrets["token"] = "changed"
		w.must(w.UpdateConnector(ctx, n, "", change(at)))
		wantCode(t, w.UpdateConnector(ctx, n, "", change(at)), directory.Conflict)
		n, err = w.Connector(ctx, w.connector.ID)
		w.must(err)
		same(t, "secret", n.Settings.Secrets["token"].Reveal(), "changed")
		same(t, "revision", n.Revision, 2)
		var stored string
		w.must(writer(w).QueryRow(`SELECT secrets FROM connectors WHERE id = $1`, n.ID).Scan(&stored))
		if strings.Contains(stored, "changed") || !strings.HasPrefix(stored, "v1:") {
			t.Errorf("stored secrets are %q", stored)
		}
	})
}

func TestUpdateConnectorRevives(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		dead, waiting, held := w.user("dead"), w.user("waiting"), w.user("held")
		for _, task := range w.claimAt(at) {
			w.record(at, failed(task, map[string]provisioning.Result{dead.ID: {Dead: true}, waiting.ID: {DueAt: at.Add(time.Hour)}, held.ID: {Hold: true}}[task.UserID]))
		}
		w.must(w.Quarantine(ctx, w.connector.ID, provisioning.Quarantine{Class: provisioning.AllOperations, Until: at.Add(time.Hour)}, at))
		w.must(w.UpdateConnector(ctx, w.connector, "", change(at)))
		target, err := w.Target(ctx, w.connector.ID)
		w.must(err)
		same(t, "quarantined", target.Quarantine.On(), false)
		same(t, "claimed", len(w.claimAt(at)), 2)
		same(t, "held", w.account(held).Status(at), provisioning.StatusHeld)
	})
}

func TestBackfill(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		a := w.user("a")
		gone := w.user("gone")
		w.must(w.DeleteUser(ctx, gone.ID, change(at)))
		w.must(w.CreateUser(ctx, person("staged"), change(at), at.Add(time.Minute)))
		second := w.second()
		acc, ok, err := w.Account(ctx, second.ID, a.ID)
		w.must(err)
		same(t, "back-filled", ok, true)
		same(t, "priority", acc.Priority, provisioning.Bulk)
		p, err := w.Progress(ctx, second.ID)
		w.must(err)
		same(t, "accounts", p.Total, 1)
		same(t, "pending", p.Counts[provisioning.StatusPending], 1)

		// A connector that was off meanwhile gets those who came meanwhile.
		second.Enabled = false
		w.must(w.UpdateConnector(ctx, second, "", change(at)))
		b := w.user("b")
		_, ok, err = w.Account(ctx, second.ID, b.ID)
		w.must(err)
		same(t, "account at a disabled connector", ok, false)
		second.Enabled = true
		w.must(w.UpdateConnector(ctx, second, "", change(at)))
		_, ok, err = w.Account(ctx, second.ID, b.ID)
		w.must(err)
		same(t, "account after enabling", ok, true)
	})
}

func TestProvisioners(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		twin := w.provisioner
		twin.ID = directory.NewID()
		wantCode(t, w.CreateProvisioner(ctx, twin, change(at)), directory.Conflict)
		p, err := w.Provisioner(ctx, w.provisioner.ID)
		w.must(err)
		same(t, "names", p.Connection+" "+p.Kind, "Warehouse scim2")
		same(t, "deadline", p.Deadline, time.Second)

		jit := person("jit")
		jit.Source = directory.JIT
		w.must(w.CreateUser(ctx, jit, change(at), time.Time{}))
		plain := w.user("plain")
		for _, task := range w.claimAt(at) {
			w.record(at, provisioning.Result{Task: task, Gone: task.UserID == jit.ID, Operation: provisioning.OpNone})
		}
		p.JITOutbound = true
		w.must(w.UpdateProvisioner(ctx, p, change(at)))
		same(t, "claimed after JIT Outbound", w.claimOne(at).UserID, jit.ID)
		same(t, "others", w.account(plain).Status(at), provisioning.StatusSynced)

		w.must(w.DeleteProvisioner(ctx, p.ID, change(at)))
		_, ok, err := w.ProvisionerOf(ctx, w.connector.ID)
		w.must(err)
		same(t, "provisioner after delete", ok, false)
		same(t, "accounts stay", w.account(plain).UserID, plain.ID)
		wantCode(t, w.DeleteProvisioner(ctx, p.ID, change(at)), directory.NotFound)
		wantCode(t, w.UpdateProvisioner(ctx, p, change(at)), directory.NotFound)
	})
}

func TestDeleteConnectorReaps(t *testing.T) {
	for name, whole := range map[string]bool{"connector": false, "connection": true} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *fixture) {
				u := w.user("ada")
				stays := w.user("bob")
				w.must(w.DeleteUser(ctx, u.ID, change(at)))
				remove := func() error {
					if whole {
						return w.DeleteConnection(ctx, w.connection.ID, change(at))
					}
					return w.DeleteConnector(ctx, w.connector.ID, change(at))
				}
				err := remove()
				wantCode(t, err, directory.InUse)
				if !strings.Contains(err.Error(), "Warehouse") {
					t.Errorf("the error does not name the provisioner: %v", err)
				}
				same(t, "accounts after a refused delete", count(w, "accounts", "resource_id", u.ID), 1)
				w.must(w.DeleteProvisioner(ctx, w.provisioner.ID, change(at)))
				w.must(remove())
				same(t, "rows of the deleted user", count(w, "users", "id", u.ID), 0)
				same(t, "rows of the other user", count(w, "users", "id", stays.ID), 1)
				wantCode(t, remove(), directory.NotFound)
			})
		})
	}
}

func TestResync(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		leaver := w.user("leaver")
		w.user("b")
		w.record(at, created(w.claimAt(at)[0], "r1"))
		w.must(w.DeleteUser(ctx, leaver.ID, change(at)))
		n, err := w.Resync(ctx, w.connector.ID, change(at))
		w.must(err)
		same(t, "accounts", n, 2)
		same(t, "priority of the leaver", w.account(leaver).Priority, provisioning.Leavers)
	})
}

func TestProgressAndOverview(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		now := time.Now().UTC() // Progress looks at the clock
		for _, n := range []string{"a", "b", "c", "d", "e"} {
			w.user(n)
		}
		off := person("off")
		off.Active = false
		w.must(w.CreateUser(ctx, off, change(now), time.Time{}))
		tasks := w.claimAt(now)
		w.record(now, created(tasks[0], "r1"), failed(tasks[1], provisioning.Result{Dead: true}), failed(tasks[2], provisioning.Result{Hold: true}),
			failed(tasks[3], provisioning.Result{DueAt: now.Add(time.Hour)}), provisioning.Result{Task: tasks[4], Released: true})
		p, err := w.Progress(ctx, w.connector.ID)
		w.must(err)
		for status, n := range map[provisioning.Status]int{provisioning.StatusSynced: 1, provisioning.StatusFailed: 1, provisioning.StatusHeld: 1,
			provisioning.StatusRetrying: 1, provisioning.StatusPending: 1, provisioning.StatusRunning: 1} {
			same(t, string(status), p.Counts[status], n)
		}
		same(t, "done", p.Done(), 3)
		o, err := w.Overview(ctx, now)
		w.must(err)
		same(t, "users", o.Users, 6)
		same(t, "disabled", o.Disabled, 1)
		same(t, "connections", o.Connections, 1)
		same(t, "managed accounts", o.Progress.Total, 6)
		same(t, "hours", len(o.Hours), 24)
		same(t, "succeeded this hour", o.Hours[23].Succeeded, 1)
		same(t, "failed this hour", o.Hours[23].Failed, 2)
		same(t, "trouble", len(o.Trouble), 2)
		same(t, "user beside trouble", o.TroubleUsers[0].ID, o.Trouble[0].UserID)
		same(t, "secrets shown", len(o.Targets[0].Settings.Secrets), 0)
	})
}
