package provisioning_test

import (
	"fmt"
	"slices"

	"usher/directory"
	"usher/provisioning"
)

// scope is the part of a history that is about groups: one target sends only the members of the groups that it lists.
type scope struct {
	target  int
	groups  []directory.Group
	listed  []string            // IDs
	members map[string][]string // IDs of their groups, by user ID
}

// beginScope makes two groups; the target lists the first.
func (h *history) beginScope(seed uint64) {
	h.scope = scope{target: int(seed / 3 % 3), members: map[string][]string{}}
	for i := range 2 {
		g, err := h.dir.CreateGroup(h.t.Context(), directory.Group{DisplayName: fmt.Sprint("group", i)}, nil, tester)
		must(h.t, err)
		h.scope.groups = append(h.scope.groups, g)
	}
	h.setScope(1)
}

// setScope lists the groups whose bits are set; none means all users.
func (h *history) setScope(bits int) {
	ids := h.someGroups(bits)
	must(h.t, h.dir.SetScope(h.t.Context(), directory.Connection{ID: h.conns[h.scope.target].ConnectionID}, ids, tester))
	h.scope.listed = ids
}

func (h *history) someGroups(bits int) (ids []string) {
	for i, g := range h.scope.groups {
		if bits>>i&1 == 1 {
			ids = append(ids, g.ID)
		}
	}
	return ids
}

// regroup is one random act about groups, from the group's side, the user's side or the connection's.
func (h *history) regroup() {
	ctx, u, g := h.t.Context(), h.anybody(), h.scope.groups[h.rng.IntN(2)]
	mine := h.scope.members[u.ID]
	switch op := h.rng.IntN(8); {
	case op < 3:
		_, err := h.dir.UpdateGroup(ctx, directory.Group{ID: g.ID, DisplayName: g.DisplayName}, directory.MemberChange{Add: []string{u.ID}}, tester)
		must(h.t, err)
		if !slices.Contains(mine, g.ID) {
			mine = append(slices.Clone(mine), g.ID)
		}
	case op < 5:
		_, err := h.dir.UpdateGroup(ctx, directory.Group{ID: g.ID, DisplayName: g.DisplayName}, directory.MemberChange{Remove: []string{u.ID}}, tester)
		must(h.t, err)
		mine = slices.DeleteFunc(slices.Clone(mine), func(id string) bool { return id == g.ID })
	case op < 7:
		mine = h.someGroups(h.rng.IntN(4))
		must(h.t, h.dir.SetGroupsOf(ctx, u.ID, mine, tester))
	default:
		h.setScope(h.rng.IntN(4))
		return
	}
	h.scope.members[u.ID] = mine
}

func (h *history) inScope(i int, u directory.User) bool {
	return i != h.scope.target || len(h.scope.listed) == 0 ||
		slices.ContainsFunc(h.scope.listed, func(id string) bool { return slices.Contains(h.scope.members[u.ID], id) })
}

// judgeOutside wants no usable account of ours for a user who is out of scope, and nothing left to do.
func (h *history) judgeOutside(i int, u directory.User, rows map[string]row, mine []row) {
	a, ok := h.account(i, u.ID)
	if h.asks(i, u, a, rows, mine) {
		return
	}
	if status := h.status(i, u.ID); !ok || status != provisioning.StatusSynced {
		h.t.Errorf("target %d: %s is out of scope and %s: %+v", i, u.UserName, status, a)
	}
	if a.Origin == provisioning.Adopted {
		mine = append(mine, rows[a.RemoteID])
	}
	for _, r := range mine {
		if r.Active || len(mine) > 1 {
			h.t.Errorf("target %d: %s is out of scope and has %d accounts, one of them %+v", i, u.UserName, len(mine), r)
		}
	}
}
