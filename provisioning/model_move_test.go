package provisioning_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

// move is the part of a history that is about whose account it is: a connector points somewhere else, people are
// renamed in a circle, come back after they left, and one of them is refused.
type move struct {
	target int
	keeps  bool // accounts of leavers are disabled, and stay
	moved  int  // how often the tenant of the target moved
	left   *target
	had    map[string]row // what was at the left target before us
}

func (h *history) moveSettings(seed uint64) {
	h.move = move{target: int(seed / 9 % 3), keeps: seed%5 < 2}
	for i, s := range h.setups {
		values := map[string]string{tenantField: "a"}
		if h.move.keeps {
			values[connectors.OnDelete] = string(connectors.Disable)
		}
		maps.Copy(values, s.settings)
		h.setups[i].settings = values
		s.target.adopts = s.existing == connectors.AdoptExisting
		if !s.target.twins { // where two can have one name, ours is made beside it
			s.target.set(func(tg *target) { tg.stranger("user6", "hr-77") })
			h.foreign[i] = s.target.snapshot()
		}
	}
	tg := h.setups[h.move.target].target
	tg.other = newTarget(seed*10 + 100)
	tg.other.lag, tg.other.twins, tg.other.stubborn, tg.other.sluggish, tg.other.adopts = tg.lag, tg.twins, true, tg.sluggish, tg.adopts
	for _, i := range []int{2, 1, 0} { // the same IDs are other people's here
		tg.other.seed(fmt.Sprint("user", i))
	}
	tg.other.seedGroup("team0", "f1", "f2")
	tg.other.seedGroup("strangers", "f3", "r1")
}

// castDoubt is one random act that puts in doubt whose account is whose.
func (h *history) castDoubt() {
	switch h.rng.IntN(8) {
	case 0:
		h.moveTenant()
	case 1:
		h.anotherTenant()
	case 2, 3:
		u := h.anybody()
		h.targets[h.rng.IntN(3)].set(func(tg *target) { tg.refuse(u.ID) })
		h.edit(u)
	case 4, 5:
		h.rename(h.anybody(), fmt.Sprint("ring", h.rng.IntN(5)))
	default:
		h.exchangeNames()
	}
}

func (h *history) pointTo(tenant string, answer directory.Retarget) {
	c, err := h.store.Connector(h.t.Context(), h.conns[h.move.target].ID)
	must(h.t, err)
	c.Settings = c.Settings.Clone()
	c.Settings.Values[tenantField] = tenant
	c.Retarget = answer
	must(h.t, h.dir.UpdateConnector(h.t.Context(), c, tester))
}

// moveTenant gives the tenant another address; nothing else changes there.
func (h *history) moveTenant() {
	h.move.moved++
	name := "a"
	if h.move.left != nil {
		name = "b"
	}
	h.pointTo(fmt.Sprint(name, h.move.moved), directory.SameTenant)
}

// anotherTenant points to other accounts, some with the IDs that are remembered. Once in a history.
func (h *history) anotherTenant() {
	if h.move.left != nil {
		return
	}
	i := h.move.target
	old, other := h.targets[i], h.targets[i].other
	other.set(func(tg *target) { tg.faults = true })
	h.move.left, h.move.had = old, h.foreign[i]
	h.targets[i], h.foreign[i] = other, other.snapshot()
	if i == h.push.target {
		h.push.foreign = other.groupSnapshot()
	}
	h.pointTo("b", directory.AnotherTenant)
}

// rename gives somebody a name, if it is free. One whom no group takes stays so.
func (h *history) rename(u directory.User, name string) {
	if u.UserName == neverMember || u.ID == "" {
		return
	}
	u.UserName, u.Version = name, 0
	u.SetEmail(fmt.Sprintf("%s.%d@example.com", name, h.rng.IntN(1000)))
	_, err := h.dir.UpdateUser(h.t.Context(), u, tester)
	if directory.CodeOf(err) == directory.Conflict {
		return
	}
	must(h.t, err)
	h.users[u.ID] = u
	h.call(u)
}

// call remembers what somebody was called.
func (h *history) call(u directory.User) {
	if h.called[u.ID] == nil {
		h.called[u.ID] = map[string]bool{}
	}
	h.called[u.ID][u.UserName] = true
}

