package db_test

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"usher/directory"
)

func (w *fixture) scope(groups ...directory.Group) {
	w.t.Helper()
	ids := []string{}
	for _, g := range groups {
		ids = append(ids, g.ID)
	}
	w.must(w.SetScope(ctx, w.connection.ID, nil, ids, change(at)))
}

// recordDue records every due account as done.
func (w *fixture) recordDue() {
	w.t.Helper()
	for _, task := range w.claimAt(at) {
		w.record(at, created(task, "remote "+task.UserID))
	}
}

// due claims what is due and gives "name priority in/out" of each, in any order.
func (w *fixture) due() map[string]string {
	w.t.Helper()
	got := map[string]string{}
	for _, task := range w.claimAt(at) {
		where := " out"
		if task.InScope {
			where = " in"
		}
		got[task.User.UserName] = []string{"leavers", "people", "bulk"}[task.Priority] + where
		w.record(at, created(task, "remote "+task.UserID))
	}
	return got
}

func wantDue(t testing.TB, what string, got map[string]string, want ...string) {
	t.Helper()
	same(t, what+": how many are due", len(got), len(want))
	for _, line := range want {
		name, rest, _ := strings.Cut(line, " ")
		same(t, what+": "+name, got[name], rest)
	}
}

func TestScopeOfTasks(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		ada, bob, cy := w.user("ada"), w.user("bob"), w.user("cy")
		a, b := w.group("A", ada), w.group("B", ada, bob)
		wantDue(t, "without groups", w.due(), "ada people in", "bob people in", "cy people in")
		w.scope(a)
		wantDue(t, "one group", w.due(), "ada bulk in", "bob bulk out", "cy bulk out")
		w.scope(b, a)
		wantDue(t, "two groups", w.due(), "ada bulk in", "bob bulk in", "cy bulk out")
		w.scope(b, a)
		wantDue(t, "the same groups", w.due())

		w.update(a, directory.MemberChange{Remove: []string{ada.ID}})
		wantDue(t, "left one listed group of two", w.due(), "ada leavers in")
		w.update(a, directory.MemberChange{Add: []string{cy.ID}})
		wantDue(t, "joined", w.due(), "cy people in")
		w.update(b, directory.MemberChange{Set: true, Add: []string{ada.ID}})
		wantDue(t, "left", w.due(), "bob leavers out")
		w.update(b, directory.MemberChange{Add: []string{ada.ID}, Remove: []string{bob.ID}})
		wantDue(t, "nothing changed", w.due())

		_, err := w.SetGroupsOf(ctx, cy.ID, []string{b.ID}, change(at))
		w.must(err)
		wantDue(t, "moved from one listed group to another", w.due(), "cy leavers in")
		_, err = w.SetGroupsOf(ctx, cy.ID, nil, change(at))
		w.must(err)
		wantDue(t, "moved out", w.due(), "cy leavers out")
		w.scope()
		wantDue(t, "everybody again", w.due(), "ada bulk in", "bob bulk in", "cy bulk in")
	})
}

// Whoever joins or leaves a group is looked at again only where the group matters.
func TestMembershipTouchesOnlyWhoSendsTheGroup(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		ada := w.user("ada")
		other := w.second()
		a, b := w.group("A"), w.group("B")
		w.scope(a)
		w.recordDue()
		before, _, err := w.Account(ctx, other.ID, ada.ID)
		w.must(err)
		w.update(a, directory.MemberChange{Add: []string{ada.ID}})
		w.update(b, directory.MemberChange{Add: []string{ada.ID}})
		now, _, err := w.Account(ctx, other.ID, ada.ID)
		w.must(err)
		same(t, "generation where nothing is listed", now.DesiredGen, before.DesiredGen)
		wantDue(t, "joined a listed group and another", w.due(), "ada people in")
		w.update(b, directory.MemberChange{Clear: true})
		wantDue(t, "left a group that is not listed", w.due())
		w.update(b, directory.MemberChange{Add: []string{ada.ID}})
		_, err = w.SetGroupsOf(ctx, ada.ID, []string{a.ID}, change(at))
		w.must(err)
		wantDue(t, "left a group that is not listed, from the user's side", w.due())
	})
}

func TestJoiningDoesNotDelayALeaver(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		ada := w.user("ada")
		g := w.group("A")
		w.scope(g)
		w.recordDue()
		ada.Active = false
		_, err := w.UpdateUser(ctx, ada, change(at))
		w.must(err)
		w.update(g, directory.MemberChange{Add: []string{ada.ID}})
		w.scope()
		wantDue(t, "disabled, then joined, then everybody", w.due(), "ada leavers in")
	})
}

func TestStagedUserKnowsTheirScope(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		g := w.group("A")
		w.scope(g)
		p := w.provisioner
		p.Blocking = true
		w.must(w.UpdateProvisioner(ctx, p, change(at)))
		in, out := person("in"), person("out")
		in.Arrival.Groups = []string{g.ID}
		w.must(w.CreateUser(ctx, in, change(at), at.Add(time.Minute)))
		w.must(w.CreateUser(ctx, out, change(at), at.Add(time.Minute)))
		wantDue(t, "staged", w.due(), "in people in", "out people out")
	})
}

