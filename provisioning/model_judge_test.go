package provisioning_test

import (
	"fmt"
	"maps"
	"slices"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

// considerPause is the oracle.
func (h *history) judge() {
	for i, tg := range h.targets {
		rows := tg.snapshot()
		if tg.overlap != 0 {
			h.t.Errorf("target %d: %d writes overlapped", i, tg.overlap)
		}
		h.judgeForeign(i, rows)
		byUser := map[string][]row{}
		for _, r := range rows {
			if r.ExternalID != "" {
				byUser[r.ExternalID] = append(byUser[r.ExternalID], r)
			}
			if h.gone[r.ExternalID] && (r.Active || !h.move.keeps) {
				h.t.Errorf("target %d: a leaver still has an account: %+v", i, r)
			}
		}
		before := h.t.Failed()
		for _, u := range h.users {
			h.judgeUser(i, u, rows, byUser[u.ID])
		}
		if h.t.Failed() && !before {
			h.tell(i, rows)
		}
	}
	h.judgeMove()
	for id := range h.gone {
		for i := range h.targets {
			if a, ok := h.account(i, id); ok && !(h.status(i, id) == provisioning.StatusHeld && a.Origin == provisioning.Adopted && h.called[id][h.targets[i].snapshot()[a.RemoteID].UserName]) {
				h.t.Errorf("target %d: a leaver's row stays: %s %+v", i, h.status(i, id), a)
			}
		}
	}
}

// tell writes down what is on both sides of a target that came out wrong.
func (h *history) tell(i int, rows map[string]row) {
	for _, r := range rows {
		h.t.Logf("target %d has %s %q stamped %s active %v gone %v", i, r.ID, r.UserName, r.ExternalID, r.Active, h.gone[r.ExternalID])
	}
	for _, u := range slices.SortedFunc(maps.Values(h.users), byName) {
		a, _ := h.account(i, u.ID)
		h.t.Logf("target %d: %s %q active %v is %s at %q (%s), last written %v, waits for %s, due %s, generation %d of %d, write began %s: %s", i, u.ID, u.UserName, u.Active, h.status(i, u.ID), a.RemoteID, a.Origin, a.Profile["userName"],
			a.WaitsFor, a.DueAt, a.ObservedGen, a.DesiredGen, a.WriteBegan, a.Error)
	}
	for _, line := range h.targets[i].guard.journal {
		h.t.Logf("target %d: %s", i, line)
	}
	for _, line := range h.attempts(i) {
		h.t.Logf("target %d: %s", i, line)
	}
}

// attempts are the lines of a target's log, oldest first, without those that say the same as the one before.
func (h *history) attempts(i int) []string {
	var lines []string
	said, before := map[string]string{}, ""
	for {
		log, err := h.store.Log(h.t.Context(), provisioning.LogFilter{ConnectorID: h.conns[i].ID, Limit: 200, Before: before})
		must(h.t, err)
		for _, a := range log.Attempts {
			who := a.UserID + a.GroupID
			what := fmt.Sprintf("%s %s %s at %q: %s", a.Operation, who, a.Outcome, a.RemoteID, a.Error)
			if said[who] != what {
				lines = append(lines, a.At.UTC().Format("02 15:04:05.000 ")+what)
			}
			said[who] = what
		}
		if before = log.Next; before == "" {
			slices.Reverse(lines)
			return lines
		}
	}
}

func (h *history) judgeForeign(i int, rows map[string]row) {
	for id, was := range h.foreign[i] {
		r, there := rows[id]
		switch {
		case !there:
			h.t.Errorf("target %d: the foreign account %s was deleted", i, id)
		case (h.setups[i].existing == connectors.HoldExisting || was.ExternalID != "") && r != was:
			h.t.Errorf("target %d: the foreign account was written without leave: %+v", i, r)
		}
	}
}

// judgeUser wants exactly one right account, or a question to an admin where a foreign account is in the way.
func (h *history) judgeUser(i int, u directory.User, rows map[string]row, mine []row) {
	if !h.inScope(i, u) {
		h.judgeOutside(i, u, rows, mine)
		return
	}
	a, ok := h.account(i, u.ID)
	status := h.status(i, u.ID)
	switch {
	case h.inTheWay(i, u):
		if len(mine) != 0 || (u.Active && status != provisioning.StatusHeld) {
			h.t.Errorf("target %d: %s should be held: %s, %d accounts", i, u.UserName, status, len(mine))
		}
		return
	case h.asks(i, u, a, rows, mine), h.waitsForOneThatAsks(i, a, rows):
		return
	case !ok || status != provisioning.StatusSynced:
		h.t.Errorf("target %d: %s is %s: %+v", i, u.UserName, status, a)
		return
	case a.Origin == provisioning.Adopted:
		mine = append(mine, rows[a.RemoteID])
	}
	switch {
	case !u.Active && a.RemoteID == "" && len(mine) == 0: // was never there while active
	case len(mine) != 1:
		h.t.Errorf("target %d: %s has %d accounts", i, u.UserName, len(mine))
	case mine[0].Active != u.Active || mine[0].Email != u.Email() || mine[0].UserName != u.UserName || mine[0].ID != a.RemoteID:
		h.t.Errorf("target %d: want %+v, there is %+v", i, u, mine[0])
	}
}
