package handlers

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"usher/imports"
)

// newImportConsole is a console whose imports are worked on.
func newImportConsole(t *testing.T) *console {
	t.Helper()
	o := newConsole(t)
	o.Server.Imports = &imports.Importer{Store: o.store, Directory: o.Directory, Log: slog.New(slog.DiscardHandler), Now: time.Now, Instance: "test", Poll: 10 * time.Millisecond}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); o.Imports.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return o
}

// uploadPeople posts a file as the form does.
func (o *console) uploadPeople(t *testing.T, name, text string) answer {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	p, err := w.CreateFormFile("file", name)
	must(t, err)
	_, err = p.Write([]byte(text))
	must(t, err)
	must(t, w.Close())
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/users/imports", &body)
	r.Host = o.BaseURL.Host
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for k, v := range o.cookies {
		r.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	rec := httptest.NewRecorder()
	o.mux.ServeHTTP(rec, r)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(rec.Body.String()))
	must(t, err)
	return answer{code: rec.Code, header: rec.Header(), text: rec.Body.String(), doc: doc}
}

func TestImportByHand(t *testing.T) {
	o := newImportConsole(t)
	o.user(t, "old")
	o.get("/users").ok(t).says(t, "Import users")
	o.get("/users/add").ok(t).says(t, "No imports yet")
	a := o.uploadPeople(t, "new people.csv", "user,first,mail,teams\nada,Ada,ada@example.com,\nbob,Bob,wrong,\nold,\"<b>Old</b>\",,\neve,=1+1,,Nobody\n")
	at := strings.TrimSuffix(a.header.Get("Location"), "/columns")
	o.led(t, a, at+"/columns").says(t, "ada@example.com")

	a = o.post(at+"/columns", "column_0", "title", "column_1", "title", "column_2", "", "column_3", "groups", "existing", "change", "unknown", "refuse")
	if a.code != http.StatusUnprocessableEntity || a.doc.Find(`select[name=column_1] option[selected]`).AttrOr("value", "") != "title" {
		t.Errorf("answered %d: %s", a.code, words(a))
	}
	a.says(t, "Say which column holds the user name.")
	a.says(t, "is chosen for “user” already")
	if n := a.doc.Find(".field-error").Length(); n != 2 {
		t.Errorf("%d messages stand at fields", n)
	}
	o.led(t, o.post(at+"/columns", "column_0", "userName", "column_1", "name.givenName", "column_2", "emails", "column_3", "groups", "existing", "change", "unknown", "refuse"), at)
	a = o.until(t, at, "waits for start")
	a.says(t, "To create 1")
	a.says(t, "Refused 2")
	a.silent(t, "<b>Old")
	if n := o.get(at + "?show=refuse").doc.Find("#rows tbody tr").Length(); n != 2 {
		t.Errorf("%d refused rows are listed", n)
	}
	if n := o.get(at + "?show=nonsense").doc.Find("#rows tbody tr").Length(); n != 4 {
		t.Errorf("%d rows are listed", n)
	}
	for _, move := range []string{"/pause", "/resume"} { // not now: the page says where the import is
		o.led(t, o.post(at+move), at).says(t, "waits for start")
	}
	o.led(t, o.post(at+"/start"), at)
	a = o.until(t, at, "finished")
	a.says(t, "Created 1")
	a.says(t, "Changed 1")
	o.get("/users?q=ada").ok(t).says(t, "ada@example.com")
	o.get("/users/add").ok(t).says(t, "1 created, 1 changed, 2 refused")
	o.led(t, o.get(at+"/columns"), at)

	report := o.get(at + "/refused.csv").ok(t)
	if got := report.header.Get("Content-Disposition"); got != `attachment; filename="new people-refused.csv"` {
		t.Errorf("the download is %s", got)
	}
	const want = "\uFEFFuser,first,mail,teams,line,reason\r\nbob,Bob,wrong,,3,Email: Enter an e-mail address such as ada@example.com. This one has no @.\r\neve,'=1+1,,Nobody,5,Groups: There is no group “Nobody”.\r\n"
	if report.text != want {
		t.Errorf("report %q", report.text)
	}
	if a := o.post(at+"/delete", "confirm", "people"); a.code != http.StatusUnprocessableEntity {
		t.Errorf("deleting under another name answered %d", a.code)
	}
	o.led(t, o.post(at+"/delete", "confirm", "new people.csv"), at).says(t, "The rows of the file were deleted.")
	if a := o.get(at + "/refused.csv"); a.code != http.StatusNotFound {
		t.Errorf("the report without rows answered %d", a.code)
	}
}

