package db_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

func TestGroupsAreDueWherePushingIsOn(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		before := w.group("Before")
		same(t, "while off", w.dueGroups(later), "[]")
		w.push(connectors.PushGroups, "true")
		same(t, "switched on", w.dueGroups(later), "[Before]")
		w.group("Since")
		same(t, "created", w.dueGroups(later), "[Before Since]")
		same(t, "at once", w.dueGroups(at), "[]")
		w.choose(before)
		tasks := w.claimGroups(later)
		same(t, "chosen", fmt.Sprint(tasks["Before"].ByHand, tasks["Since"].ByHand), "true false")
		w.recordGroup(later, tasks["Before"], "g1")
		w.recordGroup(later, tasks["Since"], "")
		w.choose()
		same(t, "not chosen any more", w.dueGroups(later), "[Before]")
		k := w.second()
		same(t, "another connector does not push", len(w.pushesAt(k)), 0)
	})
}

func TestWhatMakesAGroupDue(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.push(connectors.PushGroups, "true")
		ada, bob := w.user("ada"), w.user("bob")
		g := w.group("Staff", ada)
		w.group("Other")
		w.choose(g)
		w.recordAll(later)
		now := later.Add(time.Minute)
		w.recordAll(now) // the users' accounts made it due again
		same(t, "in step", w.dueGroups(now.Add(time.Minute)), "[]")
		for name, act := range map[string]func() error{
			"renamed": func() error {
				_, err := w.UpdateGroup(ctx, directory.Group{ID: g.ID, DisplayName: "Crew"}, directory.MemberChange{}, change(now))
				return err
			},
			"joined":   func() error { _, err := w.SetGroupsOf(ctx, bob.ID, []string{g.ID}, change(now)); return err },
			"disabled": func() error { ada.Active = false; _, err := w.UpdateUser(ctx, ada, change(now)); return err },
			"scope":    func() error { return w.SetScope(ctx, w.connection.ID, nil, []string{g.ID}, change(now)) },
			"retried":  func() error { return w.RetryGroup(ctx, w.connector.ID, g.ID, "", change(now)) },
			"settings": func() error { w.push(connectors.Authoritative, "true"); return nil },
		} {
			w.must(act())
			now = now.Add(time.Minute)
			if due := w.dueGroups(now); !strings.Contains(due, "Staff") && !strings.Contains(due, "Crew") {
				t.Errorf("%s: due are %s", name, due)
			}
			w.recordAll(now)
			now = now.Add(time.Minute)
			w.recordAll(now)
		}
		w.must(w.DeleteUser(ctx, bob.ID, change(now)))
		same(t, "a member was deleted", w.dueGroups(now.Add(time.Minute)), "[Crew]")
	})
}

func TestANewAccountMakesItsGroupsDueSoon(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.push(connectors.PushGroups, "true")
		ada := w.user("ada")
		g := w.group("Staff", ada)
		w.choose(g)
		tasks := w.claimAt(later)
		var user provisioning.Task
		for _, task := range tasks {
			if task.UserID != "" {
				user = task
				continue
			}
			add, err := w.ToAdd(ctx, task, "", 10)
			w.must(err)
			same(t, "members before they are known", len(add), 0)
			w.recordGroup(later, task, "g1")
		}
		w.record(later, created(user, "r1"))
		same(t, "at once", w.dueGroups(later), "[]")
		task := w.claimGroups(later.Add(2 * time.Second))["Staff"]
		add, err := w.ToAdd(ctx, task, "", 10)
		w.must(err)
		same(t, "members", fmt.Sprint(add), fmt.Sprint([]provisioning.Pushed{{UserID: ada.ID, RemoteID: "r1"}}))
	})
}

// TestGroupsHearOfALinkOnce: the act that links an account tells its groups, for the result of the attempt may be lost;
// an attempt in doubt that comes to nothing tells them nothing new, however often it is made.
func TestGroupsHearOfALinkOnce(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.push(connectors.PushGroups, "true")
		ada := w.user("ada")
		w.choose(w.group("Staff", ada))
		var user provisioning.Task
		for _, task := range w.claimAt(later) {
			if task.GroupID != "" {
				w.recordGroup(later, task, "g1")
			} else {
				user = task
			}
		}
		w.must(w.Link(ctx, user, provisioning.Link{RemoteID: "r1", Origin: provisioning.Created}, later))
		soon := later.Add(2 * time.Second)
		w.recordGroup(soon, w.claimGroups(soon)["Staff"], "g1")
		_, err := w.TakeOver(ctx, user.Lease, soon) // the process died
		w.must(err)
		for i := range 3 {
			at := soon.Add(time.Duration(i+1) * time.Minute)
			task := w.claimOne(at)
			if task.UserID == "" || task.NoWriteInDoubt || task.RemoteID != "r1" {
				t.Fatalf("claimed %+v", task)
			}
			pending := &connectors.Error{Kind: connectors.Pending, Message: "the name is taken still"}
			w.record(at, failed(task, provisioning.Result{RemoteID: "r1", Origin: provisioning.Created, Err: pending, Kind: connectors.Pending, DueAt: at.Add(time.Minute)}))
			same(t, "groups that are due", w.dueGroups(at.Add(10*time.Second)), "[]")
		}
	})
}