// exchangeNames lets two or three exchange their names at once.
func (h *history) exchangeNames() {
	var in []directory.User
	for _, u := range slices.SortedFunc(maps.Values(h.users), byName) {
		if u.UserName != neverMember && !firstNames[u.UserName] && len(in) < 3 {
			in = append(in, u)
		}
	}
	if len(in) < 2 {
		return
	}
	h.rename(in[0], "aside")
	for i := range in[1:] {
		h.rename(in[i+1], in[i].UserName)
	}
	h.rename(h.users[in[0].ID], in[len(in)-1].UserName)
}

func byName(a, b directory.User) int { return strings.Compare(a.UserName, b.UserName) }

// firstNames are those of accounts that were at the targets before us: nobody is given one of them who has an account.
var firstNames = map[string]bool{"user0": true, "user1": true, "user2": true, "user6": true}

// retryRefused asks again for those whom a target had refused, as an administrator does.
func (h *history) retryRefused() (any bool) {
	for i := range h.targets {
		for _, u := range h.users {
			if h.status(i, u.ID) == provisioning.StatusFailed {
				must(h.t, h.dir.RetryAccount(h.t.Context(), h.conns[i].ID, u.ID, "", tester))
				any = true
			}
		}
	}
	return any
}

// inTheWay reports whether an account that is not ours, and that may not be adopted, has the user's name.
func (h *history) inTheWay(i int, u directory.User) bool {
	for _, f := range h.foreign[i] {
		if f.UserName == u.UserName && (f.ExternalID != "" || h.setups[i].existing == connectors.HoldExisting) {
			return true
		}
	}
	return false
}

// asks reports whether an account is right to wait for an administrator: its user's name is another's account's that is
// not kept in step any more, or it bears no stamp and a write that may have renamed it was in doubt.
func (h *history) asks(i int, u directory.User, a provisioning.Account, rows map[string]row, mine []row) bool {
	if len(mine) > 1 || h.status(i, u.ID) != provisioning.StatusHeld {
		return false
	}
	if r := rows[a.RemoteID]; a.Origin == provisioning.Adopted && strings.HasPrefix(a.Error, "Usher remembers") && h.called[u.ID][r.UserName] {
		return true
	}
	if i == h.scope.target && h.isAnothers(i, u, a.HeldRemoteID) { // who was out of scope then, and kept the name
		return true
	}
	if h.setups[i].existing == connectors.AdoptExisting && len(mine) == 0 && a.HeldRemoteID == "" {
		return false
	}
	for id, r := range rows {
		of, here := h.users[r.ExternalID]
		// An account of a user who is, or was for a while, not sent there keeps its name meanwhile.
		if id != a.RemoteID && r.UserName == u.UserName && (h.gone[r.ExternalID] || here && of.ID != u.ID && i == h.scope.target || r.ExternalID == "" && !r.Active) {
			return true
		}
	}
	return false
}

func (h *history) isAnothers(i int, u directory.User, remoteID string) bool {
	for _, other := range h.users {
		if b, _ := h.account(i, other.ID); other.ID != u.ID && remoteID != "" && b.RemoteID == remoteID {
			return true
		}
	}
	return false
}

// waitsForOneThatAsks reports whether a name is still had by somebody whose own account waits for an administrator.
func (h *history) waitsForOneThatAsks(i int, a provisioning.Account, rows map[string]row) bool {
	for range names {
		if h.gone[a.WaitsFor] && a.ErrorKind == connectors.Pending && h.status(i, a.WaitsFor) == provisioning.StatusHeld {
			return true
		}
		other, here := h.users[a.WaitsFor]
		if !here || a.ErrorKind != connectors.Pending {
			return false
		}
		if a, _ = h.account(i, other.ID); h.asks(i, other, a, rows, nil) {
			return true
		}
	}
	return false
}

// judgeMove wants no write that was not ours to send, at any target.
func (h *history) judgeMove() {
	all := slices.Clone(h.targets)
	if h.move.left != nil {
		all = append(all, h.move.left)
		rows := h.move.left.snapshot()
		for id, was := range h.move.had {
			if r, there := rows[id]; !there || r != was && !h.move.left.adopts {
				h.t.Errorf("at the target that was left: %+v became %+v", was, r)
			}
		}
	}
	for _, tg := range all {
		for _, words := range tg.guard.trespasses {
			h.t.Error("not ours: ", words)
		}
		for _, a := range tg.guard.adopted {
			if !h.called[a.user][a.was.UserName] {
				h.t.Errorf("%+v was adopted for %s, who was called %v", a.was, a.user, h.called[a.user])
			}
		}
		for from, to := range tg.guard.restamped {
			if !h.gone[from] {
				h.t.Errorf("the account of %s, who is here, was given to %s", from, to)
			}
		}
	}
}
