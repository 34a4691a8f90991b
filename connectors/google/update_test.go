package google

import (
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/google/googlefake"
)

func set(key string, v any) connectors.Changes {
	return connectors.Changes{Set: map[string]any{key: v}, Want: profile(1)}
}

func TestG06CreationNotComplete(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	a := r.create(profile(1))
	r.AddFault(fakekit.Fault{Method: "PUT", Times: 3, Status: 412, Body: googlefake.ErrorBody(412, "conditionNotMet", "User creation is not complete.")})
	for range 3 {
		want(t, r.Update(t.Context(), a.ID, set(attrDisplay, "Countess")), connectors.Temporary)
	}
	if err := r.Update(t.Context(), a.ID, set(attrDisplay, "Countess")); err != nil {
		t.Fatal(err)
	}
}

func TestG07ForbiddenRightAfterTheCreate(t *testing.T) {
	r := newFixture(t, quirks(googlefake.Quirks{Guarded: time.Minute}))
	a := r.create(profile(1))
	want(t, r.Update(t.Context(), a.ID, set(attrDisplay, "Countess")), connectors.Temporary)
	want(t, r.Deprovision(t.Context(), a.ID, connectors.Disable), connectors.Temporary)
	r.recent = recent{} // as after a restart: Google's own clock tells
	r.time.advance(30 * time.Second)
	want(t, r.Update(t.Context(), a.ID, set(attrDisplay, "Countess")), connectors.Temporary)
	r.time.advance(2 * time.Minute)
	if err := r.Update(t.Context(), a.ID, set(attrDisplay, "Countess")); err != nil {
		t.Fatal(err)
	}
}

func TestG08ForbiddenOnAnOldUser(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	id := r.Seed(profile(1), profile(1).ResourceID, false)
	r.AddFault(fakekit.Fault{Method: "PUT", Times: -1, Status: 403, Body: googlefake.ErrorBody(403, "forbidden", "Not Authorized to access this resource/api")})
	want(t, r.Update(t.Context(), id, set(attrDisplay, "Countess")), connectors.Refused)
	if strings.Count(r.calls(), "PUT") != 1 {
		t.Errorf("calls: %s", r.calls())
	}
	r.connector.now = func() time.Time { return time.Now().Add(window + time.Minute) }
	b := r.create(profile(2))
	r.recent.add(b.ID, time.Now()) // long ago by now
	r.AddFault(fakekit.Fault{Method: "GET", Times: -1, Status: 503})
	want(t, r.Update(t.Context(), b.ID, set(attrDisplay, "Countess")), connectors.Refused)
}

func TestG21ReactivationNamesTheField(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	a := r.create(profile(1))
	if err := r.Deprovision(t.Context(), a.ID, connectors.Disable); err != nil || !r.user(a.ID).Suspended {
		t.Fatalf("suspended %v, %v", r.user(a.ID).Suspended, err)
	}
	if err := r.Update(t.Context(), a.ID, set(attrSuspended, false)); err != nil {
		t.Fatal(err)
	}
	if body := r.sent("PUT"); !strings.Contains(body, `"suspended":false`) || r.user(a.ID).Suspended {
		t.Errorf("sent %s", body)
	}
}

func TestG22ClearedListsAreNull(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	a := r.create(profile(1))
	if err := r.Update(t.Context(), a.ID, connectors.Changes{Clear: []string{attrPhones, attrDisplay}, Want: profile(1)}); err != nil {
		t.Fatal(err)
	}
	if body := r.sent("PUT"); body != `{"name":{"displayName":null},"phones":null}` {
		t.Errorf("sent %s", body)
	}
	u := r.user(a.ID)
	if u.Document["phones"] != nil || values(u)[attrDisplay] != nil || values(u)[attrGiven] != "Ada" {
		t.Errorf("document: %v", u.Document)
	}
	if err := r.Update(t.Context(), a.ID, connectors.Changes{Clear: []string{attrTitle, attrDepartment}, Want: profile(1)}); err != nil {
		t.Fatal(err)
	}
	if r.user(a.ID).Document["organizations"] != nil {
		t.Errorf("organisations: %v", r.user(a.ID).Document["organizations"])
	}
}

