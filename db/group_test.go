package db_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"usher/db"
	"usher/directory"
)

func (w *fixture) group(name string, members ...directory.User) directory.Group {
	w.t.Helper()
	g := directory.Group{ID: directory.NewID(), DisplayName: name}
	w.must(w.CreateGroup(ctx, g, idsOf(members), change(at)))
	return g
}

func idsOf(us []directory.User) []string {
	ids := make([]string, len(us))
	for i, u := range us {
		ids[i] = u.ID
	}
	return ids
}

func (w *fixture) update(g directory.Group, m directory.MemberChange) bool {
	w.t.Helper()
	changed, err := w.UpdateGroup(ctx, g, m, change(at))
	w.must(err)
	return changed
}

// members lists the group in small pages, and checks the counter against the list.
func (w *fixture) members(g directory.Group) string {
	w.t.Helper()
	var names []string
	after := ""
	for {
		page, err := w.Members(ctx, g.ID, after, 2)
		w.must(err)
		if len(page) == 0 {
			break
		}
		for _, m := range page {
			names = append(names, m.UserName)
		}
		after = page[len(page)-1].UserID
	}
	now, err := w.Group(ctx, g.ID)
	w.must(err)
	if now.Members != int64(len(names)) {
		w.t.Errorf("the counter of %s is %d, there are %d members", g.DisplayName, now.Members, len(names))
	}
	slices.Sort(names)
	return fmt.Sprint(names)
}

func TestGroupMembers(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		ada, bob, cy, dan := w.user("ada"), w.user("bob"), w.user("cy"), w.user("dan")
		g := w.group("Sales", ada, bob, ada)
		same(t, "members at first", w.members(g), "[ada bob]")
		for _, step := range []struct {
			name    string
			m       directory.MemberChange
			changed bool
			want    string
		}{
			{"add, one of them again", directory.MemberChange{Add: []string{cy.ID, bob.ID, cy.ID}}, true, "[ada bob cy]"},
			{"add whom it has", directory.MemberChange{Add: []string{cy.ID}}, false, "[ada bob cy]"},
			{"remove, and somebody who is none", directory.MemberChange{Remove: []string{bob.ID, dan.ID, "nobody"}}, true, "[ada cy]"},
			{"remove nobody who is there", directory.MemberChange{Remove: []string{bob.ID}}, false, "[ada cy]"},
			{"set", directory.MemberChange{Set: true, Add: []string{dan.ID, cy.ID}}, true, "[cy dan]"},
			{"set the same", directory.MemberChange{Set: true, Add: []string{cy.ID, dan.ID}}, false, "[cy dan]"},
			{"remove and add", directory.MemberChange{Remove: []string{cy.ID, dan.ID}, Add: []string{dan.ID, ada.ID}}, true, "[ada dan]"},
			{"remove and add the same", directory.MemberChange{Remove: []string{dan.ID}, Add: []string{dan.ID}}, false, "[ada dan]"},
			{"clear and add", directory.MemberChange{Clear: true, Add: []string{bob.ID, dan.ID}}, true, "[bob dan]"},
			{"clear", directory.MemberChange{Clear: true}, true, "[]"},
			{"set nobody", directory.MemberChange{Set: true}, false, "[]"},
		} {
			before, err := w.Group(ctx, g.ID)
			w.must(err)
			same(t, step.name+": changed", w.update(g, step.m), step.changed)
			same(t, step.name, w.members(g), step.want)
			now, err := w.Group(ctx, g.ID)
			w.must(err)
			same(t, step.name+": version moved", now.Version > before.Version, step.changed)
		}
	})
}

