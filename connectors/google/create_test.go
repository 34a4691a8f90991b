package google

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/google/googlefake"
)

func TestG05NotVisibleAfterACreate(t *testing.T) {
	r := newFixture(t, quirks(googlefake.Quirks{Hidden: 20 * time.Second}))
	a := r.create(profile(1))
	_, err := r.Find(t.Context(), profile(1))
	want(t, err, connectors.NotFound)
	want(t, r.Update(t.Context(), a.ID, connectors.Changes{Set: map[string]any{attrTitle: "Countess"}}), connectors.NotFound)
	if Definition().Lag < 20*time.Second {
		t.Error("the engine would make it again")
	}
	r.time.advance(21 * time.Second)
	if found := r.find(profile(1)); found.ID != a.ID || r.Count() != 1 {
		t.Errorf("found %+v among %d", found, r.Count())
	}
	if strings.Count(r.calls(), "POST users") != 1 {
		t.Errorf("inserted again: %s", r.calls())
	}
}

func TestG09ConflictWithOurOwn(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	first := r.create(profile(1))
	_, err := r.Create(t.Context(), profile(1))
	e := want(t, err, connectors.Conflict)
	if e.Code != "duplicate" || e.Status != 409 {
		t.Errorf("%+v", e)
	}
	a := r.find(profile(1))
	if a.ID != first.ID || a.ExternalID != profile(1).ResourceID {
		t.Errorf("found %+v", a)
	}
	if err := r.Update(t.Context(), a.ID, connectors.Changes{Set: map[string]any{attrTitle: "Countess"}}); err != nil {
		t.Error(err)
	}
}

func TestG10ConflictWithAForeignUser(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	id := r.Seed(profile(1), "", false)
	_, err := r.Create(t.Context(), profile(1))
	if e := want(t, err, connectors.Conflict); !strings.Contains(e.Message, id) {
		t.Errorf("the user is not named: %s", e.Message)
	}
	if a := r.find(profile(1)); a.ID != id || a.ExternalID != "" || a.Shown[attrEmail] != "user001@example.com" {
		t.Errorf("found %+v", a)
	}
	if strings.Contains(r.calls(), "PUT") {
		t.Errorf("a foreign user was written: %s", r.calls())
	}
}

func TestG11TheAddressIsAnAlias(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	r.seed(profile(2), "", googlefake.Seed{Aliases: []string{"user001@example.com"}})
	_, err := r.Create(t.Context(), profile(1))
	if e := want(t, err, connectors.Invalid); !strings.Contains(e.Message, "alias of user002@example.com") {
		t.Errorf("message: %s", e.Message)
	}
	_, err = r.Find(t.Context(), profile(1))
	want(t, err, connectors.NotFound)
}

func TestG12TheAddressBelongsToAGroup(t *testing.T) {
	r := newGroupFixture(t, googlefake.Quirks{})
	r.PutGroup(googlefake.Group{Email: "user001@example.com"})
	_, err := r.Create(t.Context(), profile(1))
	if e := want(t, err, connectors.Invalid); !strings.Contains(e.Message, "belongs to a group") {
		t.Errorf("message: %s", e.Message)
	}
}

// Where no groups are pushed their scope is not asked for, and the words say what could not be seen.
func TestG12WithoutTheGroupsScope(t *testing.T) {
	r := newFixture(t, googlefake.Options{Scopes: []string{googlefake.UserScope}})
	r.PutGroup(googlefake.Group{Email: "user001@example.com"})
	_, err := r.Create(t.Context(), profile(1))
	if e := want(t, err, connectors.Conflict); !strings.Contains(e.Remedy, "A group may have it") || strings.Contains(r.calls(), "groups") {
		t.Errorf("%s: remedy: %s", r.calls(), e.Remedy)
	}
}

