package scim2

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
	"usher/connectors/scim2/service"
)

func (r fixture) fill(n int) {
	r.t.Helper()
	for i := range n {
		r.put(map[string]any{service.AttrUserName: fmt.Sprintf("filler%04d", i)})
	}
}

func TestC13FilterIgnored(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{FilterIgnored: true})
	r.fill(150)
	_, err := r.Find(t.Context(), profile(1))
	want(t, err, connectors.NotFound)
	mine := r.create(profile(1))
	if a := r.find(profile(1)); a.ID != mine.ID {
		t.Errorf("took over %s, want %s", a.ID, mine.ID)
	}
	r.ClearJournal()
	r.find(profile(1))
	for _, q := range r.Journal() {
		if strings.Contains(q.Query, "filter") {
			t.Errorf("still filters: %s", q.Query)
		}
	}
}

func TestC14FilterRefused(t *testing.T) {
	for _, status := range []int{http.StatusBadRequest, http.StatusNotImplemented} {
		r := newFixture(t, scim2fake.Quirks{FilterStatus: status})
		r.fill(120)
		mine := r.create(profile(1))
		if a := r.find(profile(1)); a.ID != mine.ID {
			t.Errorf("found %s, want %s", a.ID, mine.ID)
		}
		if !r.service.Learned.NoIDFilter.Load() || !r.service.Learned.NoNameFilter.Load() {
			t.Error("did not learn that there are no filters")
		}
	}
}

func TestC14OnlyExternalIDRefused(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{NoExternalFilter: true})
	r.fill(3)
	mine := r.create(profile(1))
	renamed := named(1, "new-name@example.com")
	if a := r.find(renamed); a.ID != mine.ID {
		t.Errorf("found %s, want %s by the external ID in the list", a.ID, mine.ID)
	}
}

func TestFilterAlwaysOnAndAlwaysOff(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{FilterStatus: 501}, "filter_support", "on")
	_, err := r.Find(t.Context(), profile(1))
	want(t, err, connectors.Misconfigured)
	r = newFixture(t, scim2fake.Quirks{}, "filter_support", "off")
	mine := r.create(profile(1))
	if a := r.find(profile(1)); a.ID != mine.ID {
		t.Errorf("found %s, want %s", a.ID, mine.ID)
	}
	for _, q := range r.Journal() {
		if strings.Contains(q.Query, "filter") {
			t.Errorf("filters: %s", q.Query)
		}
	}
}

func TestC15WaysToSayNone(t *testing.T) {
	for name, q := range map[string]scim2fake.Quirks{
		"404": {NoneIs404: true}, "missing": {NoResources: "missing"}, "null": {NoResources: "null"}, "empty": {},
	} {
		t.Run(name, func(t *testing.T) {
			r := newFixture(t, q)
			_, err := r.Find(t.Context(), profile(1))
			want(t, err, connectors.NotFound)
		})
	}
}

// A 404 of something that is no SCIM service must not be taken for "no such user": a leaver would be forgotten.
func TestC15WrongBaseURLIsNotNone(t *testing.T) {
	g := newTarget(t, scim2fake.Quirks{})
	r := newFixture(t, scim2fake.Quirks{}, "base_url", g.url+"/wrong")
	_, err := r.Find(t.Context(), profile(1))
	want(t, err, connectors.Misconfigured)
}

func TestC15Bare404OfARealService(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	r.AddFault(fakekit.Fault{PathRe: "filter=", Times: -1, Status: 404})
	_, err := r.Find(t.Context(), profile(1))
	want(t, err, connectors.NotFound)
}

func TestC16CaseSensitiveFilter(t *testing.T) {
	t.Run("lower case is tried", func(t *testing.T) {
		r := newFixture(t, scim2fake.Quirks{CaseSensitive: true})
		id := r.put(map[string]any{service.AttrUserName: "bob@ex.com"})
		if a := r.find(named(1, "Bob@EX.com")); a.ID != id {
			t.Errorf("found %s, want %s", a.ID, id)
		}
	})
	t.Run("a refused create is worth a look at the list", func(t *testing.T) {
		r := newFixture(t, scim2fake.Quirks{CaseSensitive: true})
		id := r.put(map[string]any{service.AttrUserName: "Bob@EX.com"})
		_, err := r.Create(t.Context(), named(1, "bob@ex.com"))
		want(t, err, connectors.Conflict)
		if a := r.find(named(1, "bob@ex.com")); a.ID != id {
			t.Errorf("found %s, want %s", a.ID, id)
		}
		r.ClearJournal()
		_, err = r.Find(t.Context(), named(1, "bob@ex.com"))
		want(t, err, connectors.NotFound)
		if r.methods() != "GET GET" {
			t.Errorf("requests: %s; the list is read once for a refusal", r.methods())
		}
	})
	t.Run("folded here", func(t *testing.T) {
		r := newFixture(t, scim2fake.Quirks{})
		id := r.put(map[string]any{service.AttrUserName: "Bob@EX.com"})
		if a := r.find(named(1, "bob@ex.com")); a.ID != id {
			t.Errorf("found %s, want %s", a.ID, id)
		}
	})
}

