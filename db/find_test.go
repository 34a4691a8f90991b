package db_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"usher/db"
	"usher/directory"
	"usher/scim/filter"
	"usher/scim/schema"
)

// crowd is users in a store, and as filter.Match sees them. Not all of them can be found.
type crowd struct {
	*fixture
	users  map[string]map[string]any // the live ones, by ID
	live   []directory.User
	groups []directory.Group
	gen    filterGen
}

func newCrowd(t *testing.T, w *fixture, n, seed int) *crowd {
	c := &crowd{fixture: w, users: map[string]map[string]any{}}
	for i := range 3 {
		g := directory.Group{ID: directory.NewID(), DisplayName: fmt.Sprint([]string{"A", "äB", "b"}[i])}
		w.must(w.CreateGroup(ctx, g, nil, change(at)))
		c.groups = append(c.groups, g)
	}
	profiles := rapid.SliceOfN(rapid.Custom(profileGen), n, n).Example(seed)
	random := rand.New(rand.NewPCG(uint64(seed), 1))
	for i, p := range profiles {
		c.add(t, i, p, random)
	}
	c.gen = filterGen{refs: leaves(schema.User()), values: append(texts(), c.groups[0].ID, c.groups[1].ID, "A", "äb", "direct", "User",
		"urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")}
	for i, u := range c.live {
		if i%4 == 0 {
			c.gen.values = append(c.gen.values, u.ID, u.UserName, strings.ToUpper(u.UserName), u.UserName[:2], fmt.Sprint("ext", i))
			c.gen.times = append(c.gen.times, u.CreatedAt, u.UpdatedAt, u.CreatedAt.Add(time.Nanosecond), u.UpdatedAt.Add(-time.Nanosecond))
		}
	}
	return c
}

// add makes one user; every fifth is not, or no longer, live.
func (c *crowd) add(t *testing.T, i int, p directory.Profile, random *rand.Rand) {
	t.Helper()
	u := directory.User{ID: directory.NewID(), UserName: fmt.Sprintf("%s%dÄ", []string{"ann", "Bob", "Ärik"}[i%3], i), Source: directory.Console,
		Active: i%4 > 0, Profile: p}
	external := ""
	if random.IntN(2) == 0 {
		external = fmt.Sprint("ext", random.IntN(20))
		u.Arrival.ClientID = directory.ClientID{Client: "okta", Value: external}
	}
	var in []directory.Group
	for _, g := range c.groups {
		if random.IntN(3) == 0 {
			u.Arrival.Groups, in = append(u.Arrival.Groups, g.ID), append(in, g)
		}
	}
	when := change(at.Add(time.Duration(random.IntN(10)) * time.Millisecond))
	switch i % 15 {
	case 3:
		c.must(c.CreateUser(ctx, u, when, at.Add(time.Hour)))
		return
	case 7:
		c.must(c.CreateUser(ctx, u, when, at.Add(time.Hour)))
		c.must(c.TakeBack(ctx, u.ID, when))
		return
	case 11:
		c.must(c.CreateUser(ctx, u, when, time.Time{}))
		c.must(c.DeleteUser(ctx, u.ID, when))
		return
	case 13:
		c.must(c.CreateUser(ctx, u, when, at.Add(time.Hour)))
		c.must(c.GoLive(ctx, u.ID, when))
	default:
		c.must(c.CreateUser(ctx, u, when, time.Time{}))
	}
	u, err := c.User(ctx, u.ID)
	c.must(err)
	c.users[u.ID], c.live = asMap(u, external, in), append(c.live, u)
}

func (c *crowd) want(e filter.Expr) (ids []string) {
	for _, u := range c.live {
		if e == nil || filter.Match(e, c.users[u.ID]) {
			ids = append(ids, u.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// TestFindAgreesWithMatch: SQL and filter.Match give the same users for random filters, looked up and walked.
func TestFindAgreesWithMatch(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		c := newCrowd(t, w, 60, 1)
		rapid.Check(t, func(rt *rapid.T) {
			e := c.gen.expr(rt, 0)
			db.SetFew(w.Store, rapid.SampledFrom([]int{0, 3, 1000}).Draw(rt, "few"))
			q := filter.Query{Client: "okta", Filter: e, Limit: rapid.SampledFrom([]int{1, 5, 1000}).Draw(rt, "limit")}
			want := c.want(e)
			p, err := w.FindUsers(ctx, q)
			if err != nil {
				rt.Fatalf("%s: %v", show(e), err)
			}
			if got := idsOf(p.Items); !slices.Equal(got, want[:min(q.Limit, len(want))]) || p.Total != int64(len(want)) {
				rt.Fatalf("%s\nfinds %d: %v\nwant  %d: %v", show(e), p.Total, got, len(want), want)
			}
			q.Limit = 0
			if p, err = w.FindUsers(ctx, q); err != nil || p.Total != int64(len(want)) || len(p.Items) > 0 {
				rt.Fatalf("%s: counts %d, %v, want %d", show(e), p.Total, err, len(want))
			}
		})
	})
}
