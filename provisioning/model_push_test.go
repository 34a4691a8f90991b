package provisioning_test

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

// push is the part of a history that is about groups at a target: one target pushes those that are chosen, by hand or
// by a rule, while people join and leave them, and while they are renamed and deleted.
type push struct {
	target        int
	onGone        string
	authoritative bool
	teams         []directory.Group // besides the scope's groups
	chosen        []string          // IDs, by hand
	made          int               // how many teams there were
	deleted       []string
	foreign       map[string]remoteGroup
}

const byRule = "group1" // the scope's second group is pushed always

// pushSettings chooses the target that pushes, before the fixture begins.
func (h *history) pushSettings(seed uint64) {
	h.push = push{target: int(seed % 3), onGone: connectors.GoneMembers, authoritative: seed%4 == 1}
	if seed%2 == 0 {
		h.push.onGone = connectors.GoneDelete
	}
	h.setups[h.push.target].settings = map[string]string{connectors.PushGroups: "true", connectors.GroupMode: connectors.GroupsAndMembers,
		connectors.GroupRule: `group.displayName == "` + byRule + `"`, connectors.Authoritative: fmt.Sprint(h.push.authoritative), connectors.OnGroupGone: h.push.onGone}
	tg := h.setups[h.push.target].target
	tg.seedGroup("team0", "f1", "f2")
	tg.seedGroup("strangers", "f3", "r1")
	h.push.foreign = tg.groupSnapshot()
}

func (h *history) beginPush() {
	h.newTeam()
	h.newTeam()
	h.choose(15)
}

func (h *history) newTeam() {
	g, err := h.dir.CreateGroup(h.t.Context(), directory.Group{DisplayName: fmt.Sprint("team", h.push.made)}, nil, tester)
	must(h.t, err)
	h.push.made++
	h.push.teams = append(h.push.teams, g)
}

func (h *history) allGroups() []directory.Group { return slices.Concat(h.scope.groups, h.push.teams) }

func (h *history) choose(bits int) {
	h.push.chosen = nil
	for i, g := range h.allGroups() {
		if bits>>i&1 == 1 {
			h.push.chosen = append(h.push.chosen, g.ID)
		}
	}
	must(h.t, h.dir.SetPushedGroups(h.t.Context(), h.conns[h.push.target], h.push.chosen, tester))
}

// repush is one random act about pushed groups.
func (h *history) repush() {
	ctx := h.t.Context()
	all := h.allGroups()
	g := all[h.rng.IntN(len(all))]
	switch op := h.rng.IntN(16); {
	case op < 9:
		h.joinOrLeave(g)
	case op < 11 && g.DisplayName != "team0" && !slices.ContainsFunc(h.scope.groups, func(s directory.Group) bool { return s.ID == g.ID }):
		i := slices.IndexFunc(h.push.teams, func(t directory.Group) bool { return t.ID == g.ID })
		h.push.teams[i].DisplayName = fmt.Sprintf("team of %d, %d", i, h.rng.IntN(1000))
		_, err := h.dir.UpdateGroup(ctx, h.push.teams[i], directory.MemberChange{}, tester)
		if directory.CodeOf(err) == directory.Conflict {
			h.push.teams[i].DisplayName = g.DisplayName
			return
		}
		must(h.t, err)
	case op < 12 && len(h.push.teams) > 0:
		g = h.push.teams[0]
		must(h.t, h.dir.DeleteGroup(ctx, g.ID, tester))
		h.push.teams, h.push.deleted = h.push.teams[1:], append(h.push.deleted, g.ID)
		h.push.chosen = slices.DeleteFunc(h.push.chosen, func(id string) bool { return id == g.ID })
		for u, of := range h.scope.members {
			h.scope.members[u] = slices.DeleteFunc(slices.Clone(of), func(id string) bool { return id == g.ID })
		}
	case op < 14 && len(h.push.teams) < 3:
		h.newTeam()
	default:
		h.choose(h.rng.IntN(64))
	}
}

func (h *history) joinOrLeave(g directory.Group) {
	u := h.anybody()
	mine := h.scope.members[u.ID]
	m := directory.MemberChange{Add: []string{u.ID}}
	if slices.Contains(mine, g.ID) {
		m = directory.MemberChange{Remove: []string{u.ID}}
		mine = slices.DeleteFunc(slices.Clone(mine), func(id string) bool { return id == g.ID })
	} else {
		mine = append(slices.Clone(mine), g.ID)
	}
	g.Version = 0
	_, err := h.dir.UpdateGroup(h.t.Context(), g, m, tester)
	must(h.t, err)
	h.scope.members[u.ID] = mine
}

