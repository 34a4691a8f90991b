package google

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	directory "google.golang.org/api/admin/directory/v1"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/google/googlefake"
)

func TestG29PagesOfAList(t *testing.T) {
	r := newFixture(t, quirks(googlefake.Quirks{PageCap: 2}))
	keep := func(*directory.User) bool { return true }
	found, err := r.search(t.Context(), connectors.OpFind, "", true, keep)
	if err != nil || len(found) != 0 {
		t.Fatalf("an empty list, without users: %v, %v", found, err)
	}
	for n := range 6 {
		if err := r.Drop(r.Seed(profile(n), "", false)); err != nil {
			t.Fatal(err)
		}
	}
	r.ClearJournal()
	r.AddFault(fakekit.Fault{PathRe: "pageToken", Status: 400, Body: googlefake.ErrorBody(400, "invalid", "Invalid Input: pageToken")})
	found, err = r.search(t.Context(), connectors.OpFind, "", true, keep)
	if err != nil || len(found) != 6 {
		t.Fatalf("found %d, %v; want six once each, after starting again", len(found), err)
	}
	if n := strings.Count(r.calls(), "GET users"); n != 5 {
		t.Errorf("%d requests: %s", n, r.calls())
	}
	r.AddFault(fakekit.Fault{PathRe: "pageToken", Times: -1, Status: 400, Body: googlefake.ErrorBody(400, "invalid", "Invalid Input: pageToken")})
	_, err = r.search(t.Context(), connectors.OpFind, "", true, keep)
	want(t, err, connectors.Invalid)
}

func TestG33AwkwardAddresses(t *testing.T) {
	for _, local := range []string{"a+b", "o'brien", "zoë", "a%2fb", "a/b?c#d", "a b"} {
		t.Run(local, func(t *testing.T) {
			r := newFixture(t, googlefake.Options{})
			p := with(profile(1), attrEmail, local+"@example.com")
			id := r.Seed(p, p.ResourceID, false)
			if a := r.find(p); a.ID != id {
				t.Errorf("found %+v", a)
			}
			path := r.Journal()[1].Path
			escaped := strings.TrimPrefix(path, googlefake.Prefix+"users/")
			if key, err := url.PathUnescape(escaped); err != nil || key != local+"@example.com" || strings.ContainsAny(escaped, "+/") {
				t.Errorf("path %s", path)
			}
		})
	}
}

func TestOurAccountWinsOverTheName(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	r.Seed(profile(1), "", false)
	id := r.Seed(profile(2), profile(1).ResourceID, false)
	if a := r.find(profile(1)); a.ID != id || a.ExternalID != profile(1).ResourceID {
		t.Errorf("found %+v", a)
	}
}

func TestTwoAccountsOfOursAreAnAdministratorsQuestion(t *testing.T) {
	g := newTarget(t, googlefake.Options{})
	r := fixture{g, openRig(t, g), t}
	a, b := r.Seed(profile(2), profile(1).ResourceID, false), r.Seed(profile(3), profile(1).ResourceID, false)
	_, err := r.Find(t.Context(), profile(1))
	if e := want(t, err, connectors.Invalid); !strings.Contains(e.Message, a) || !strings.Contains(e.Message, b) {
		t.Errorf("message: %s", e.Message)
	}
	if len(r.Violations()) != 1 {
		t.Errorf("violations: %v", r.Violations())
	}
}

// A search compares without case and by substrings; the label and the exact value decide.
func TestStampsAreComparedHere(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	p := profile(1)
	p.ResourceID = "ABC-1"
	r.Seed(profile(2), "abc-1", false)
	r.Put(map[string]any{"primaryEmail": "other@example.com", "externalIds": []any{
		map[string]any{"type": "custom", "customType": "badge", "value": "ABC-1"}, map[string]any{"type": "organization", "value": "ABC-1"}}}, googlefake.Seed{})
	_, err := r.Find(t.Context(), p)
	want(t, err, connectors.NotFound)
}

func TestQuotesInASearch(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	p := profile(1)
	p.ResourceID = "o'clock"
	id := r.Seed(profile(2), p.ResourceID, false)
	if a := r.find(p); a.ID != id {
		t.Errorf("found %+v", a)
	}
}

func TestFindWithoutAnAddress(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	a := r.create(profile(1))
	for _, address := range []string{"", "ada@elsewhere.net"} {
		p := connectors.Profile{ResourceID: profile(1).ResourceID, Values: map[string]any{attrEmail: address}}
		if found := r.find(p); found.ID != a.ID {
			t.Errorf("found %+v", found)
		}
	}
	_, err := r.Find(t.Context(), connectors.Profile{})
	want(t, err, connectors.NotFound)
}

func TestAnAnswerWithoutAUserIsNoUser(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	r.AddFault(fakekit.Fault{Method: "GET", PathRe: api, Status: 200, Body: "{}"})
	_, err := r.Find(t.Context(), profile(1))
	want(t, err, connectors.Temporary)
}

func TestShown(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	r.create(profile(1))
	got := r.find(profile(1)).Shown
	const text = `map[department:Engines name.displayName:Ada user001 name.familyName:Lovelace name.givenName:Ada orgUnitPath:/ ` +
		`phones:[map[type:work value:+44 20 1234]] primaryEmail:user001@example.com suspended:false title:Analyst]`
	if fmt.Sprint(got) != text {
		t.Errorf("shown: %v", got)
	}
}