// TestColumnsThatAreNotKept: a secret is never shown, and a column that was not imported can not be chosen later.
func TestColumnsThatAreNotKept(t *testing.T) {
	o := newImportConsole(t)
	at := strings.TrimSuffix(o.uploadPeople(t, "x.csv", "login,initial pw,salary,title\nada,hunter2,70000,1.23E+11\nbob,hunter2,60000,x,\n,hunter2,1,x\n").header.Get("Location"), "/columns")
	a := o.get(at + "/columns").ok(t)
	a.silent(t, "hunter2")
	a.says(t, "70000")
	a.says(t, "This looks like a password or another secret")
	if n := a.doc.Find("select").Length(); n != 3 {
		t.Errorf("%d columns can be chosen", n)
	}
	o.led(t, o.post(at+"/columns", "column_0", "userName", "column_3", "title", "existing", "create", "unknown", "refuse", "alike", "import"), at)
	a = o.until(t, at, "waits for start")
	a.says(t, "Rows that look like another user are imported, too.")
	a.says(t, "Title: A cell looks like a long number that a spreadsheet has shortened")
	a.says(t, "Why rows are refused")
	a.says(t, "With a warning 1")
	if n := o.get(at + "?show=warn").ok(t).doc.Find("#rows tbody tr").Length(); n != 1 {
		t.Errorf("%d rows with a warning are listed", n)
	}
	cause, _ := a.doc.Find("a:contains('User name: The cell is empty.')").Attr("href")
	a = o.get(strings.TrimSuffix(cause, "#rows")).ok(t)
	if a.doc.Find("#rows tbody tr").Length() != 1 || strings.TrimSpace(a.doc.Find("#rows tbody tr td").First().Text()) != "4" {
		t.Errorf("rows with one reason: %s", words(a))
	}
	a = o.get(at + "/columns").ok(t)
	a.silent(t, "70000")
	a.says(t, "its cells were not kept")
	a = o.post(at+"/columns", "column_0", "userName", "column_2", "employeeNumber", "existing", "create", "unknown", "refuse")
	if a.code != http.StatusUnprocessableEntity || a.doc.Find("select[name=column_2]").Length() != 1 {
		t.Errorf("a column of which nothing is left answered %d", a.code)
	}
}

func TestImportPartStopsAsking(t *testing.T) {
	o := newImportConsole(t)
	at := strings.TrimSuffix(o.uploadPeople(t, "x.csv", "login\nada\n").header.Get("Location"), "/columns")
	a := o.get(at + "/progress").ok(t)
	if a.doc.Find("[hx-get]").Length() != 0 || a.doc.Find("#import-status[hx-swap-oob]").Length() != 1 {
		t.Errorf("an import that waits for somebody asks again: %s", a.text)
	}
	a = o.get(at).ok(t)
	if a.doc.Find("#import-status[hx-swap-oob]").Length() != 0 {
		t.Error("the whole page brings its badge twice")
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	o := newImportConsole(t)
	for name, c := range map[string]struct{ file, text, want string }{
		"nothing":     {"", "", "Choose a file."},
		"empty":       {"x.csv", "", "The file is empty."},
		"spreadsheet": {"x.xlsx", "PK\x03\x04", "This is a spreadsheet"},
		"no rows":     {"x.csv", "user\n", "no rows below it"},
		"large":       {"x.csv", "user\n" + strings.Repeat(strings.Repeat("x", 60_000)+"\n", 1200), "larger than 64 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			a := o.uploadPeople(t, c.file, c.text)
			if a.code != http.StatusUnprocessableEntity || a.doc.Find("form[enctype='multipart/form-data'] input[type=file]").Length() != 1 {
				t.Errorf("answered %d: %s", a.code, words(a))
			}
			a.says(t, c.want)
		})
	}
	o.get("/users/add").says(t, "discarded")
	if a := o.post("/users/imports", "file", "x"); a.code != http.StatusBadRequest {
		t.Errorf("a form without a file part answered %d", a.code)
	}
	if a := o.browser.h.browser(t).get("/users/add"); a.code != http.StatusSeeOther {
		t.Errorf("a stranger sees imports: %d", a.code)
	}
}

func TestUnknownImports(t *testing.T) {
	o := newImportConsole(t)
	for _, path := range []string{"", "/columns", "/progress", "/refused.csv", "/delete"} {
		if a := o.get("/users/imports/nothing" + path); a.code != http.StatusNotFound {
			t.Errorf("GET %s answered %d", path, a.code)
		}
	}
	for _, path := range []string{"/columns", "/start", "/pause", "/resume", "/cancel", "/delete"} {
		if a := o.post("/users/imports/nothing" + path); a.code != http.StatusNotFound {
			t.Errorf("POST %s answered %d", path, a.code)
		}
	}
}

func TestImportRowsArePaged(t *testing.T) {
	o := newImportConsole(t)
	var b strings.Builder
	b.WriteString("login\n")
	for i := range 120 {
		fmt.Fprintf(&b, "u%03d\n", i)
	}
	at := strings.TrimSuffix(o.uploadPeople(t, "x.csv", b.String()).header.Get("Location"), "/columns")
	o.post(at+"/columns", "column_0", "userName", "existing", "create", "unknown", "refuse")
	a := o.until(t, at, "waits for start")
	rows := 0
	for range 4 {
		rows += a.doc.Find("#rows tbody tr").Length()
		next, ok := a.doc.Find("a[rel=next]").Attr("href")
		if !ok {
			break
		}
		a = o.get(strings.TrimSuffix(next, "#rows")).ok(t)
	}
	if rows != 120 {
		t.Errorf("%d rows on all pages", rows)
	}
	o.led(t, o.post(at+"/cancel"), at).says(t, "cancelled before anything was written")
}
