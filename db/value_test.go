package db_test

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"usher/db"
	"usher/db/dbtest"
	"usher/db/pgtest"
	"usher/directory"
	"usher/scim/filter"
	"usher/scim/schema"
)

// TestValueAttributes: every attribute that the schema lets clients search is kept, with its case if that counts.
func TestValueAttributes(t *testing.T) {
	elsewhere := []string{"userName", "active", "id", "externalId", "schemas", "name", "addresses"}
	numbers := map[int64]string{}
	for _, r := range leaves(schema.User()) {
		path := r.Path()
		if slices.Contains(elsewhere, path) || strings.HasPrefix(path, "meta.") || strings.HasPrefix(path, "groups.") {
			continue
		}
		number, exact := db.ValueAttr(path)
		if number == 0 || exact != r.Leaf().CaseExact {
			t.Errorf("%s has number %d, exact %t", path, number, exact)
		}
		if other, ok := numbers[number]; ok && other != path {
			t.Errorf("%s and %s have one number", path, other)
		}
		numbers[number] = path
	}
}

// dump is all that is kept to find a user by.
func (w *fixture) dump(id string) (all []string) {
	w.t.Helper()
	rows, err := writer(w).Query(`SELECT 'short', attr, seq, key FROM user_values WHERE user_id = $1
		UNION ALL SELECT 'long', attr, seq, value FROM user_long_values WHERE user_id = $1 ORDER BY 1, 2, 3`, id)
	w.must(err)
	defer rows.Close()
	for rows.Next() {
		var kind, key string
		var attr, seq int64
		w.must(rows.Scan(&kind, &attr, &seq, &key))
		all = append(all, fmt.Sprintf("%s %d %d %s", kind, attr, seq, key))
	}
	w.must(rows.Err())
	return all
}

// TestUpdatedValues: after an edit the same is kept as of a user who arrived so.
func TestUpdatedValues(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			before, after := person(fmt.Sprint("before", n)), person(fmt.Sprint("after", n))
			before.Profile, after.Profile = profileGen(rt), profileGen(rt)
			w.must(w.CreateUser(ctx, before, change(at), time.Time{}))
			w.must(w.CreateUser(ctx, after, change(at), time.Time{}))
			before.Profile = after.Profile
			_, err := w.UpdateUser(ctx, before, change(at))
			w.must(err)
			if got, want := w.dump(before.ID), w.dump(after.ID); !slices.Equal(got, want) {
				rt.Fatalf("after the edit:\n%v\nafresh:\n%v", got, want)
			}
			w.must(w.DeleteUser(ctx, before.ID, change(at)))
			if got := w.dump(before.ID); len(got) > 0 {
				rt.Fatalf("after the end: %v", got)
			}
		})
	})
}

// TestFillValues opens databases that were made before there were values, with users in them.
func TestFillValues(t *testing.T) {
	for name, dsn := range map[string]func() string{
		"sqlite":   func() string { return filepath.Join(t.TempDir(), "usher.db") },
		"postgres": func() string { return pgtest.Empty(t) },
	} {
		t.Run(name, func(t *testing.T) {
			address := dsn()
			if err := db.MigrateTo(address, dbtest.Ring(), 2, func(exec func(query string, args ...any)) {
				for i := range 1203 {
					exec(`INSERT INTO users (id, user_name, user_name_key, state, active, source, external_id, attributes, password_hash, version, created_at, updated_at)
						VALUES ($1, $2, $2, 'live', TRUE, 'console', '', $3, '', 1, 1, 1)`, fmt.Sprintf("id%04d", i), fmt.Sprintf("user%d", i),
						fmt.Sprintf(`{"title":"Boss","emails":[{"value":"User%d@Example.com","type":"work","primary":true}]}`, i))
				}
				exec(`UPDATE users SET state = 'deleted', deleted_at = 1 WHERE id = 'id0007'`)
			}); err != nil {
				t.Fatal(err)
			}
			s := dbtest.Open(t, address)
			for text, want := range map[string]int64{`emails.value eq "user1202@example.com"`: 1, `title eq "boss"`: 1202, `emails.value co "user7@"`: 0} {
				p, err := s.FindUsers(ctx, filter.Query{Filter: parse(t, text), Limit: 1})
				if err != nil || p.Total != want {
					t.Errorf("%s finds %d, %v", text, p.Total, err)
				}
			}
			n, err := s.CountUsers(ctx)
			if err != nil || n != 1202 {
				t.Errorf("%d users are counted, %v", n, err)
			}
		})
	}
}