func TestG13DeletedUserHasTheAddress(t *testing.T) {
	for name, c := range map[string]struct {
		settings []string
		stamp    string
		admin    bool
		restored bool
	}{
		"not allowed":               {nil, profile(1).ResourceID, false, false},
		"ours":                      {[]string{keyOnRemoved, removedRestore}, profile(1).ResourceID, false, true},
		"nobody's, adopting":        {[]string{keyOnRemoved, removedRestore, connectors.OnExisting, connectors.AdoptExisting}, "", false, true},
		"nobody's":                  {[]string{keyOnRemoved, removedRestore}, "", false, false},
		"another's":                 {[]string{keyOnRemoved, removedRestore, connectors.OnExisting, connectors.AdoptExisting}, "other", false, false},
		"administrators come never": {[]string{keyOnRemoved, removedRestore}, profile(1).ResourceID, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newFixture(t, quirks(googlefake.Quirks{KeepAddress: true, PageCap: 2}), c.settings...)
			for n := 2; n < 7; n++ { // more than a page of others
				if err := r.Drop(r.Seed(profile(n), "", false)); err != nil {
					t.Fatal(err)
				}
			}
			id := r.Seed(profile(1), c.stamp, c.admin)
			if err := r.Drop(id); err != nil {
				t.Fatal(err)
			}
			_, err := r.Create(t.Context(), profile(1))
			if !c.restored {
				if e := want(t, err, connectors.Conflict); !strings.Contains(e.Message, "deleted user "+id) || strings.Contains(r.calls(), "undelete") {
					t.Errorf("%s after %s", e.Message, r.calls())
				}
				return
			}
			want(t, err, connectors.Pending)
			if !strings.HasSuffix(r.calls(), "POST users/"+id+"/undelete") {
				t.Errorf("calls: %s", r.calls())
			}
			if a := r.find(profile(1)); a.ID != id || a.ExternalID != c.stamp {
				t.Errorf("found %+v", a)
			}
		})
	}
}

func TestG14LostAnswerOfACreate(t *testing.T) {
	for _, drop := range []string{fakekit.Reset, fakekit.EOF} {
		t.Run(drop, func(t *testing.T) {
			r := newFixture(t, googlefake.Options{})
			r.AddFault(fakekit.Fault{Method: "POST", PathRe: api, Phase: fakekit.After, Drop: drop})
			_, err := r.Create(t.Context(), profile(1))
			want(t, err, connectors.Unknown)
			if a := r.find(profile(1)); a.ExternalID != profile(1).ResourceID || r.Count() != 1 {
				t.Errorf("found %+v among %d", a, r.Count())
			}
			if r.calls() != "POST token, POST users, GET users/…" {
				t.Errorf("calls: %s", r.calls())
			}
		})
	}
}

func TestG15UnavailableBeforeTheCreate(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	r.AddFault(fakekit.Fault{Method: "POST", PathRe: api, Status: 503, Body: googlefake.ErrorBody(503, "backendError", "Backend Error")})
	_, err := r.Create(t.Context(), profile(1))
	want(t, err, connectors.Unknown)
	for range 3 {
		_, err = r.Find(t.Context(), profile(1))
		want(t, err, connectors.NotFound)
	}
	r.create(profile(1))
	if strings.Count(r.calls(), "POST users") != 2 {
		t.Errorf("calls: %s", r.calls())
	}
}

func TestG16InvitedPersonalAccount(t *testing.T) {
	r := newFixture(t, quirks(googlefake.Quirks{Taken: "user001"}), keyInvite, "true")
	a, err := r.Create(t.Context(), profile(1))
	if e := want(t, err, connectors.Pending); e.Status != http.StatusAccepted || a.ID != "" {
		t.Errorf("%+v %+v", a, e)
	}
}

func TestG16PersonalAccountIsNotInvited(t *testing.T) {
	r := newFixture(t, quirks(googlefake.Quirks{Taken: "user001"}))
	_, err := r.Create(t.Context(), profile(1))
	if e := want(t, err, connectors.Conflict); !strings.Contains(e.Remedy, "personal Google account") {
		t.Errorf("remedy: %s", e.Remedy)
	}
}