func TestG23RenameKeepsTheAccount(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	a := r.create(profile(1))
	if err := r.Update(t.Context(), a.ID, set(attrEmail, "ada@example.org")); err != nil {
		t.Fatal(err)
	}
	u := r.user(a.ID)
	if u.PrimaryEmail != "ada@example.org" || len(u.Aliases) != 1 || u.Aliases[0] != "user001@example.com" {
		t.Errorf("user: %+v", u)
	}
	if body := r.sent("PUT"); body != `{"primaryEmail":"ada@example.org"}` {
		t.Errorf("sent %s", body)
	}
	if found := r.find(profile(1)); found.ID != a.ID { // the old address still answers
		t.Errorf("found %+v", found)
	}
	if err := r.Update(t.Context(), a.ID, set(attrDisplay, "Countess")); err != nil {
		t.Fatal(err)
	}
	e := want(t, r.Update(t.Context(), a.ID, set(attrEmail, "user001@example.com")), connectors.Invalid)
	if !strings.Contains(e.Message, "alias of this very user") {
		t.Errorf("message: %s", e.Message)
	}
	r.Seed(profile(2), "", false)
	want(t, r.Update(t.Context(), a.ID, set(attrEmail, "user002@example.com")), connectors.Conflict)
}

// G24 is also a violation that the fake reports at the end of every test.
func TestG24NoPasswordInUpdates(t *testing.T) {
	r := newFixture(t, googlefake.Options{}, keyForceChange, "true")
	a := r.create(profile(1))
	if err := r.Update(t.Context(), a.ID, connectors.Changes{Set: profile(1).Values, Want: profile(1)}); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"password", "changePasswordAtNextLogin", "externalIds"} {
		if body := r.sent("PUT"); strings.Contains(body, word) {
			t.Errorf("sent %s", body)
		}
	}
}

func TestG30SuspendedForAbuse(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	id := r.seed(profile(1), profile(1).ResourceID, googlefake.Seed{Abuse: true})
	e := want(t, r.Update(t.Context(), id, set(attrSuspended, false)), connectors.Invalid)
	if e.Code != "adminCannotUnsuspend" || !strings.Contains(e.Message, "abuse") {
		t.Errorf("%+v", e)
	}
}

func TestUpdateKeepsWhatOthersWroteInOrganizations(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	id := r.Seed(profile(1), profile(1).ResourceID, false)
	r.Edit(id, "organizations", []any{map[string]any{"type": "school", "name": "Somerville"}, map[string]any{"primary": true, "title": "Analyst", "costCenter": "C1"}})
	if err := r.Update(t.Context(), id, connectors.Changes{Set: map[string]any{attrDepartment: "Numbers"}, Clear: []string{attrTitle}, Want: profile(1)}); err != nil {
		t.Fatal(err)
	}
	const body = `{"organizations":[{"name":"Somerville","type":"school"},{"costCenter":"C1","department":"Numbers","primary":true}]}`
	if r.sent("PUT") != body {
		t.Errorf("sent %s, want %s", r.sent("PUT"), body)
	}
}

func TestUpdatesAreOneRequest(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	a := r.create(profile(1))
	r.ClearJournal()
	if err := r.Update(t.Context(), a.ID, set(attrFamily, "King")); err != nil || r.calls() != "PUT users/…" || r.sent("PUT") != `{"name":{"familyName":"King"}}` {
		t.Errorf("%v: %s %s", err, r.calls(), r.sent("PUT"))
	}
}