// TestCountUsers counts while several add and delete, in batches and one by one.
func TestCountUsers(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		var wg sync.WaitGroup
		for g := range 6 {
			wg.Go(func() {
				for i := range 4 {
					var us []directory.User
					var cs []directory.Change
					for j := range 5 {
						us, cs = append(us, person(fmt.Sprint("u", g, "-", i, "-", j))), append(cs, change(at))
					}
					if err := w.CreateUsers(ctx, us, cs); err != nil {
						t.Error(err)
						return
					}
					if err := w.DeleteUser(ctx, us[0].ID, change(at)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		n, err := w.CountUsers(ctx)
		w.must(err)
		same(t, "counted users", n, 6*4*4)
		p, err := w.FindUsers(ctx, filter.Query{Limit: 1})
		w.must(err)
		same(t, "total", p.Total, 6*4*4)
	})
}

// TestCountingDoesNotWait: on PostgreSQL a writer whose transaction is open stops few others.
func TestCountingDoesNotWait(t *testing.T) {
	w := build(t, dbtest.Postgres(t))
	tx, err := writer(w).Begin()
	w.must(err)
	defer tx.Rollback()
	_, err = tx.Exec(`UPDATE user_counts SET live = live + 1 WHERE shard = 3`)
	w.must(err)
	passed := 0
	for i := range 12 {
		soon, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		if w.CreateUser(soon, person(fmt.Sprint("u", i)), change(at), time.Time{}) == nil {
			passed++
		}
		cancel()
	}
	if passed < 6 {
		t.Errorf("of 12 users %d could be made", passed)
	}
}

func TestUsersByEmail(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		a, b := person("ada"), person("bob")
		b.Emails = append(b.Emails, directory.Email{Value: "ADA@example.com"})
		w.must(w.CreateUser(ctx, a, change(at), time.Time{}))
		w.must(w.CreateUser(ctx, b, change(at), time.Time{}))
		staged, gone := person("staged"), person("gone")
		staged.Emails, gone.Emails = a.Emails, a.Emails
		w.must(w.CreateUser(ctx, staged, change(at), at.Add(time.Hour)))
		w.must(w.CreateUser(ctx, gone, change(at), time.Time{}))
		w.must(w.DeleteUser(ctx, gone.ID, change(at)))
		for email, want := range map[string]string{"Ada@Example.com": "[ada bob]", "ada@example.co": "[]", "": "[]", "%": "[]", "\x00": "[]"} {
			us, err := w.UsersByEmail(ctx, email, 5)
			w.must(err)
			same(t, "users with "+email, names(us), want)
		}
		us, err := w.UsersByEmail(ctx, "ada@example.com", 1)
		w.must(err)
		same(t, "one of them", names(us), "[ada]")
	})
}

func TestClientIDs(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u, v := person("ada"), person("bob")
		u.Arrival.ClientID = directory.ClientID{Client: "okta", Value: "E-1"}
		v.Arrival.ClientID = directory.ClientID{Client: "entra", Value: "E-1"}
		w.must(w.CreateUser(ctx, u, change(at), time.Time{}))
		w.must(w.CreateUser(ctx, v, change(at), time.Time{}))
		ids := func(client string) map[string]string {
			m, err := w.ClientIDs(ctx, client, "user", []string{u.ID, v.ID, "nobody", "\x00"})
			w.must(err)
			return m
		}
		if got := ids("okta"); !reflect.DeepEqual(got, map[string]string{u.ID: "E-1"}) {
			t.Errorf("okta's: %v", got)
		}
		for client, want := range map[string]string{"okta": "[ada]", "entra": "[bob]", "other": "[]", "": "[]"} {
			p, err := w.FindUsers(ctx, filter.Query{Client: client, Filter: parse(t, `externalId eq "E-1"`), Limit: 5})
			w.must(err)
			same(t, client+" finds", names(p.Items), want)
		}
		for _, edit := range []struct {
			value   string
			changed bool
		}{{"E-1", false}, {"e-1", true}, {"", true}, {"", false}} {
			u.Arrival.ClientID.Value = edit.value
			changed, err := w.UpdateUser(ctx, u, change(at))
			w.must(err)
			same(t, "changed by "+edit.value, changed, edit.changed)
			same(t, "kept", ids("okta")[u.ID], edit.value)
		}
		for _, bad := range []string{strings.Repeat("x", 251), "a\x00", "\xff"} {
			u.Arrival.ClientID.Value = bad
			_, err := w.UpdateUser(ctx, u, change(at))
			wantCode(t, err, directory.Invalid)
		}
		w.must(w.DeleteUser(ctx, v.ID, change(at)))
		if got := ids("entra"); len(got) > 0 {
			t.Errorf("of a deleted user there is %v", got)
		}
	})
}