func TestG16NoEmptyID(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	for _, body := range []string{"{}", `{"primaryEmail":"user001@example.com"}`, "not JSON", ""} {
		r.AddFault(fakekit.Fault{Method: "POST", PathRe: api, Status: 200, Body: body})
		_, err := r.Create(t.Context(), profile(1))
		want(t, err, connectors.Unknown)
	}
}

func TestG31UnknownOrgUnit(t *testing.T) {
	r := newFixture(t, googlefake.Options{}, keyOrgUnit, "/Nowhere")
	_, err := r.Create(t.Context(), profile(1))
	if e := want(t, err, connectors.Misconfigured); !strings.Contains(e.Message, "INVALID_OU_ID") {
		t.Errorf("message: %s", e.Message)
	}
	// An org unit that one user's attributes gave is that user's trouble, and must not stop the others.
	_, err = r.Create(t.Context(), with(profile(1), attrOrgUnit, "/Elsewhere"))
	want(t, err, connectors.Invalid)
	a := r.create(with(profile(1), attrOrgUnit, "/Staff"))
	want(t, r.Update(t.Context(), a.ID, connectors.Changes{Set: map[string]any{attrOrgUnit: "/Elsewhere"}}), connectors.Invalid)
}

func TestG32DelegatedAdministrator(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	if err := r.Promote(r.Administrator(), false, true); err != nil {
		t.Fatal(err)
	}
	report, err := r.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	warned := false
	for _, s := range report.Steps {
		warned = warned || (s.Name == "Read the administrator" && s.State == connectors.StepWarning && strings.Contains(s.Detail, "delegated") && s.Remedy != "")
	}
	if !warned || report.Capabilities[0].Can {
		t.Errorf("report: %+v", report)
	}
	_, err = r.Create(t.Context(), profile(1))
	if e := want(t, err, connectors.Misconfigured); !strings.Contains(e.Remedy, "super administrator") {
		t.Errorf("remedy: %s", e.Remedy)
	}
}

func TestCreateSendsEverythingAtOnce(t *testing.T) {
	r := newFixture(t, googlefake.Options{}, keyForceChange, "true", keyOrgUnit, "/Staff")
	r.create(profile(1))
	const body = `{"changePasswordAtNextLogin":true,"externalIds":[{"customType":"idp-id","type":"custom","value":"0198f000-0000-7000-8000-000000000001"}],` +
		`"name":{"displayName":"Ada user001","familyName":"Lovelace","givenName":"Ada"},"orgUnitPath":"/Staff",` +
		`"organizations":[{"department":"Engines","primary":true,"title":"Analyst","type":"work"}],"password":"[secret]",` +
		`"phones":[{"type":"work","value":"+44 20 1234"}],"primaryEmail":"user001@example.com","suspended":false}`
	q := r.Journal()[1]
	if strings.TrimSpace(q.Body) != body || q.Header.Get("User-Agent") != connectors.UserAgent {
		t.Errorf("%v\n got %s\nwant %s", q.Header, q.Body, body)
	}
}

func TestPasswordsAreRandomAndNeverTraced(t *testing.T) {
	var trace connectors.Trace
	seen := map[string]bool{}
	for range 100 {
		p := newPassword()
		if seen[p] || len(p) < 32 || len(p) > 100 {
			t.Fatalf("password %q", p)
		}
		seen[p] = true
	}
	r := newFixture(t, googlefake.Options{})
	if _, err := r.Create(connectors.WithTrace(t.Context(), &trace), profile(1)); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(trace)
	if err != nil || len(trace.Exchanges) != 2 {
		t.Fatalf("%d exchanges, %v; tokens belong to the attempt's trace", len(trace.Exchanges), err)
	}
	if !strings.Contains(string(text), `\"password\":\"[secret]\"`) || strings.Contains(string(text), "ya29.") || strings.Contains(string(text), "eyJ") {
		t.Errorf("trace: %s", text)
	}
}
