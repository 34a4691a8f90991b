package salesforce

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/salesforce/salesforcefake"
)

func TestS28PagesOfAnotherHost(t *testing.T) {
	called := 0
	foreign := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called++ }))
	defer foreign.Close()
	r := newFixture(t, quirks(salesforcefake.Quirks{PageSize: 1, NextHost: foreign.URL}))
	var members []string
	for n := range 3 {
		members = append(members, r.seed(profileOf(n), "", nil))
	}
	id := r.PutGroup("Staff", "", members...)
	n := 0
	for _, err := range r.Members(t.Context(), id) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 3 || called != 0 {
		t.Errorf("%d members, %d calls to the other host", n, called)
	}
	for _, next := range []string{"https://evil.net/steal", "/services/apexrest/steal", "/services/data/v60.0/sobjects/User", "/services/data/v60.0/query/../../steal", "://"} {
		if path, err := r.nextPage(connectors.OpFind, next); err == nil {
			t.Errorf("%s goes on at %s", next, path)
		}
	}
}

func TestS29SOQLLiterals(t *testing.T) {
	for value, escaped := range map[string]string{`o'brien\x@ex.com`: `'o\'brien\\x@ex.com'`, `x' OR Username LIKE '%`: `'x\' OR Username LIKE \'%'`, `a"b`: `'a\"b'`} {
		if got, err := literal("find", value); err != nil || got != escaped {
			t.Errorf("%s becomes %s, %v", value, got, err)
		}
	}
	r := newFixture(t, salesforcefake.Options{})
	other := r.seed(profileOf(1), "", nil)
	for _, name := range []string{`x' or username like '%@ex.com`, `x' or username != 'y@ex.com`, `o'brien\x@ex.com`} {
		p := with(profileOf(2), attrUsername, name)
		_, err := r.Find(t.Context(), p)
		want(t, err, connectors.NotFound)
		id := r.seed(p, "", nil)
		if a := r.find(p); a.ID != id || a.ID == other {
			t.Errorf("%s found %+v", name, a)
		}
	}
	_, err := r.Find(t.Context(), with(profileOf(3), attrUsername, "a\nb@ex.com"))
	want(t, err, connectors.Invalid)
	if bad := checkCorrelation("Id FROM User--"); bad == "" {
		t.Error("a correlation field that is no name")
	}
}

// A list that is none, or that does not end, is not taken for a short one.
func TestListsAreWhole(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	a := r.create(profileOf(1))
	for _, body := range []string{`{}`, `null`, `{"records":null,"done":true}`, `{"records":[]}`, `{"records":[],"done":false}`} {
		r.fault(http.MethodGet, "/query", http.StatusOK, body)
		want(t, r.leave(a.ID), connectors.Temporary)
	}
	endless := `{"records":[{"UserOrGroupId":"` + a.ID + `"}],"done":false,"nextRecordsUrl":"/services/data/v60.0/query/01g-1"}`
	r.AddFault(fakekit.Fault{Method: http.MethodGet, PathRe: "/query", Times: -1, Status: http.StatusOK, Body: endless})
	want(t, r.leave(a.ID), connectors.Temporary)
	id, pages := r.PutGroup("Staff", ""), r.Server.Requests()
	var last error
	for _, last = range r.Members(t.Context(), id) {
		if r.Server.Requests()-pages > maxPages {
			t.Fatal("the list is read for ever")
		}
	}
	want(t, last, connectors.Temporary)
	r.ClearFaults()
}

func TestFindChooses(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	p := profileOf(1)
	named := r.seed(p, "", nil)
	ours := r.seed(with(profileOf(2), attrNickname, "other"), p.ResourceID, nil)
	if a := r.find(p); a.ID != ours {
		t.Errorf("found %s, want ours %s rather than the one with the name, %s", a.ID, ours, named)
	}
	r.fault(http.MethodGet, "/query", http.StatusOK, `{"done":true,"records":[{"Id":"005000000000001AAA","Username":"a@b.c","FederationIdentifier":"`+p.ResourceID+
		`"},{"Id":"005000000000002AAA","Username":"b@b.c","FederationIdentifier":"`+p.ResourceID+`"}]}`)
	_, err := r.Find(t.Context(), p)
	if e := want(t, err, connectors.Invalid); !strings.Contains(e.Message, "005000000000001AAA") || !strings.Contains(e.Message, "005000000000002AAA") {
		t.Errorf("%v", e)
	}
	r.fault(http.MethodGet, "/query", http.StatusOK, `{"done":true,"records":[{"Id":"005000000000001AAA","Username":"`+p.Text(attrUsername)+`","UserType":"Standard","Profile":null}]}`)
	if a := r.find(p); !a.Protected {
		t.Errorf("of whom the profile is not shown: %+v", a)
	}
	r.fault(http.MethodGet, "/query", http.StatusOK, `{"done":true,"records":[{"Id":"005000000000001AAA","Username":"somebody@else.com","FederationIdentifier":"another"}]}`)
	_, err = r.Find(t.Context(), p)
	want(t, err, connectors.NotFound) // what was not asked for is not believed
	r.ClearJournal()
	_, err = r.Find(t.Context(), connectors.Profile{})
	want(t, err, connectors.NotFound)
	if r.calls() != "" {
		t.Errorf("asked for nothing: %s", r.calls())
	}
}
