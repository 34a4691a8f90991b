package scim2

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"usher/connectors"
	"usher/connectors/connectortest"
	"usher/connectors/fakekit"
	"usher/connectors/scim2/scim2fake"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
)

// like is a fixture at a service of a compatibility profile, and with it.
func like(t *testing.T, key string, settings ...string) fixture {
	t.Helper()
	return newFixture(t, scim2fake.Like(key), append([]string{"profile", key}, settings...)...)
}

// The contract holds at every service that a profile is for. Those whose people have to accept an invitation first
// change nothing until then, which C54 is about.
func TestContractByProfile(t *testing.T) {
	for _, profile := range service.ProfileField().Options {
		q := scim2fake.Like(profile.Value)
		if q.Wire.Unconfirmed || q.Wire.LongestName > 0 {
			continue
		}
		t.Run(profile.Value, func(t *testing.T) {
			h := harness(q)
			h.New = func(t testing.TB) connectortest.Target { return profileTarget{newTarget(t, q), profile.Value} }
			connectortest.Run(t, h)
		})
	}
}

type profileTarget struct {
	target
	key string
}

func (p profileTarget) Settings() map[string]string {
	s := p.target.Settings()
	s["profile"], s["delete_mode"] = p.key, "delete"
	return s
}

// dialectLife creates, changes in every way and disables.
func dialectLife(t *testing.T, r fixture) error {
	t.Helper()
	a := r.create(profile(1))
	err := r.Update(t.Context(), a.ID, connectors.Changes{Want: profile(1), Clear: []string{"title"},
		Set: map[string]any{"name.givenName": "Augusta", department: "Numbers", "displayName": "A. Lovelace", service.AttrActive: false}})
	if err != nil {
		return err
	}
	u, _ := r.User(a.ID)
	d := wire.Document(u.Attributes)
	if d.Get("name.givenName") != "Augusta" || d.Get("name.familyName") != "Lovelace" || d.Get(department) != "Numbers" || u.Active || d.Get("title") != nil || u.DisplayName != "A. Lovelace" {
		t.Errorf("the account is %v", u.Attributes)
	}
	return nil
}

func TestC26EntraLegacy(t *testing.T) {
	if err := dialectLife(t, like(t, "entra_legacy")); err != nil {
		t.Error(err)
	}
	for _, other := range []string{"rfc", "entra_new", "okta_like"} {
		r := newFixture(t, scim2fake.Like("entra_legacy"), "profile", other, "update_mode", "patch")
		want(t, dialectLife(t, r), connectors.Invalid)
	}
}

func TestC26EntraNew(t *testing.T) {
	r := like(t, "entra_new")
	if err := dialectLife(t, r); err != nil {
		t.Error(err)
	}
	const body = `[{"op":"replace","value":{"active":false,"displayName":"A. Lovelace","name.givenName":"Augusta","` + department + `":"Numbers"}},{"op":"remove","path":"title"}]`
	if got := r.Journal()[1].Body; !strings.Contains(got, body) {
		t.Errorf("sent %s", got)
	}
	want(t, dialectLife(t, newFixture(t, scim2fake.Like("entra_new"), "profile", "salesforce")), connectors.Invalid)
}

func TestC27StandardDialect(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{})
	if err := dialectLife(t, r); err != nil || r.methods() != "POST PATCH" {
		t.Errorf("%v, %s", err, r.methods())
	}
	for _, foreign := range []string{"entra_legacy", "entra_new"} {
		want(t, dialectLife(t, newFixture(t, scim2fake.Quirks{}, "profile", foreign)), connectors.Invalid)
	}
}