// A change that refuses one member takes in none.
func TestOnlyLiveUsersJoin(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		ada, gone := w.user("ada"), w.user("gone")
		w.must(w.DeleteUser(ctx, gone.ID, change(at)))
		g := w.group("Sales")
		staged := person("staged")
		staged.Arrival.Groups = []string{g.ID}
		w.must(w.CreateUser(ctx, staged, change(at), at.Add(time.Minute)))
		for _, bad := range []string{gone.ID, staged.ID, directory.NewID(), "\x00"} {
			_, err := w.UpdateGroup(ctx, g, directory.MemberChange{Add: []string{ada.ID, bad}}, change(at))
			wantCode(t, err, directory.Invalid)
			if !strings.Contains(err.Error(), fmt.Sprintf("members: There is no user with the ID %q", strings.ReplaceAll(bad, "\x00", "\uFFFD"))) {
				t.Errorf("the message does not name %q: %v", bad, err)
			}
			wantCode(t, w.CreateGroup(ctx, directory.Group{ID: directory.NewID(), DisplayName: "Other"}, []string{ada.ID, bad}, change(at)), directory.Invalid)
		}
		same(t, "members after refusals", w.members(g), "[]")
		_, err := w.UpdateGroup(ctx, g, directory.MemberChange{Remove: make([]string, directory.MaxMembers+1)}, change(at))
		wantCode(t, err, directory.Invalid)
	})
}

func TestStagedMembersCountOnceTheyAreLive(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		g := w.group("Sales")
		for _, name := range []string{"stays", "goes"} {
			u := person(name)
			u.Arrival.Groups = []string{g.ID, g.ID, "no such group"}
			w.must(w.CreateUser(ctx, u, change(at), at.Add(time.Minute)))
			same(t, "members while staged", w.members(g), "[]")
			same(t, "set nobody while somebody is staged", w.update(g, directory.MemberChange{Set: true}), false)
			if name == "goes" {
				w.must(w.TakeBack(ctx, u.ID, change(at)))
				continue
			}
			w.must(w.GoLive(ctx, u.ID, change(at)))
			same(t, "members when live", w.members(g), "[stays]")
			w.must(w.DeleteUser(ctx, u.ID, change(at)))
			same(t, "members when deleted", w.members(g), "[]")
		}
		same(t, "members in the end", w.members(g), "[]")
		live := person("live")
		live.Arrival.Groups = []string{g.ID}
		w.must(w.CreateUser(ctx, live, change(at), time.Time{}))
		same(t, "members with an arrival", w.members(g), "[live]")
	})
}

func TestGroupNames(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		g := w.group("Sales")
		wantCode(t, w.CreateGroup(ctx, directory.Group{ID: directory.NewID(), DisplayName: "SALES"}, nil, change(at)), directory.Conflict)
		other := w.group("Ärzte West")
		other.DisplayName = "sales"
		_, err := w.UpdateGroup(ctx, other, directory.MemberChange{}, change(at))
		wantCode(t, err, directory.Conflict)
		other.DisplayName = "Ärzte Ost"
		same(t, "renamed", w.update(other, directory.MemberChange{}), true)
		same(t, "renamed to the same", w.update(other, directory.MemberChange{}), false)
		for search, want := range map[string]string{"arzte": "[Ärzte Ost]", "ost är": "[Ärzte Ost]", "west": "[]", "": "[Sales Ärzte Ost]", "ärzte o": "[Ärzte Ost]"} {
			same(t, "search "+search, w.groupNames(directory.GroupFilter{Search: search, Limit: 1}), want)
		}
		found, err := w.GroupsByName(ctx, []string{"sales", "ärzte ost", "nothing", "sales"})
		w.must(err)
		same(t, "groups by name", len(found), 2)
		g.Version = 7
		_, err = w.UpdateGroup(ctx, g, directory.MemberChange{Clear: true}, change(at))
		wantCode(t, err, directory.Conflict)
		_, err = w.UpdateGroup(ctx, directory.Group{ID: "none", DisplayName: "x"}, directory.MemberChange{}, change(at))
		wantCode(t, err, directory.NotFound)
		_, err = w.Group(ctx, "\x00")
		wantCode(t, err, directory.NotFound)
	})
}

func (w *fixture) groupNames(f directory.GroupFilter) string {
	w.t.Helper()
	var names []string
	for {
		p, err := w.ListGroups(ctx, f)
		w.must(err)
		for _, g := range p.Groups {
			names = append(names, g.DisplayName)
		}
		if p.Next == "" {
			return fmt.Sprint(names)
		}
		f.After = p.Next
	}
}