func TestTheLedgerOfMembers(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.push(connectors.PushGroups, "true")
		ada, bob := w.user("ada"), w.user("bob")
		g := w.group("Staff", ada, bob)
		w.choose(g)
		w.recordAll(later)
		now := later.Add(time.Minute)
		task := w.claimGroups(now)["Staff"]
		same(t, "at first", w.toDo(task), "+r-ada+r-bob")
		both := []provisioning.Pushed{{UserID: ada.ID, RemoteID: "r-ada"}, {UserID: bob.ID, RemoteID: "r-bob"}}
		w.must(w.IntendMembers(ctx, task, both))
		same(t, "in doubt", w.toDo(task), "+r-ada+r-bob")
		both[1].Refused = " no"
		w.must(w.RecordMembers(ctx, task, both, nil))
		same(t, "made and refused", w.toDo(task), "")
		page, err := w.GroupPushes(ctx, w.connector.ID, "", 0)
		w.must(err)
		same(t, "counts", fmt.Sprint(page.Pushes[0].Made, page.Pushes[0].Refused, page.Pushes[0].Waiting, page.Pushes[0].Wanted), "1 1 0 true")
		w.update(g, directory.MemberChange{Set: true})
		same(t, "everybody left", w.toDo(task), "-r-ada-r-bob no")
		w.update(g, directory.MemberChange{Add: []string{ada.ID, bob.ID}})
		same(t, "and came back, also who was refused", w.toDo(task), "+r-bob")
		_, err = writer(w).Exec(`UPDATE accounts SET remote_id = 'r2' WHERE resource_id = $1`, ada.ID)
		w.must(err)
		same(t, "another account leaves with the old one first", w.toDo(task), "+r-bob-r-ada")
		w.must(w.RecordMembers(ctx, task, nil, []string{ada.ID}))
		same(t, "and joins with the new one", w.toDo(task), "+r2+r-bob")
		strangers, err := w.Unmanaged(ctx, task, []string{"x", "r2", "r-bob", "x"})
		w.must(err)
		same(t, "strangers", fmt.Sprint(strangers), "[x]")
		stale := task
		stale.Lease = "another"
		for name, err := range map[string]error{"intend": w.IntendMembers(ctx, stale, both), "record": w.RecordMembers(ctx, stale, both, nil)} {
			if !errors.Is(err, provisioning.ErrLeaseLost) {
				t.Errorf("%s without the lease: %v", name, err)
			}
		}
		w.must(w.Link(ctx, task, provisioning.Link{RemoteID: "g2", Origin: provisioning.Created}, now))
		same(t, "another group at the target", w.count(`pushed_members`), 0)
	})
}

func TestADeletedGroupLeavesItsTargets(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.push(connectors.PushGroups, "true")
		g, never := w.group("Staff"), w.group("Never made")
		w.choose(g, never)
		first := w.claimGroups(later)
		w.recordGroup(later, first["Staff"], "g1")
		w.takeOver(first["Never made"])
		w.record(later, provisioning.Result{Task: w.claimGroups(later.Add(2 * time.Minute))["Never made"], WritesKnown: true, Err: errors.New("down"), DueAt: later.Add(time.Hour)})
		w.must(w.DeleteGroup(ctx, never.ID, change(later)))
		w.must(w.DeleteGroup(ctx, g.ID, change(later)))
		h, _, err := w.Holder(ctx, provisioning.Task{Account: provisioning.Account{ConnectorID: w.connector.ID, GroupID: never.ID}}, "g1", "")
		w.must(err)
		same(t, "leaving", h.Name+fmt.Sprint(h.Leaving), "Stafftrue")
		pushes := w.pushesAt(w.connector)
		same(t, "shown until it has left", fmt.Sprint(len(pushes), pushes[0].Group.DisplayName), "1Staff")
		tasks := w.claimGroups(later.Add(time.Hour))
		same(t, "groups that are due", len(tasks), 1)
		task := tasks["Staff"]
		same(t, "deleted", task.Deleted && !task.ByHand, true)
		w.record(later, provisioning.Result{Task: task, Operation: provisioning.OpDelete, WritesKnown: true, Gone: true})
		same(t, "accounts", w.count("accounts"), 0)
		log, err := w.Log(ctx, provisioning.LogFilter{GroupID: g.ID})
		w.must(err)
		same(t, "lines", fmt.Sprint(len(log.Attempts), log.Attempts[0].GroupName, log.Attempts[0].UserName+log.Attempts[0].UserID), "2Staff")
	})
}

func TestProgressCountsUsersOnly(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.push(connectors.PushGroups, "true")
		w.user("ada")
		w.group("Staff")
		p, err := w.Progress(ctx, w.connector.ID)
		w.must(err)
		same(t, "all", p.Total, 1)
		same(t, "pending", p.Counts[provisioning.StatusPending], 1)
		w.record(later, failed(w.claimGroups(later)["Staff"], provisioning.Result{Dead: true}))
		p, err = w.Progress(ctx, w.connector.ID)
		w.must(err)
		same(t, "failed", p.Counts[provisioning.StatusFailed], 0)
		o, err := w.Overview(ctx, later)
		w.must(err)
		same(t, "trouble", len(o.Trouble), 0)
		same(t, "group in trouble", fmt.Sprint(len(o.GroupTrouble), o.GroupTrouble[0].Group.DisplayName, o.GroupTrouble[0].Connection), "1StaffWarehouse")
		w.must(w.DeleteGroup(ctx, o.GroupTrouble[0].GroupID, change(later)))
		for _, task := range w.claimGroups(later.Add(time.Minute)) {
			w.record(later.Add(time.Minute), failed(task, provisioning.Result{Hold: true}))
		}
		o, err = w.Overview(ctx, later)
		w.must(err)
		same(t, "also when it was deleted", fmt.Sprint(len(o.GroupTrouble), o.GroupTrouble[0].Group.DisplayName), "1Staff")
	})
}
