package db_test

import (
	"fmt"
	"strings"
	"time"

	"usher/directory"
	"usher/provisioning"
)

// push switches the pushing of groups on, or off, and sets what else is named.
func (w *fixture) push(pairs ...string) {
	w.t.Helper()
	n, err := w.Connector(ctx, w.connector.ID)
	w.must(err)
	for i := 0; i < len(pairs); i += 2 {
		n.Settings.Values[pairs[i]] = pairs[i+1]
	}
	w.must(w.UpdateConnector(ctx, n, "", change(at)))
}

func (w *fixture) choose(gs ...directory.Group) {
	w.t.Helper()
	var ids []string
	for _, g := range gs {
		ids = append(ids, g.ID)
	}
	w.must(w.SetPushedGroups(ctx, w.connector.ID, ids, change(at)))
}

// claimGroups claims the groups that are due, and gives back whatever users were.
func (w *fixture) claimGroups(now time.Time) map[string]provisioning.Task {
	w.t.Helper()
	of := map[string]provisioning.Task{}
	for _, t := range w.claimAt(now) {
		if t.GroupID == "" {
			w.record(now, provisioning.Result{Task: t, Released: true})
			continue
		}
		of[t.Group.DisplayName] = t
	}
	return of
}

func (w *fixture) recordGroup(now time.Time, t provisioning.Task, remoteID string) {
	w.t.Helper()
	w.record(now, provisioning.Result{Task: t, Operation: provisioning.OpUpdate, RemoteID: remoteID, Origin: provisioning.Created, WritesKnown: true, Profile: map[string]any{"name": t.Group.DisplayName}})
}

func (w *fixture) dueGroups(now time.Time) string {
	w.t.Helper()
	var names []string
	for name, t := range w.claimGroups(now) {
		names = append(names, name)
		w.record(now, provisioning.Result{Task: t, Released: true})
	}
	if len(names) > 1 && names[0] > names[1] {
		names[0], names[1] = names[1], names[0]
	}
	return fmt.Sprint(names)
}

// recordAll records every group and every user that is due; users get an account.
func (w *fixture) recordAll(now time.Time) {
	w.t.Helper()
	for _, t := range w.claimAt(now) {
		if t.GroupID != "" {
			w.recordGroup(now, t, "g-"+t.Group.DisplayName)
		} else {
			w.record(now, created(t, "r-"+t.User.UserName))
		}
	}
}

var later = at.Add(10 * time.Second)

func (w *fixture) pushesAt(k directory.Connector) []provisioning.GroupPush {
	w.t.Helper()
	p, err := w.GroupPushes(ctx, k.ID, "", 0)
	w.must(err)
	return p.Pushes
}

// members is what there is to do about the group of a task.
func (w *fixture) toDo(t provisioning.Task) string {
	w.t.Helper()
	add, err := w.ToAdd(ctx, t, "", 10)
	w.must(err)
	remove, err := w.ToRemove(ctx, t, true, "", 10)
	w.must(err)
	var b strings.Builder
	for _, m := range add {
		b.WriteString("+" + m.RemoteID)
	}
	for _, m := range remove {
		b.WriteString("-" + m.RemoteID + m.Refused)
	}
	return b.String()
}

func (w *fixture) count(table string) (n int) {
	w.t.Helper()
	w.must(writer(w).QueryRow(`SELECT count(*) FROM ` + table).Scan(&n))
	return n
}
