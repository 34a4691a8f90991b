package db_test

import (
	"testing"
	"time"

	"usher/connectors"
	"usher/provisioning"
)

func TestLog(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("Ärla")
		for i, r := range []provisioning.Result{{DueAt: at}, {DueAt: at}, {Dead: true}} {
			now := at.Add(time.Duration(i) * time.Minute)
			r = failed(w.claimOne(now), r)
			r.Took = 5 * time.Millisecond
			r.Exchanges = []connectors.Exchange{{Method: "POST", URL: "http://x/Users", Status: 400, Response: "no\x00"}}
			w.record(now, r)
		}
		w.user("bob")
		w.record(at.Add(time.Hour), created(w.claimOne(at), "r1"))
		for name, c := range map[string]struct {
			f    provisioning.LogFilter
			want int
		}{
			"everything": {provisioning.LogFilter{}, 4},
			"user":       {provisioning.LogFilter{UserID: u.ID}, 3},
			"connector":  {provisioning.LogFilter{ConnectorID: w.connector.ID}, 4},
			"no such":    {provisioning.LogFilter{ConnectorID: "x"}, 0},
			"failed":     {provisioning.LogFilter{Outcome: provisioning.Gave}, 1},
			"retry":      {provisioning.LogFilter{Outcome: provisioning.Again, UserID: u.ID}, 2},
			"succeeded":  {provisioning.LogFilter{Outcome: provisioning.Succeeded}, 1},
			"operation":  {provisioning.LogFilter{Operation: provisioning.OpDelete}, 0},
			"search":     {provisioning.LogFilter{Search: "ÄR"}, 3},
			"since":      {provisioning.LogFilter{Since: at.Add(time.Minute)}, 3},
			"since end":  {provisioning.LogFilter{Since: at.Add(2*time.Minute + time.Microsecond)}, 1},
		} {
			var got []provisioning.Attempt
			c.f.Limit = 1
			for {
				p, err := w.Log(ctx, c.f)
				w.must(err)
				got = append(got, p.Attempts...)
				if c.f.Before = p.Next; c.f.Before == "" {
					break
				}
			}
			same(t, "lines by "+name, len(got), c.want)
			for i := 1; i < len(got); i++ {
				if got[i].At.After(got[i-1].At) || got[i].ID >= got[i-1].ID {
					t.Errorf("%s: line %d is newer than the one before", name, i)
				}
			}
		}
		p, err := w.Log(ctx, provisioning.LogFilter{Outcome: provisioning.Gave})
		w.must(err)
		e, err := w.LogEntry(ctx, p.Attempts[0].ID)
		w.must(err)
		same(t, "actor", e.Actor.Name, "root")
		same(t, "action", e.Action, "user.create")
		same(t, "user", e.UserName, "Ärla")
		same(t, "where", e.Connection+" "+e.Kind, "Warehouse scim2")
		same(t, "status", e.Status, 400)
		same(t, "took", e.Took, 5*time.Millisecond)
		same(t, "error kind", e.ErrorKind, connectors.Invalid)
		same(t, "response", e.Exchanges[0].Response, "no\x00")
	})
}

func TestLogKeepsTheOrderOfABatch(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		for i := range 40 {
			w.user(string(rune('a'+i/26)) + string(rune('a'+i%26)))
		}
		var rs []provisioning.Result
		for _, task := range w.claimAt(at) {
			rs = append(rs, created(task, "r"+task.UserID))
		}
		w.record(at, rs...)
		p, err := w.Log(ctx, provisioning.LogFilter{})
		w.must(err)
		for i, l := range p.Attempts {
			same(t, "line", l.UserName, rs[len(rs)-1-i].Task.User.UserName)
		}
	})
}

func TestPruneLog(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.user("ada")
		for i := range 3 {
			now := at.Add(time.Duration(i) * time.Minute)
			w.record(now, failed(w.claimOne(now), provisioning.Result{DueAt: now}))
		}
		for _, want := range []int{1, 1, 0} {
			n, err := w.PruneLog(ctx, at.Add(2*time.Minute), 1)
			w.must(err)
			same(t, "pruned", n, want)
		}
		p, err := w.Log(ctx, provisioning.LogFilter{})
		w.must(err)
		same(t, "left", len(p.Attempts), 1)
	})
}

// An error is one line wherever it is listed; what a target said besides is kept with it, and apart.
func TestWhatATargetSaidBesidesIsKept(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("ada")
		r := failed(w.claimOne(at), provisioning.Result{Dead: true})
		r.Err = &connectors.Error{Kind: connectors.Invalid, Message: "no\nseat", More: "\tat a(A.java:1)\n\tat b(B.java:2)"}
		w.record(at, r)
		a := w.account(u)
		same(t, "error", a.Error, "no seat")
		same(t, "more", a.More, "\tat a(A.java:1)\n\tat b(B.java:2)")
		p, err := w.Log(ctx, provisioning.LogFilter{})
		w.must(err)
		same(t, "error of the line", p.Attempts[0].Error, "no seat")
		same(t, "more of the line", p.Attempts[0].More, a.More)
	})
}
