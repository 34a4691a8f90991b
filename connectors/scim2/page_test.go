package scim2

import (
	"net/http"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
)

// byCursor is AWS without filters, so that the list has to be read.
func byCursor(t *testing.T, settings ...string) fixture {
	q := scim2fake.Like("aws")
	q.FilterStatus = http.StatusBadRequest
	r := newFixture(t, q, append([]string{"profile", "aws", "filter_support", "off"}, settings...)...)
	r.fill(249)
	return r
}

func TestC23CursorPaging(t *testing.T) {
	r := byCursor(t)
	mine := r.create(profile(1))
	r.ClearJournal()
	if a := r.find(profile(1)); a.ID != mine.ID {
		t.Errorf("found %s, want %s on the last page", a.ID, mine.ID)
	}
	var queries []string
	for _, q := range r.Journal() {
		queries = append(queries, q.Query)
	}
	if got := strings.Join(queries, " "); got != "cursor=&count=100 cursor=101&count=100 cursor=201&count=100" {
		t.Errorf("queries: %s", got)
	}
}

func TestC23ExpiredCursorStartsAgainOnce(t *testing.T) {
	expired := fakekit.Fault{PathRe: "cursor=201", Status: 400, Body: `{"scimType":"expiredCursor","detail":"The cursor has expired."}`}
	r := byCursor(t)
	mine := r.create(profile(1))
	r.AddFault(expired)
	r.ClearJournal()
	if a := r.find(profile(1)); a.ID != mine.ID || r.methods() != "GET GET GET GET GET GET" {
		t.Errorf("found %s, want %s after %s", a.ID, mine.ID, r.methods())
	}
	r.ClearFaults()
	expired.Times = -1
	r.AddFault(expired)
	_, err := r.Find(t.Context(), profile(1))
	want(t, err, connectors.Invalid)
}

func TestC23CursorThatStandsStill(t *testing.T) {
	r := byCursor(t)
	r.AddFault(fakekit.Fault{PathRe: "cursor=", Times: -1, Status: 200, Body: `{"totalResults":500,"Resources":[{"id":"1","userName":"x"}],"nextCursor":"again"}`})
	_, err := r.Find(t.Context(), profile(1))
	want(t, err, connectors.Misconfigured)
	if n := len(r.Journal()); n > 3 {
		t.Errorf("%d requests, which looks like a loop", n)
	}
}

// A service that pages by cursor only is found out, without a profile.
func TestC23CursorIsFoundOut(t *testing.T) {
	q := scim2fake.Quirks{Cursor: true, PageCap: 2, FilterStatus: 501, Wire: scim2fake.WireQuirks{NoStartIndex: true}}
	r := newFixture(t, q)
	r.fill(3)
	mine := r.create(profile(1))
	if a := r.find(profile(1)); a.ID != mine.ID {
		t.Errorf("found %s, want %s", a.ID, mine.ID)
	}
	r = newFixture(t, q)
	r.fill(3)
	report, err := r.Check(t.Context())
	if err != nil || proposal(report, "pagination") != "cursor" {
		t.Errorf("%v, proposals %+v", err, report.Proposals)
	}
}

func TestPageSize(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{}, "filter_support", "off", "page_size", "7", "spc_override", `{"pagination":{"maxPageSize":5}}`)
	if _, err := r.Find(t.Context(), profile(1)); r.Journal()[0].Query != "startIndex=1&count=5" {
		t.Errorf("%v, query %s", err, r.Journal()[0].Query)
	}
	report, err := r.Check(t.Context())
	if err != nil || proposal(report, "page_size") != "5" {
		t.Errorf("%v, proposals %+v", err, report.Proposals)
	}
}