func TestC17NamesThatNeedEscaping(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	for i, name := range []string{`a"b`, `a\b`, "a+b", "a&b=c", "a b%20#?", "añ€😀", "a\tb", `" or userName pr or "`, "<a>&'"} {
		p := named(i, name)
		mine := r.Seed(p, "", false)
		if a := r.find(p); a.ID != mine {
			t.Errorf("%q: found %s, want %s", name, a.ID, mine)
		}
	}
}

func TestC18TwoMatches(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	one := r.put(map[string]any{service.AttrUserName: "bob"})
	two := r.put(map[string]any{service.AttrUserName: "Bob"})
	_, err := r.Find(t.Context(), named(1, "bob"))
	e := want(t, err, connectors.Invalid)
	if !strings.Contains(e.Message, one) || !strings.Contains(e.Message, two) {
		t.Errorf("%q does not name both %s and %s", e.Message, one, two)
	}
}

func TestC20PagesAreCapped(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{FilterStatus: 501, PageCap: 50})
	r.fill(249)
	mine := r.create(profile(1))
	if a := r.find(profile(1)); a.ID != mine.ID {
		t.Errorf("found %s, want %s on the last page", a.ID, mine.ID)
	}
}

func TestC21StartIndexIgnored(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{FilterStatus: 501, StartIgnored: true, PageCap: 50})
	r.fill(60)
	_, err := r.Find(t.Context(), profile(1))
	want(t, err, connectors.Misconfigured)
	if n := strings.Count(r.methods(), "GET"); n > 5 {
		t.Errorf("%d requests, which looks like a loop", n)
	}
	r = newFixture(t, scim2fake.Quirks{FilterStatus: 501, StartIgnored: true})
	r.fill(60)
	_, err = r.Find(t.Context(), profile(1))
	want(t, err, connectors.NotFound) // everybody was on the one page
}

func TestC22TotalsThatLie(t *testing.T) {
	for _, totals := range []string{"string", "small", "missing"} {
		r := newFixture(t, scim2fake.Quirks{FilterStatus: 501, Totals: totals, PageCap: 50})
		r.fill(249)
		mine := r.create(profile(1))
		if a := r.find(profile(1)); a.ID != mine.ID {
			t.Errorf("%s: found %s, want %s", totals, a.ID, mine.ID)
		}
	}
}

func TestC44NamesInOtherCase(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{OtherCase: true})
	mine := r.create(profile(1))
	a := r.find(profile(1))
	if a.ID != mine.ID || a.ExternalID != profile(1).ResourceID || a.Shown[service.AttrUserName] != "user001@example.com" || a.Shown["emails"] == nil {
		t.Errorf("found %+v", a)
	}
}

func TestC45ExternalIDIsNotSentBack(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{HideExternalID: true})
	mine := r.create(profile(1))
	if a := r.find(profile(1)); a.ID != mine.ID {
		t.Errorf("found %s, want %s by its user name", a.ID, mine.ID)
	}
	if err := r.Update(t.Context(), mine.ID, connectors.Changes{Want: profile(1)}); err != nil || strings.Contains(r.methods(), "PATCH") {
		t.Errorf("an unchanged account was written: %s, %v", r.methods(), err)
	}
}

func TestAdministratorWords(t *testing.T) {
	for text, admin := range map[string]bool{"Administrator": true, "org-admin": true, "SuperAdmins": true, "site admin": true,
		"": false, "Administrative assistant": false, "Member": false, "administration": false} {
		if adminWord(text) != admin {
			t.Errorf("%q: administrator is %v", text, !admin)
		}
	}
}

func TestFindStopsWithItsContext(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := r.Find(ctx, profile(1))
	want(t, err, connectors.Temporary)
}
