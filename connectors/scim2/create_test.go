package scim2

import (
	"net/http"
	"testing"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
	"usher/connectors/scim2/service"
)

func TestC01LocationOnAnotherHostIsNotFetched(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{LocationHost: "http://127.0.0.1:1"})
	a := r.create(profile(1))
	if _, ok := r.User(a.ID); !ok {
		t.Errorf("%s is not the account's ID", a.ID)
	}
	if r.methods() != "POST" {
		t.Errorf("requests: %s", r.methods())
	}
}

func TestC02CreateAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		q    scim2fake.Quirks
		kind connectors.Kind
	}{
		"200":                   {scim2fake.Quirks{CreateStatus: 200}, ""},
		"201 without body":      {scim2fake.Quirks{CreateEmpty: true}, ""},
		"escaped ID":            {scim2fake.Quirks{CreateEmpty: true, AwkwardIDs: true}, ""},
		"204 without Location":  {scim2fake.Quirks{CreateStatus: 204, NoLocation: true}, connectors.Unknown},
		"nothing but a 201":     {scim2fake.Quirks{CreateEmpty: true, NoLocation: true}, connectors.Unknown},
		"202 is still in doubt": {scim2fake.Quirks{CreateStatus: 202}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newFixture(t, c.q)
			a, err := r.Create(t.Context(), profile(1))
			if c.kind != "" {
				want(t, err, c.kind)
				a = r.find(profile(1))
			} else if err != nil {
				t.Fatal(err)
			}
			if u, ok := r.User(a.ID); !ok || u.ExternalID != profile(1).ResourceID {
				t.Errorf("ID %q is not the account", a.ID)
			}
			if a.Pending != (c.q.CreateStatus == 202) {
				t.Errorf("pending is %v", a.Pending)
			}
		})
	}
}

// C03 to C06: a name that is taken, in the words of different services; what is found is ours.
func takenName(t *testing.T, status int, body string) {
	r := newFixture(t, scim2fake.Quirks{TakenStatus: status, TakenBody: body})
	first := r.create(profile(1))
	_, err := r.Create(t.Context(), profile(1))
	if e := want(t, err, connectors.Conflict); e.Remedy == "" || e.Message == "" {
		t.Errorf("no words: %+v", e)
	}
	a := r.find(profile(1))
	if a.ID != first.ID || a.ExternalID != profile(1).ResourceID {
		t.Errorf("found %+v, want %s", a, first.ID)
	}
	if err := r.Update(t.Context(), a.ID, connectors.Changes{Set: map[string]any{"title": "Countess"}}); err != nil {
		t.Error(err)
	}
}

func TestC03Conflict(t *testing.T) { takenName(t, 0, "") }
func TestC04ConflictWithoutScimType(t *testing.T) {
	takenName(t, 409, `{"detail":"User already exists."}`)
}
func TestC05ConflictAs400(t *testing.T) { takenName(t, 400, `{"detail":"userName is not unique"}`) }
func TestC06ConflictAs500(t *testing.T) {
	takenName(t, 500, `{"message":"ERROR: duplicate key value violates unique constraint"}`)
}

func TestC05OtherBadValuesAreNoConflict(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	p := profile(1)
	p.Values["title"] = 7.0
	_, err := r.Create(t.Context(), p)
	want(t, err, connectors.Invalid)
}

func TestC06OtherServerErrorsAreInDoubt(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	r.AddFault(fakekit.Fault{Status: 500, Body: `{"detail":"oops"}`})
	_, err := r.Create(t.Context(), profile(1))
	want(t, err, connectors.Unknown)
}

func TestC07ConflictWithAnothersAccount(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	r.Seed(profile(1), "somebody-else", false)
	_, err := r.Create(t.Context(), profile(1))
	want(t, err, connectors.Conflict)
	if a := r.find(profile(1)); a.ExternalID != "somebody-else" {
		t.Errorf("found %+v, want the other's external ID to be told", a)
	}
	if r.methods() != "POST GET GET" {
		t.Errorf("requests: %s; a foreign account must not be written", r.methods())
	}
}

// A service that answers a create with the account that was there would give somebody else's account away.
func TestC07CreateThatReturnsAnothersAccount(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{ReturnExisting: true})
	r.Seed(profile(1), "somebody-else", false)
	_, err := r.Create(t.Context(), profile(1))
	want(t, err, connectors.Conflict)
}