func TestArchivingAndTheOrgUnitOfTheDisabled(t *testing.T) {
	r := newFixture(t, googlefake.Options{}, keyDisableMode, disableArchive, keyDisabledUnit, "/Left", keyOrgUnit, "/Staff")
	a := r.create(profile(1))
	if err := r.Deprovision(t.Context(), a.ID, connectors.Disable); err != nil {
		t.Fatal(err)
	}
	if u := r.user(a.ID); !u.Archived || u.Suspended || u.Document["orgUnitPath"] != "/Left" {
		t.Errorf("user: %+v", u)
	}
	if err := r.Update(t.Context(), a.ID, set(attrSuspended, false)); err != nil {
		t.Fatal(err)
	}
	if u := r.user(a.ID); u.Archived || u.Document["orgUnitPath"] != "/Staff" {
		t.Errorf("user: %+v", u)
	}
	r.SetQuirks(googlefake.Quirks{NoArchive: true})
	want(t, r.Deprovision(t.Context(), a.ID, connectors.Disable), connectors.Misconfigured)
}

func TestG28GoneAlready(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	a := r.create(profile(1))
	if err := r.Deprovision(t.Context(), a.ID, connectors.Delete); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []connectors.Mode{connectors.Delete, connectors.Disable} {
		want(t, r.Deprovision(t.Context(), a.ID, mode), connectors.NotFound)
	}
	want(t, r.Update(t.Context(), a.ID, set(attrTitle, "x")), connectors.NotFound)
	want(t, r.Update(t.Context(), a.ID, set(attrDisplay, "x")), connectors.NotFound)
	b := r.create(profile(2))
	r.AddFault(fakekit.Fault{Method: "DELETE", Status: 404, Body: googlefake.ErrorBody(404, "notFound", "Resource Not Found: userKey")})
	want(t, r.Deprovision(t.Context(), b.ID, connectors.Delete), connectors.NotFound)
}

func TestG34AdministratorsAreLeftAlone(t *testing.T) {
	for name, s := range map[string]googlefake.Seed{"super": {Admin: true}, "delegated": {Delegated: true}} {
		t.Run(name, func(t *testing.T) {
			r := newFixture(t, googlefake.Options{})
			id := r.seed(profile(1), profile(1).ResourceID, s)
			if a := r.find(profile(1)); !a.Protected {
				t.Errorf("found %+v", a)
			}
			for _, mode := range []connectors.Mode{connectors.Delete, connectors.Disable} {
				want(t, r.Deprovision(t.Context(), id, mode), connectors.Invalid)
			}
			want(t, r.Update(t.Context(), id, set(attrSuspended, true)), connectors.Invalid)
			if strings.Contains(r.calls(), "PUT") || strings.Contains(r.calls(), "DELETE") {
				t.Errorf("calls: %s", r.calls())
			}
		})
	}
}

func TestG34UnlessAllowed(t *testing.T) {
	r := newFixture(t, googlefake.Options{}, keyAllowAdmins, "true")
	id := r.seed(profile(1), profile(1).ResourceID, googlefake.Seed{Admin: true})
	if !r.find(profile(1)).Protected {
		t.Error("it would be adopted")
	}
	if err := r.Deprovision(t.Context(), id, connectors.Disable); err != nil || !r.user(id).Suspended {
		t.Errorf("not suspended: %v", err)
	}
}

// The administrator whom Usher acts as is one, whatever Google says.
func TestG34TheSubjectIsProtected(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	p := with(profile(1), attrEmail, admin)
	if !r.find(p).Protected {
		t.Error("the administrator to act as would be adopted")
	}
	want(t, r.Deprovision(t.Context(), r.Administrator(), connectors.Delete), connectors.Invalid)
}

func TestUnusableIDs(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	for _, id := range []string{"", ".", ".."} {
		want(t, r.Deprovision(t.Context(), id, connectors.Delete), connectors.Invalid)
		want(t, r.Update(t.Context(), id, set(attrTitle, "x")), connectors.Invalid)
	}
	want(t, r.Deprovision(t.Context(), "1", connectors.Leave), connectors.Invalid)
	if r.calls() != "" {
		t.Errorf("calls: %s", r.calls())
	}
}