func TestScopeIsChecked(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		g := w.group("Sales")
		wantCode(t, w.SetScope(ctx, "none", nil, []string{g.ID}, change(at)), directory.NotFound)
		wantCode(t, w.SetScope(ctx, w.connection.ID, nil, []string{g.ID, directory.NewID()}, change(at)), directory.Invalid)
		wantCode(t, w.SetScope(ctx, w.connection.ID, nil, make([]string, 0), change(at)), "")
		now, err := w.ConnectionGroups(ctx, w.connection.ID)
		w.must(err)
		same(t, "groups after refusals", len(now), 0)
		w.scope(g)
		err = w.DeleteGroup(ctx, g.ID, change(at))
		wantCode(t, err, directory.InUse)
		if !strings.Contains(err.Error(), "“Warehouse”") {
			t.Error("the message does not name the connection:", err)
		}
		w.scope()
		w.must(w.DeleteGroup(ctx, g.ID, change(at)))
		wantCode(t, w.DeleteGroup(ctx, g.ID, change(at)), directory.NotFound)
	})
}

func TestDeletedConnectionForgetsItsGroups(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		g := w.group("Sales", w.user("ada"))
		w.scope(g)
		w.must(w.DeleteProvisioner(ctx, w.provisioner.ID, change(at)))
		w.must(w.DeleteConnection(ctx, w.connection.ID, change(at)))
		w.must(w.DeleteGroup(ctx, g.ID, change(at)))
		left, err := w.Members(ctx, g.ID, "", 0)
		w.must(err)
		same(t, "members of a deleted group", len(left), 0)
	})
}

func TestScopeEffect(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		ada, bob, cy := w.user("ada"), w.user("bob"), w.user("cy")
		w.user("dan")
		gone := w.user("gone")
		a, b := w.group("A", ada, bob, gone), w.group("B", bob, cy)
		staged := person("staged")
		staged.Arrival.Groups = []string{a.ID}
		w.must(w.CreateUser(ctx, staged, change(at), at.Add(time.Minute)))
		w.must(w.DeleteUser(ctx, gone.ID, change(at)))
		effect := func(groups ...string) directory.ScopeEffect {
			e, err := w.ScopeEffect(ctx, w.connection.ID, groups)
			w.must(err)
			return e
		}
		same(t, "everybody stays", effect(), directory.ScopeEffect{})
		same(t, "from everybody to one group", effect(a.ID), directory.ScopeEffect{Leaving: 2})
		w.scope(a)
		same(t, "the same", effect(a.ID), directory.ScopeEffect{})
		same(t, "one more", effect(a.ID, b.ID), directory.ScopeEffect{Joining: 1})
		same(t, "two more with the same new user", effect(a.ID, b.ID, w.group("C", cy).ID), directory.ScopeEffect{Joining: 1})
		same(t, "another", effect(b.ID), directory.ScopeEffect{Joining: 1, Leaving: 1})
		same(t, "everybody", effect(), directory.ScopeEffect{Joining: 2})
		same(t, "a group that is gone", effect("none"), directory.ScopeEffect{Leaving: 2})
	})
}

// Members come and go while a connection's groups change, users leave and accounts are claimed: what was claimed last
// is what is true in the end.
func TestMembersUnderPressure(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		var users []directory.User
		for _, n := range strings.Fields("a b c d e f g h i j k l") {
			users = append(users, w.user(n))
		}
		g, h := w.group("G"), w.group("H")
		var acts, claims sync.WaitGroup
		try := func(f func(i int) error) {
			acts.Go(func() {
				for i := range 20 {
					if err := f(i); err != nil && directory.CodeOf(err) == "" {
						t.Error(err)
					}
				}
			})
		}
		try(func(i int) error {
			_, err := w.UpdateGroup(ctx, g, directory.MemberChange{Set: true, Add: idsOf(users[i%6 : 6])}, change(at))
			return err
		})
		try(func(i int) error {
			_, err := w.SetGroupsOf(ctx, users[11-i%12].ID, []string{g.ID, h.ID}[:1+i%2], change(at))
			return err
		})
		try(func(i int) error {
			return w.SetScope(ctx, w.connection.ID, nil, []string{g.ID, h.ID}[:i%3], change(at))
		})
		try(func(i int) error {
			if i < 9 {
				return nil
			}
			return w.DeleteUser(ctx, users[i%12].ID, change(at))
		})
		seen := map[string]bool{}
		claim := func() int {
			tasks := w.claimAt(at)
			for _, task := range tasks {
				if w.record(at, created(task, "remote "+task.UserID))[0] {
					seen[task.UserID] = task.InScope
				}
			}
			return len(tasks)
		}
		var over atomic.Bool
		claims.Go(func() {
			for !over.Load() {
				claim()
			}
		})
		acts.Wait()
		over.Store(true)
		claims.Wait()
		for claim() > 0 {
		}
		w.members(g)
		w.members(h)
		w.wantSeen(users, seen)
	})
}

func (w *fixture) wantSeen(users []directory.User, seen map[string]bool) {
	w.t.Helper()
	sends, err := w.ConnectionGroups(ctx, w.connection.ID)
	w.must(err)
	of, err := w.GroupsOf(ctx, idsOf(users))
	w.must(err)
	for _, u := range users {
		if _, err := w.User(ctx, u.ID); err != nil {
			continue
		}
		in := len(sends) == 0
		for _, s := range sends {
			in = in || slices.Contains(of[u.ID], directory.GroupRef{ID: s.ID, DisplayName: s.DisplayName})
		}
		if seen[u.ID] != in {
			w.t.Errorf("%s was last claimed with in scope %t, and it is %t", u.UserName, seen[u.ID], in)
		}
	}
}