// The one switch of dialect that is made without being asked for: from an operation with a path to one without.
func TestOtherDialectIsTriedOnce(t *testing.T) {
	r := newFixture(t, scim2fake.Quirks{Wire: scim2fake.WireQuirks{Dialect: scim2fake.SingleObject}})
	if err := dialectLife(t, r); err != nil || r.methods() != "POST PATCH PATCH" {
		t.Errorf("%v, %s", err, r.methods())
	}
	report, err := r.Check(t.Context())
	if err != nil || proposal(report, "patch_style") != "single_object" {
		t.Errorf("%v, proposals %+v", err, report.Proposals)
	}
	r.ClearJournal()
	id := r.find(profile(1)).ID
	if err := r.Update(t.Context(), id, setTitle("x")); err != nil || strings.Count(r.methods(), "PATCH") != 1 {
		t.Errorf("the second update: %v, %s", err, r.methods())
	}
	r = newFixture(t, scim2fake.Quirks{})
	a := r.create(profile(1))
	e := want(t, r.Update(t.Context(), a.ID, connectors.Changes{Set: map[string]any{"title": 7.0}}), connectors.Invalid)
	if r.methods() != "POST PATCH PATCH" || r.service.Style() != "rfc_path" || e.Message == "" {
		t.Errorf("a wrong value: %s, then %s", r.methods(), r.service.Style())
	}
	r = newFixture(t, scim2fake.Quirks{}, "patch_style", "rfc_path")
	a = r.create(profile(1))
	want(t, r.Update(t.Context(), a.ID, connectors.Changes{Set: map[string]any{"title": 7.0}}), connectors.Invalid)
	if r.methods() != "POST PATCH" {
		t.Errorf("a dialect that was chosen is not guessed about: %s", r.methods())
	}
}

func TestOtherDialectIsNotTriedForNothing(t *testing.T) {
	for answer, change := range map[string]connectors.Changes{
		`{"scimType":"invalidValue","detail":"userName is not unique"}`: {Set: map[string]any{service.AttrUserName: "x"}},
		`{"scimType":"invalidPath","detail":"unknown path title"}`:      {Clear: []string{"title"}}, // which reads the same in both
	} {
		r := newFixture(t, scim2fake.Quirks{})
		a := r.create(profile(1))
		r.AddFault(fakekit.Fault{Method: "PATCH", Times: -1, Status: 400, Body: answer})
		if err := r.Update(t.Context(), a.ID, change); err == nil || r.methods() != "POST PATCH" {
			t.Errorf("%s: %v after %s", answer, err, r.methods())
		}
	}
}

func TestOktaLikePutsProfiles(t *testing.T) {
	r := like(t, "okta_like")
	a := r.create(profile(1))
	if err := r.Update(t.Context(), a.ID, setTitle("x")); err != nil || r.methods() != "POST GET PUT" {
		t.Errorf("profile: %v, %s", err, r.methods())
	}
	r.ClearJournal()
	if err := r.Deprovision(t.Context(), a.ID, connectors.Disable); err != nil || r.methods() != "PATCH" {
		t.Errorf("disable: %v, %s", err, r.methods())
	}
}

func proposal(r connectors.Report, key string) string {
	for _, p := range r.Proposals {
		if p.Key == key {
			return p.Value
		}
	}
	return ""
}

func TestC28SalesforceUsers(t *testing.T) {
	r := like(t, "salesforce")
	report, err := r.Check(t.Context())
	if err != nil || report.Steps[0].State != connectors.StepOK || r.Journal()[0].Path != "/scim/v2/ServiceProviderConfigs" {
		t.Errorf("%v, first step %+v", err, report.Steps)
	}
	if err := dialectLife(t, r); err != nil {
		t.Error(err)
	}
	if got := r.Journal()[len(r.Journal())-1].Body; !strings.Contains(got, `[{"op":"replace","value":{"active":false,`) {
		t.Errorf("sent %s", got)
	}
}

