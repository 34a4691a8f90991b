package handlers

import (
	"strings"
	"testing"

	"usher/directory"
)

func TestLogFiltersPagesAndShowsExchanges(t *testing.T) {
	o := newConsole(t)
	o.work(t)
	o.get("/log").ok(t).says(t, "No attempts yet")
	_, c := o.target(t, "Warehouse", directory.Provisioner{})
	var last directory.User
	for i := range 52 {
		last = o.user(t, "grace"+string(rune('A'+i%26))+string(rune('a'+i/26)))
	}
	o.until(t, "/users/"+last.ID, "synced")
	var page answer
	for page = o.get("/log"); page.doc.Find("a[rel=next]").Length() == 0; page = o.get("/log") {
		o.logged(t, "outcome=succeeded&q="+last.UserName)
	}
	if n := page.doc.Find("tbody tr").Length(); n != 50 {
		t.Errorf("%d rows", n)
	}
	older := o.get(page.doc.Find("a[rel=next]").AttrOr("href", "")).ok(t)
	if n := older.doc.Find("tbody tr").Length(); n == 0 || n > 10 {
		t.Errorf("%d rows on the second page", n)
	}
	for query, rows := range map[string]int{"?user=" + last.ID: 1, "?q=" + strings.ToUpper(last.UserName): 1, "?q=+" + last.UserName + "+": 1, "?outcome=held": 0, "?operation=delete": 0,
		"?target=" + c.ID + "&user=" + last.ID: 1, "?target=other": 0, "?since=1h&user=" + last.ID: 1, "?outcome=nonsense&user=" + last.ID: 1} {
		if n := o.get("/log" + query).ok(t).doc.Find("tbody tr").Length(); n != rows {
			t.Errorf("%s: %d rows, want %d", query, n, rows)
		}
	}
	row := o.get("/log?user=" + last.ID)
	row.says(t, "created the user")
	entry := o.get(row.doc.Find("tbody a.row-link").AttrOr("href", "")).ok(t)
	for _, want := range []string{"POST", "/Users", `"userName": "` + last.UserName + `"`, "Answer 201", "Remote ID", "Ada, who created the user"} {
		entry.says(t, want)
	}
	entry.silent(t, targetToken)
	if entry.doc.Find("a[href='/users/"+last.ID+"']").Length() == 0 {
		t.Error("no link to the user")
	}
}