func TestGroupsOfAUser(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		ada, bob := w.user("ada"), w.user("bob")
		a, b, c := w.group("Alpha", ada), w.group("beta", ada, bob), w.group("Gamma")
		set := func(ids ...string) bool {
			changed, err := w.SetGroupsOf(ctx, ada.ID, ids, change(at))
			w.must(err)
			return changed
		}
		of := func() string {
			all, err := w.GroupsOf(ctx, []string{ada.ID, bob.ID})
			w.must(err)
			return fmt.Sprint(all[ada.ID])
		}
		same(t, "the same groups again", set(b.ID, a.ID, a.ID), false)
		same(t, "other groups", set(c.ID, b.ID), true)
		same(t, "groups", of(), fmt.Sprint([]directory.GroupRef{{ID: b.ID, DisplayName: "beta"}, {ID: c.ID, DisplayName: "Gamma"}}))
		same(t, "groups by member", w.groupNames(directory.GroupFilter{Member: ada.ID, Limit: 1}), "[beta Gamma]")
		same(t, "left", w.members(a), "[]")
		same(t, "stayed", w.members(b), "[ada bob]")
		same(t, "joined", w.members(c), "[ada]")
		_, err := w.SetGroupsOf(ctx, ada.ID, []string{a.ID, "none"}, change(at))
		wantCode(t, err, directory.Invalid)
		same(t, "groups after a refusal", w.members(a), "[]")
		_, err = w.SetGroupsOf(ctx, "none", []string{a.ID}, change(at))
		wantCode(t, err, directory.NotFound)
		page, err := w.Users(ctx, directory.UserFilter{Group: b.ID, Search: "bo"})
		w.must(err)
		same(t, "users of a group", names(page.Users), "[bob]")
	})
}

// TestLargeSet replaces the members of a group that is larger than one statement names.
func TestLargeSet(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.must(db.Fill(w.Store, 2400, at))
		page, err := w.Users(ctx, directory.UserFilter{Limit: 200})
		w.must(err)
		all := idsOf(page.Users)
		for page.Next != "" {
			page, err = w.Users(ctx, directory.UserFilter{Limit: 200, After: page.Next})
			w.must(err)
			all = append(all, idsOf(page.Users)...)
		}
		g := directory.Group{ID: directory.NewID(), DisplayName: "Many"}
		w.must(w.CreateGroup(ctx, g, all[:1600], change(at)))
		w.update(g, directory.MemberChange{Set: true, Add: all[800:]})
		found, err := w.Members(ctx, g.ID, "", 1000)
		w.must(err)
		rest, err := w.Members(ctx, g.ID, found[len(found)-1].UserID, 1000)
		w.must(err)
		got := map[string]bool{}
		for _, m := range append(found, rest...) {
			got[m.UserID] = true
		}
		same(t, "members", len(got), 1600)
		for _, id := range all[800:] {
			if !got[id] {
				t.Fatal("a member is missing")
			}
		}
		now, err := w.Group(ctx, g.ID)
		w.must(err)
		same(t, "counter", now.Members, 1600)
		in, err := w.Users(ctx, directory.UserFilter{Group: g.ID, Limit: 3})
		w.must(err)
		same(t, "users of a large group", names(in.Users), "[user0000800 user0000801 user0000802]")
	})
}

func TestDeletedGroupIsForgottenByClients(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		g := directory.Group{ID: directory.NewID(), DisplayName: "Sales", ClientID: directory.ClientID{Client: "Entra", Value: "g-1"}}
		w.must(w.CreateGroup(ctx, g, nil, change(at)))
		known := func() int {
			of, err := w.ClientIDs(ctx, "Entra", "group", []string{g.ID})
			w.must(err)
			return len(of)
		}
		same(t, "names while it is there", known(), 1)
		same(t, "the same name again", w.update(g, directory.MemberChange{}), false)
		g.ClientID.Value = "g-2"
		same(t, "another name", w.update(g, directory.MemberChange{}), true)
		w.must(w.DeleteGroup(ctx, g.ID, change(at)))
		same(t, "names when it is gone", known(), 0)
	})
}