// judgePush is the oracle about groups.
func (h *history) judgePush() {
	tg, conn := h.targets[h.push.target], h.conns[h.push.target]
	rows := tg.groupSnapshot()
	if was := h.push.foreign; !same(rows["g5"], was["g5"]) {
		h.t.Errorf("a foreign group was written: %+v, was %+v", rows["g5"], was["g5"])
	}
	page, err := h.store.GroupPushes(h.t.Context(), conn.ID, "", 100)
	must(h.t, err)
	pushes := map[string]provisioning.GroupPush{}
	for _, p := range page.Pushes {
		pushes[p.GroupID] = p
	}
	for _, g := range h.allGroups() {
		h.judgeGroup(g, pushes[g.ID], rows)
	}
	for _, id := range h.push.deleted {
		if p, there := pushes[id]; there {
			h.t.Errorf("a deleted group's row stays: %s %+v", p.Status(time.Now()), p)
		}
		for _, r := range rows {
			if r.ExternalID == id && (h.push.onGone == connectors.GoneDelete || len(r.Members) > 0) {
				h.t.Errorf("a deleted group stays: %+v", r)
			}
		}
	}
	h.judgeAdoptable(rows, pushes)
	if h.t.Failed() {
		h.tell(h.push.target, tg.snapshot())
	}
}

// judgeAdoptable wants the foreign group of the same name with its members, and nobody else's unless it was adopted.
func (h *history) judgeAdoptable(rows map[string]remoteGroup, pushes map[string]provisioning.GroupPush) {
	r, there := rows["g4"]
	if !there {
		h.t.Error("the foreign group was removed")
		return
	}
	adopted := slices.ContainsFunc(slices.Collect(maps.Values(pushes)), func(p provisioning.GroupPush) bool { return p.RemoteID == "g4" })
	for m := range h.push.foreign["g4"].Members {
		if !r.Members[m] && !h.push.authoritative {
			h.t.Errorf("the foreign member %s was removed: %+v", m, r)
		}
		delete(r.Members, m)
	}
	if !adopted && len(r.Members) > 0 {
		h.t.Errorf("members of ours stay in a foreign group: %+v", r)
	}
}

func same(a, b remoteGroup) bool {
	return a.Name == b.Name && a.ExternalID == b.ExternalID && maps.Equal(a.Members, b.Members)
}

// expected are the account IDs of the members whom the target should have.
func (h *history) expected(g directory.Group) map[string]bool {
	want := map[string]bool{}
	for _, u := range h.users {
		a, ok := h.account(h.push.target, u.ID)
		if ok && u.Active && u.UserName != neverMember && a.RemoteID != "" && slices.Contains(h.scope.members[u.ID], g.ID) && h.inScope(h.push.target, u) {
			want[a.RemoteID] = true
		}
	}
	return want
}

func (h *history) judgeGroup(g directory.Group, p provisioning.GroupPush, rows map[string]remoteGroup) {
	var mine []remoteGroup
	for _, id := range slices.Sorted(maps.Keys(rows)) {
		if r := rows[id]; r.ExternalID == g.ID || p.RemoteID == id && p.Origin == provisioning.Adopted {
			mine = append(mine, r)
		}
	}
	status := p.Status(time.Now())
	wanted := g.DisplayName == byRule || slices.Contains(h.push.chosen, g.ID)
	foreign := map[string]bool{}
	if p.Origin == provisioning.Adopted && !h.push.authoritative {
		foreign = map[string]bool{"f1": true, "f2": true}
	}
	switch {
	case wanted && g.DisplayName == "team0" && h.setups[h.push.target].existing == connectors.HoldExisting:
		if status != provisioning.StatusHeld || len(mine) > 0 {
			h.t.Errorf("%s should be held: %s, %+v", g.DisplayName, status, mine)
		}
	case status == provisioning.StatusPending && h.push.authoritative && h.someMemberAsks(g):
	case status != provisioning.StatusSynced:
		h.t.Errorf("%s is %s: %+v", g.DisplayName, status, p)
	case wanted && len(mine) != 1:
		h.t.Errorf("%s is there %d times: %+v", g.DisplayName, len(mine), mine)
	case wanted:
		want := h.expected(g)
		maps.Copy(want, foreign)
		if r := mine[0]; r.Name != g.DisplayName || !maps.Equal(r.Members, want) {
			h.t.Errorf("%s should have the members %v, there is %+v (adopted: %v)", g.DisplayName, want, r, p.Origin)
		}
	default:
		h.judgeUnpushed(g, p, mine, foreign)
	}
}

// someMemberAsks reports whether a member's own account waits for an administrator, so that its ID is not known.
func (h *history) someMemberAsks(g directory.Group) bool {
	for _, u := range h.users {
		a, _ := h.account(h.push.target, u.ID)
		if slices.Contains(h.scope.members[u.ID], g.ID) && a.RemoteID == "" && a.Status(time.Now()) != provisioning.StatusSynced {
			return true
		}
	}
	return false
}

// judgeUnpushed wants nothing of ours left of a group that is not pushed.
func (h *history) judgeUnpushed(g directory.Group, p provisioning.GroupPush, mine []remoteGroup, foreign map[string]bool) {
	for _, r := range mine {
		for m := range r.Members {
			if !foreign[m] && m != "f1" && m != "f2" {
				h.t.Errorf("%s is not pushed and has members of ours: %+v", g.DisplayName, r)
			}
		}
		if h.push.onGone == connectors.GoneDelete && p.Origin != provisioning.Adopted {
			h.t.Errorf("%s is not pushed and stays: %+v", g.DisplayName, r)
		}
	}
}
