package db_test

import (
	"strings"
	"testing"

	"usher/db"
	"usher/db/dbtest"
	"usher/scim/filter"
	"usher/scim/schema"
)

// TestFindUsesIndexes refuses a page that reads or sorts a whole table, when few are looked up and when all are walked.
func TestFindUsesIndexes(t *testing.T) {
	s := dbtest.New(t)
	email, name, created := ref(t, "emails"), ref(t, "userName"), ref(t, "meta.created")
	few, thousand := []string{"a", "b", "c"}, make([]string, 1000)
	for what, c := range map[string]struct {
		text   string
		sortBy *schema.Ref
		after  string
		few    []string
		sorts  bool // a few are sorted
	}{
		"everybody":           {},
		"everybody after":     {after: "x"},
		"by name":             {sortBy: &name},
		"by name after":       {sortBy: &name, after: "x"},
		"by creation after":   {sortBy: &created, after: "x"},
		"by e-mail":           {sortBy: &email},
		"by e-mail after":     {sortBy: &email, after: "x"},
		"one by name":         {text: `userName eq "ada"`},
		"one by name, sorted": {text: `userName eq "ada" and active eq true`, sortBy: &created, sorts: true},
		"one by ID":           {text: `id eq "a"`},
		"few by e-mail":       {text: `emails.value eq "ada@example.com"`, few: few},
		"few, sorted":         {text: `emails[type eq "work" and value co "@x"]`, few: few, sortBy: &name, sorts: true},
		"a thousand, sorted":  {text: `title eq "x"`, few: thousand, sortBy: &created, after: "x", sorts: true},
		"few, by e-mail":      {text: `title eq "x"`, few: few, sortBy: &email, sorts: true},
		"many":                {text: `emails.type eq "work" and not (title eq "x")`, after: "x"},
		"many, by name":       {text: `name.familyName sw "a" or groups.display eq "x"`, sortBy: &name, after: "x"},
		"changed lately":      {text: `meta.lastModified gt "2026-01-01T00:00:00Z"`, after: "x"},
		"changed since":       {text: `meta.lastModified gt "2026-01-01T00:00:00Z"`},
		"many, by e-mail":     {text: `active eq true and externalId pr`, sortBy: &email, after: "x"},
	} {
		t.Run(what, func(t *testing.T) {
			q := filter.Query{Client: "c", SortBy: c.sortBy, After: c.after}
			if c.text != "" {
				q.Filter = parse(t, c.text)
			}
			st, err := db.FindStatement(s, q, c.few)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range plan(t, s, st) {
				t.Log(line)
				switch {
				case strings.Contains(line, "v USING") && strings.Contains(line, "user_values_key (attr=? AND key>"), // one user among all in a range
					strings.Contains(line, "SCAN") && !strings.Contains(line, "INDEX"),
					strings.Contains(line, "SCAN") && (c.few != nil || strings.HasPrefix(what, "one") || c.after != ""),
					strings.Contains(line, "TEMP B-TREE") && !c.sorts:
					t.Errorf("%s\nof %s", line, st.Text)
				}
			}
		})
	}
}

// TestFindLooksUpByIndex: what looks for few reads one range of an index.
func TestFindLooksUpByIndex(t *testing.T) {
	s := dbtest.New(t)
	for text, index := range map[string]string{
		`emails.value eq "a@x.org"`:                   "user_values_key (attr=? AND key=?)",
		`name.familyName sw "a"`:                      "user_values_key (attr=? AND key>? AND key<?)",
		`title gt "a"`:                                "user_values_key (attr=? AND key>?)",
		`addresses[locality eq "x" and country pr]`:   "user_values_key (attr=? AND key=?)",
		`userName sw "a"`:                             "users_name (user_name_key>? AND user_name_key<?)",
		`meta.lastModified gt "2026-01-01T00:00:00Z"`: "users_updated (updated_at>?)",
		`meta.created lt "2026-01-01T00:00:00Z"`:      "users_created (created_at<?)",
		`externalId eq "x"`:                           "client_ids_value (client=? AND kind=? AND value=?)",
		`groups.value eq "x"`:                         "(group_id=?)",
		`not (title ne "x")`:                          "user_values_key (attr=? AND key=?)",
	} {
		sts, err := db.StartStatements(s, parse(t, text))
		if err != nil || len(sts) == 0 {
			t.Fatalf("%s: %d places to start from, %v", text, len(sts), err)
		}
		if lines := strings.Join(plan(t, s, sts[0]), "\n"); !strings.Contains(lines, index) || strings.Contains(lines, "SCAN") {
			t.Errorf("%s: %s\nof %s", text, lines, sts[0].Text)
		}
	}
}

func plan(t *testing.T, s *db.Store, q db.Query) (lines []string) {
	t.Helper()
	rows, err := db.Writer(s).Query("EXPLAIN QUERY PLAN "+q.Text, q.Args...)
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
		lines = append(lines, detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}