func TestFindGroups(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		a, b, staged := w.user("ada"), w.user("bob"), person("staged")
		g := directory.Group{ID: directory.NewID(), DisplayName: "Ärzte", ClientID: directory.ClientID{Client: "okta", Value: "G1"}}
		h := directory.Group{ID: directory.NewID(), DisplayName: "Büro"}
		w.must(w.CreateGroup(ctx, g, []string{a.ID}, change(at)))
		w.must(w.CreateGroup(ctx, h, []string{a.ID, b.ID}, change(at.Add(time.Second))))
		staged.Arrival.Groups = []string{g.ID}
		w.must(w.CreateUser(ctx, staged, change(at), at.Add(time.Hour)))
		for text, want := range map[string]string{
			"":                       "[Ärzte Büro]",
			`displayName eq "ärzTE"`: "[Ärzte]", `displayName ne "ärzte"`: "[Büro]", `displayName co "R"`: "[Ärzte Büro]", `displayName sw "b"`: "[Büro]",
			`id eq "` + g.ID + `"`: "[Ärzte]", `externalId eq "G1"`: "[Ärzte]", `externalId pr`: "[Ärzte]", `not (externalId pr)`: "[Büro]",
			`members.value eq "` + b.ID + `"`: "[Büro]", `members[value eq "` + a.ID + `" and type eq "user"]`: "[Ärzte Büro]",
			`members.value eq "` + staged.ID + `"`: "[]", `members ne "` + b.ID + `"`: "[Ärzte]", `members pr`: "[Ärzte Büro]",
			`meta.created gt "2026-11-23T12:00:00Z"`: "[Büro]", `meta.resourceType eq "User"`: "[]",
		} {
			q := filter.Query{Client: "okta", Limit: 5}
			if text != "" {
				e, err := filter.Parse(schema.Group(), text)
				w.must(err)
				q.Filter = e
			}
			p, err := w.FindGroups(ctx, q)
			w.must(err)
			var names []string
			for _, g := range p.Items {
				names = append(names, g.DisplayName)
			}
			same(t, text, fmt.Sprint(names), want)
			same(t, "total of "+text, p.Total, int64(len(names)))
		}
		name, _ := schema.Group().Find("displayName")
		p, err := w.FindGroups(ctx, filter.Query{SortBy: &name, Descending: true, ByCursor: true, Limit: 1})
		w.must(err)
		same(t, "the first is", p.Items[0].ID, g.ID)
		p, err = w.FindGroups(ctx, filter.Query{SortBy: &name, Descending: true, ByCursor: true, Limit: 1, After: p.Next})
		w.must(err)
		same(t, "the second is", p.Items[0].ID, h.ID)
		same(t, "the total is", p.Total, 2)
		same(t, "nothing follows", p.Next, "")
		w.must(w.DeleteGroup(ctx, g.ID, change(at)))
		m, err := w.ClientIDs(ctx, "okta", "group", []string{g.ID})
		w.must(err)
		same(t, "names of a deleted group", len(m), 0)
	})
}