// One account is written by one attempt at a time, which the engine sees to (leases); what meets all the same is
// refused by the service, and told as such.
func TestC31SlackRefusesOverlappingWrites(t *testing.T) {
	q := scim2fake.Like("slack")
	q.WriteDelay = 30e6
	r := newFixture(t, q, "profile", "slack")
	p := named(1, "Ada.Lovelace")
	p.Values[service.AttrEmails] = []any{map[string]any{"value": "a@x"}, map[string]any{"value": "b@x"}, map[string]any{"value": "c@x", "primary": true}}
	a := r.create(p)
	if u, _ := r.User(a.ID); u.UserName != "ada.lovelace" || len(wire.Document(u.Attributes).List(service.AttrEmails)) != 2 || !strings.Contains(string(mustEncode(t, u.Attributes)), "c@x") {
		t.Errorf("the account is %+v", u)
	}
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { errs[i] = r.Update(t.Context(), a.ID, setTitle("x")) })
	}
	wg.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
			continue
		}
		if e := want(t, err, connectors.RateLimited); e.Message != "resource_locked" || e.RetryAfter != 1e9 {
			t.Errorf("refused with %+v", e)
		}
	}
	if done == 0 || done == len(errs) {
		t.Errorf("%d of %d overlapping writes went through", done, len(errs))
	}
	_, err := r.Create(t.Context(), named(1, "ada.lovelace"))
	if e := want(t, err, connectors.Conflict); e.Status != http.StatusConflict {
		t.Errorf("a status that is a number: %+v", e)
	}
	r.ClearJournal()
	_, err = r.Create(t.Context(), named(2, "a-name-of-more-than-21-characters"))
	if e := want(t, err, connectors.Invalid); r.methods() != "" || !strings.Contains(e.Message, "at most 21") {
		t.Errorf("%v after %s", e, r.methods())
	}
}

func mustEncode(t *testing.T, d wire.Document) []byte {
	t.Helper()
	b, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestC53UserAgentIsAlwaysSent(t *testing.T) {
	r := like(t, "github_emu")
	if _, err := r.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := r.create(profile(1))
	if err := r.Deprovision(t.Context(), a.ID, connectors.Delete); err != nil {
		t.Fatal(err)
	}
	if u, ok := r.User(a.ID); !ok || u.Active {
		t.Error("a removal that cannot be taken back was made without having been chosen")
	}
	for _, q := range r.Journal() {
		if q.Header.Get("User-Agent") == "" {
			t.Errorf("%s %s without User-Agent", q.Method, q.Path)
		}
	}
	r = like(t, "github_emu", "delete_mode", "delete")
	a = r.create(profile(1))
	if err := r.Deprovision(t.Context(), a.ID, connectors.Delete); err != nil || r.Count() != 0 {
		t.Errorf("a removal that was chosen: %v", err)
	}
}

func TestC54ZoomUnconfirmedUsers(t *testing.T) {
	r := like(t, "zoom")
	a := r.create(profile(1))
	r.SetQuirks(scim2fake.Quirks{Wire: scim2fake.WireQuirks{Unconfirmed: true}})
	_, err := r.Find(t.Context(), profile(1))
	want(t, err, connectors.NotFound)
	e := want(t, r.Update(t.Context(), a.ID, setTitle("Countess")), connectors.Pending)
	if e.Remedy == "" {
		t.Error("no remedy")
	}
	r.SetQuirks(scim2fake.Quirks{PatchNoBody: true, Wire: scim2fake.WireQuirks{Unconfirmed: true}})
	want(t, r.Update(t.Context(), a.ID, setTitle("Countess")), connectors.Pending)
	r.SetQuirks(scim2fake.Quirks{PatchNoBody: true})
	if err := r.Update(t.Context(), a.ID, setTitle("Countess")); err != nil {
		t.Errorf("once accepted: %v", err)
	}
}

func TestC55VCenter(t *testing.T) {
	r := like(t, "vcenter")
	if _, err := r.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := dialectLife(t, r); err != nil {
		t.Error(err)
	}
	for _, q := range r.Journal() {
		if strings.Contains(q.Path, "ServiceProviderConfig") {
			t.Errorf("asked for %s", q.Path)
		}
	}
}