func TestC08ConflictAndNobodyFound(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	r.AddFault(fakekit.Fault{Method: "POST", Times: -1, Status: 409, Body: `{"scimType":"uniqueness","detail":"email is taken"}`})
	_, err := r.Create(t.Context(), profile(1))
	want(t, err, connectors.Conflict)
	_, err = r.Find(t.Context(), profile(1))
	want(t, err, connectors.NotFound)
}

func TestC09InactiveAccountOfOursIsReactivated(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	a := r.create(profile(1))
	r.Edit(a.ID, service.AttrActive, false)
	_, err := r.Create(t.Context(), profile(1))
	want(t, err, connectors.Conflict)
	found := r.find(profile(1))
	if found.Shown[service.AttrActive] != false {
		t.Errorf("shown: %v", found.Shown)
	}
	if err := r.Update(t.Context(), found.ID, connectors.Changes{Set: map[string]any{service.AttrActive: true}}); err != nil {
		t.Fatal(err)
	}
	if u, _ := r.User(a.ID); !u.Active {
		t.Error("still inactive")
	}
}

func TestC10LostAnswerOfACreate(t *testing.T) {
	for _, drop := range []string{fakekit.Reset, fakekit.EOF} {
		t.Run(drop, func(t *testing.T) {
			r := newFixture(t, scim2fake.Quirks{})
			r.AddFault(fakekit.Fault{Method: "POST", Phase: fakekit.After, Drop: drop})
			_, err := r.Create(t.Context(), profile(1))
			want(t, err, connectors.Unknown)
			if a := r.find(profile(1)); a.ExternalID != profile(1).ResourceID {
				t.Errorf("found %+v", a)
			}
			if r.Count() != 1 || r.methods() != "POST GET" {
				t.Errorf("%d users after %s: a create was sent again", r.Count(), r.methods())
			}
		})
	}
}

func TestC11UnavailableAfterTheCreate(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	r.AddFault(fakekit.Fault{Method: "POST", Phase: fakekit.After, Status: 503})
	_, err := r.Create(t.Context(), profile(1))
	want(t, err, connectors.Unknown)
	_, err = r.Create(t.Context(), profile(1))
	want(t, err, connectors.Conflict)
	if a := r.find(profile(1)); a.ExternalID != profile(1).ResourceID {
		t.Errorf("found %+v", a)
	}
}

func TestC12UnavailableBeforeTheCreate(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	r.AddFault(fakekit.Fault{Method: "POST", Status: 503})
	_, err := r.Create(t.Context(), profile(1))
	want(t, err, connectors.Unknown)
	for range 3 {
		_, err = r.Find(t.Context(), profile(1))
		want(t, err, connectors.NotFound)
	}
	r.create(profile(1))
}

func TestC19NumericIDsAreExact(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{NumericIDs: true})
	a := r.create(profile(1))
	if a.ID != "10000000000000000001" {
		t.Errorf("ID is %s, not digit for digit", a.ID)
	}
	if err := r.Deprovision(t.Context(), a.ID, connectors.Delete); err != nil || r.Count() != 0 {
		t.Errorf("delete: %v", err)
	}
}

func TestCreateSendsOneRFCRequest(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	r.create(profile(1))
	q := r.Journal()[0]
	const body = `{"active":true,"displayName":"Ada user001","emails":[{"primary":true,"type":"work","value":"user001@example.com"}],` +
		`"externalId":"0198f000-0000-7000-8000-000000000001","name":{"familyName":"Lovelace","givenName":"Ada"},` +
		`"phoneNumbers":[{"type":"work","value":"+44 20 1234"}],` +
		`"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"title":"Analyst",` +
		`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Engines"},"userName":"user001@example.com"}`
	if q.Method != http.MethodPost || q.Path != "/scim/v2/Users" || q.Body != body {
		t.Errorf("%s %s\n got %s\nwant %s", q.Method, q.Path, q.Body, body)
	}
	if q.Header.Get("Content-Type") != "application/scim+json" || q.Header.Get("User-Agent") != connectors.UserAgent {
		t.Errorf("header: %v", q.Header)
	}
}

func TestUnusableIDs(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	for _, id := range []string{"", ".", ".."} {
		want(t, r.Deprovision(t.Context(), id, connectors.Delete), connectors.Invalid)
	}
	if r.methods() != "" {
		t.Errorf("requests: %s", r.methods())
	}
}
