package db_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"usher/directory"
	"usher/provisioning"
)

// refusal makes a group with one member whom the target refused for good, all settled.
func (w *fixture) refusal(now time.Time) (directory.User, directory.Group) {
	w.t.Helper()
	w.push("push_groups", "true")
	ada := w.user("ada")
	g := w.group("Staff", ada)
	w.choose(g)
	w.recordAll(later)
	task := w.claimGroups(now)["Staff"]
	w.must(w.RecordMembers(ctx, task, []provisioning.Pushed{{UserID: ada.ID, RemoteID: "r-ada", Refused: "no"}}, nil))
	same(w.t, "what is to do", w.toDo(task), "")
	w.recordGroup(now, task, "g-Staff")
	return ada, g
}

// A refusal ends with what it was about: then the group is due, and the member is tried again.
func TestWhatEndsARefusal(t *testing.T) {
	now := later.Add(time.Minute)
	for name, act := range map[string]func(w *fixture, ada directory.User, g directory.Group) error{
		"the membership began again, by the group": func(w *fixture, ada directory.User, g directory.Group) error {
			w.update(g, directory.MemberChange{Remove: []string{ada.ID}})
			w.update(g, directory.MemberChange{Add: []string{ada.ID}})
			return nil
		},
		"the membership began again, by the user": func(w *fixture, ada directory.User, g directory.Group) error {
			if _, err := w.SetGroupsOf(ctx, ada.ID, nil, change(now)); err != nil {
				return err
			}
			_, err := w.SetGroupsOf(ctx, ada.ID, []string{g.ID}, change(now))
			return err
		},
		"the user was edited": func(w *fixture, ada directory.User, _ directory.Group) error {
			ada.DisplayName = "Lady Ada"
			if _, err := w.UpdateUser(ctx, ada, change(now)); err != nil {
				return err
			}
			r := created(w.claimOne(now), "r-ada")
			r.Operation = provisioning.OpUpdate
			w.record(now, r)
			return nil
		},
		"the settings were saved": func(w *fixture, _ directory.User, _ directory.Group) error {
			w.push("base_url", "http://y")
			return nil
		},
		"somebody retried": func(w *fixture, _ directory.User, g directory.Group) error {
			return w.RetryGroup(ctx, w.connector.ID, g.ID, "", change(now))
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *fixture) {
				ada, g := w.refusal(now)
				w.must(act(w, ada, g))
				task, due := w.claimGroups(now.Add(time.Minute))["Staff"]
				same(t, "due", due, true)
				same(t, "what is to do", w.toDo(task), "+r-ada")
			})
		})
	}
}

func TestARefusalOutlivesWhatItIsNotAbout(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		now := later.Add(time.Minute)
		_, g := w.refusal(now)
		bob := w.user("bob")
		w.update(g, directory.MemberChange{Add: []string{bob.ID}})
		w.recordAll(now)
		task := w.claimGroups(now.Add(time.Minute))["Staff"]
		same(t, "what is to do", w.toDo(task), "+r-bob")
	})
}

// Who must leave a group goes before a back-fill, and stays so whatever comes after.
func TestLeavingAGroupIsUrgent(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.push("push_groups", "true")
		ada, bob := w.user("ada"), w.user("bob")
		g := w.group("Staff", ada)
		w.recordAll(later)
		now := later.Add(time.Minute)
		w.recordAll(now)
		urgency := func() (p provisioning.Priority) {
			w.must(writer(w).QueryRow(`SELECT priority FROM accounts WHERE kind = 'group'`).Scan(&p))
			return p
		}
		w.update(g, directory.MemberChange{Add: []string{bob.ID}})
		same(t, "somebody joined", urgency(), provisioning.People)
		w.update(g, directory.MemberChange{Remove: []string{ada.ID}})
		same(t, "somebody left", urgency(), provisioning.Leavers)
		w.push("group_rule", "true")
		same(t, "and the settings changed", urgency(), provisioning.Leavers)
		w.recordAll(now.Add(time.Minute))
		w.push("group_rule", "false")
		same(t, "only the settings changed", urgency(), provisioning.Bulk)
	})
}

// That a group may be adopted is no yes to removing members whom nobody wants.
func TestLinkingUsesTheYesUp(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.push("push_groups", "true")
		g := w.group("Staff")
		w.must(w.RetryGroup(ctx, w.connector.ID, g.ID, "g1", change(at)))
		task := w.claimGroups(later)["Staff"]
		same(t, "approved", task.Approved, "g1")
		w.must(w.Link(ctx, task, provisioning.Link{RemoteID: "g1", Origin: provisioning.Adopted}, later))
		w.record(later, failed(task, provisioning.Result{RemoteID: "g1", Origin: provisioning.Adopted, DueAt: later}))
		same(t, "approved after the link", w.claimGroups(later.Add(time.Second))["Staff"].Approved, "")
	})
}

// Somebody may become a member again while they are being removed as a stranger.
func TestDoubtedMembersAreMadeAgain(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.push("push_groups", "true")
		ada := w.user("ada")
		w.choose(w.group("Staff", ada))
		arriving := func(task provisioning.Task) bool {
			yes, err := w.Arriving(ctx, task)
			w.must(err)
			return yes
		}
		tasks := w.claimAt(later)
		slices.Reverse(tasks) // the group before the user
		for _, task := range tasks {
			if task.GroupID != "" {
				same(t, "arriving", arriving(task), true)
				w.recordGroup(later, task, "g1")
			} else {
				w.record(later, created(task, "r-ada"))
			}
		}
		task := w.claimGroups(later.Add(time.Minute))["Staff"]
		same(t, "arriving still", arriving(task), false)
		w.must(w.RecordMembers(ctx, task, []provisioning.Pushed{{UserID: ada.ID, RemoteID: "r-ada"}}, nil))
		same(t, "certain", w.toDo(task), "")
		w.must(w.DoubtMembers(ctx, task, []string{"x", "r-ada"}))
		same(t, "in doubt", w.toDo(task), "+r-ada")
		task.Lease = "another"
		if err := w.DoubtMembers(ctx, task, []string{"r-ada"}); err == nil {
			t.Error("doubted without the lease")
		}
	})
}

// A claim says which configuration it belongs to.
func TestClaimsHaveTheRevision(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.user("ada")
		w.push("push_groups", "true")
		w.group("Staff")
		for _, task := range w.claimAt(later) {
			same(t, fmt.Sprint("revision of ", task.User.UserName, task.Group.DisplayName), task.Revision, 2)
		}
	})
}
