package db_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"usher/db"
	"usher/db/dbtest"
	"usher/directory"
	"usher/provisioning"
)

// badPlan also has the ledger of pushed members: by the connector alone, all of it is read.
var badPlan = regexp.MustCompile(`SCAN (users|u|accounts|a|attempts|l|user_terms|t|changes|group_members|m|user_groups|g|group_terms|connection_groups|s|outbox|api_tokens)\b|TEMP B-TREE|SEARCH pushed_members USING PRIMARY KEY \(connector_id=\?\)`)

// inOrder is the plan of a walk through the log, whose table is the index of its primary key (WITHOUT ROWID).
const inOrder = "SCAN l"

// TestListsUseIndexes refuses a list that reads or sorts a whole table. A covering index may be walked to count.
func TestListsUseIndexes(t *testing.T) {
	s := dbtest.New(t)
	for name, q := range db.ListQueries(s) {
		t.Run(name, func(t *testing.T) {
			args := make([]any, len(q.Args))
			copy(args, q.Args)
			rows, err := db.Writer(s).Query("EXPLAIN QUERY PLAN "+q.Text, args...)
			if err != nil {
				t.Fatalf("%v in %s", err, q.Text)
			}
			defer rows.Close()
			for rows.Next() {
				var id, parent, unused int
				var detail string
				if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
					t.Fatal(err)
				}
				counts := strings.HasPrefix(name, "count") && strings.Contains(detail, "COVERING INDEX")
				walks := strings.HasPrefix(name, "walk") && (strings.Contains(detail, "INDEX") || detail == inOrder)
				if badPlan.MatchString(detail) && !counts && !walks {
					t.Errorf("plan: %s\nof: %s", detail, q.Text)
				}
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestBadPlanIsSeen shows that the test above would notice.
func TestBadPlanIsSeen(t *testing.T) {
	for _, plan := range []string{"SCAN users", "SCAN a USING INDEX x", "USE TEMP B-TREE FOR ORDER BY"} {
		if !badPlan.MatchString(plan) {
			t.Errorf("%q passes", plan)
		}
	}
}

func TestUserPaging(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		for _, n := range []string{"Émile", "adam", "Berta", "Zoë", "änne", "carl"} {
			w.user(n)
		}
		var got []directory.User
		f := directory.UserFilter{Limit: 2}
		for {
			p, err := w.Users(ctx, f)
			w.must(err)
			got = append(got, p.Users...)
			if p.Next == "" {
				break
			}
			f.After = p.Next
		}
		same(t, "users in pages of two", names(got), "[adam Berta carl Zoë änne Émile]")
	})
}

func TestUserSearch(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		a := person("ärmel")
		a.Name = directory.Name{GivenName: "Änne", FamilyName: "Müller-Weiß"}
		w.must(w.CreateUser(ctx, a, change(at), time.Time{}))
		b := person("bob")
		b.Active, b.Source = false, directory.Import
		w.must(w.CreateUser(ctx, b, change(at), time.Time{}))
		gone := w.user("anneliese")
		w.must(w.DeleteUser(ctx, gone.ID, change(at)))
		no := false
		for search, want := range map[string]string{
			"ÄNN": "[ärmel]", "anne": "[ärmel]", "mull": "[ärmel]", "weiss": "[ärmel]", "müller-w": "[]", "änne mül": "[ärmel]", "änne bob": "[]",
			"BOB@EX": "[bob]", "example": "[]", "%": "[]", "": "[ärmel bob]", "given": "[bob]", "\x00": "[ärmel bob]", "a' OR 1=1": "[]",
		} {
			p, err := w.Users(ctx, directory.UserFilter{Search: search})
			w.must(err)
			if search == "" || search == "\x00" {
				want = "[bob ärmel]"
			}
			same(t, "search for "+search, names(p.Users), want)
		}
		for i, f := range []directory.UserFilter{{Active: &no}, {Source: directory.Import}, {Active: &no, Source: directory.Import, Search: "b"}} {
			p, err := w.Users(ctx, f)
			w.must(err)
			if names(p.Users) != "[bob]" {
				t.Errorf("filter %d finds %s", i, names(p.Users))
			}
		}
	})
}

func TestUsersInTrouble(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.user("fine")
		for _, task := range w.claimAt(at) {
			w.record(at, created(task, "r1"))
		}
		u := w.user("sad")
		w.record(at, failed(w.claimOne(at), provisioning.Result{Dead: true}))
		p, err := w.Users(ctx, directory.UserFilter{Trouble: true})
		w.must(err)
		same(t, "users in trouble", names(p.Users), "[sad]")
		w.must(w.RetryAccount(ctx, w.connector.ID, u.ID, "", change(at)))
		p, err = w.Users(ctx, directory.UserFilter{Trouble: true})
		w.must(err)
		same(t, "users in trouble after a retry was asked for", names(p.Users), "[]")
	})
}
