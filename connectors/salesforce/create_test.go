package salesforce

import (
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/salesforce/salesforcefake"
)

// seed places a user with a stamp of ours.
func (r fixture) seed(p connectors.Profile, stamp string, fields map[string]any) string {
	q := p
	for key, v := range fields {
		q = with(q, key, v)
	}
	return r.Seed(q, stamp, false)
}

func TestS09UsernameIsOurs(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	p := profileOf(1)
	id := r.seed(p, p.ResourceID, map[string]any{"Title": "Old"})
	_, err := r.Create(t.Context(), p)
	want(t, err, connectors.Conflict)
	a := r.find(p)
	if a.ID != id || a.ExternalID != p.ResourceID {
		t.Fatalf("found %+v, want %s with our ID", a, id)
	}
	if err := r.update(id, p, p.Values); err != nil || r.user(id).Fields["Title"] != "Analyst" || r.Count() != 1 {
		t.Errorf("after the update: %v, %v", err, r.user(id).Fields)
	}
}

func TestS10UsernameIsElsewhere(t *testing.T) {
	o := salesforcefake.Options{Elsewhere: []string{"user001@example.com.crm"}}
	r := newFixture(t, o)
	_, err := r.Create(t.Context(), profileOf(1))
	e := want(t, err, connectors.Invalid)
	if !strings.Contains(e.Message, "another Salesforce organization") || strings.Count(r.calls(), "POST User") != 1 {
		t.Errorf("%v; %s", e, r.calls())
	}
	r = newFixture(t, o, keySuffix, ".acme")
	a := r.create(profileOf(1))
	if name := r.user(a.ID).Fields[attrUsername]; name != "user001@example.com.crm.acme" {
		t.Errorf("with a suffix the Username is %v", name)
	}
	if found := r.find(connectors.Profile{Values: profileOf(1).Values}); found.ID != a.ID {
		t.Errorf("by its name with the suffix: %+v", found)
	}
	if err := r.update(a.ID, profileOf(1), map[string]any{attrUsername: "user001@example.com.crm"}); err != nil || r.user(a.ID).Fields[attrUsername] != "user001@example.com.crm.acme" {
		t.Errorf("an update of the name: %v", err)
	}
	o.Elsewhere = append(o.Elsewhere, "user001@example.com.crm.acme")
	r = newFixture(t, o, keySuffix, ".acme")
	_, err = r.Create(t.Context(), profileOf(1))
	want(t, err, connectors.Invalid)
	if n := strings.Count(r.calls(), "POST User"); n != 2 {
		t.Errorf("%d creates", n)
	}
}

func TestS11InactiveIsOurs(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	p := profileOf(1)
	id := r.seed(p, p.ResourceID, map[string]any{attrActive: false})
	_, err := r.Create(t.Context(), p)
	want(t, err, connectors.Conflict)
	if a := r.find(p); a.ID != id {
		t.Fatalf("found %+v", a)
	}
	if err := r.update(id, p, p.Values); err != nil || r.user(id).Fields[attrActive] != true {
		t.Errorf("not active again: %v", err)
	}
}

func TestS12CreateWithoutAnswer(t *testing.T) {
	for _, drop := range []string{fakekit.Reset, fakekit.EOF} {
		r := newFixture(t, salesforcefake.Options{})
		r.AddFault(fakekit.Fault{Method: http.MethodPost, PathRe: "/sobjects/User", Phase: fakekit.After, Drop: drop})
		_, err := r.Create(t.Context(), profileOf(1))
		want(t, err, connectors.Unknown)
		if a := r.find(profileOf(1)); a.ExternalID != profileOf(1).ResourceID || r.Count() != 1 {
			t.Errorf("found %+v among %d", a, r.Count())
		}
	}
	r := newFixture(t, salesforcefake.Options{})
	for _, body := range []string{`{}`, `{"id":"","success":true}`, `{"id":"001000000000001AAA","success":true}`, `<html>`} {
		r.fault(http.MethodPost, "/sobjects/User", http.StatusCreated, body)
		_, err := r.Create(t.Context(), profileOf(2))
		want(t, err, connectors.Unknown)
	}
}

func TestS13NicknameIsTaken(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	r.create(profileOf(1))
	a := r.create(with(profileOf(2), attrNickname, "user001"))
	if name, _ := r.user(a.ID).Fields[attrNickname].(string); !strings.HasPrefix(name, "user001.") || len(name) > 40 {
		t.Errorf("nickname %q", name)
	}
	r.ClearJournal()
	r.AddFault(fakekit.Fault{Method: http.MethodPost, PathRe: "/sobjects/User", Times: 2, Status: http.StatusBadRequest, Body: salesforcefake.ErrorBody("DUPLICATE_COMM_NICKNAME", "Duplicate Nickname.")})
	_, err := r.Create(t.Context(), with(profileOf(3), attrNickname, strings.Repeat("n", 60)))
	want(t, err, connectors.Invalid)
	if r.calls() != "POST User, POST User" {
		t.Errorf("requests: %s", r.calls())
	}
}

func TestS14NoLicence(t *testing.T) {
	r := newFixture(t, quirks(salesforcefake.Quirks{Licences: 2}))
	a := r.create(profileOf(1))
	_, err := r.Create(t.Context(), profileOf(2))
	want(t, err, connectors.Limit)
	if err := r.Deprovision(t.Context(), a.ID, connectors.Disable); err != nil {
		t.Fatalf("a leaver: %v", err)
	}
	r.create(profileOf(2))
	want(t, r.update(a.ID, profileOf(1), map[string]any{attrActive: true}), connectors.Limit)
}

func TestS20RequiredField(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	p := profileOf(1)
	p.Values[attrLastName] = ""
	_, err := r.Create(t.Context(), p)
	if e := want(t, err, connectors.Invalid); !strings.Contains(e.Message, attrLastName) || strings.Contains(r.calls(), "POST") {
		t.Errorf("%v; %s", e, r.calls())
	}
	r.fault(http.MethodPost, "/sobjects/User", http.StatusBadRequest, salesforcefake.ErrorBody("REQUIRED_FIELD_MISSING", "Required fields are missing", attrLastName))
	_, err = r.Create(t.Context(), profileOf(1))
	if e := want(t, err, connectors.Invalid); !strings.Contains(e.Message, attrLastName) {
		t.Errorf("%v", e)
	}
}

// An upsert's answers; it is used where the correlation field is an External ID.
func TestS24UpsertOfSeveral(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{}, keyCorrelation, external)
	r.fault(http.MethodPatch, "/sobjects/User/"+external, http.StatusMultipleChoices, `["/services/data/v60.0/sobjects/User/005000000000001AAA","/services/data/v60.0/sobjects/User/005000000000002AAA"]`)
	_, err := r.Create(t.Context(), profileOf(1))
	e := want(t, err, connectors.Invalid)
	if !strings.Contains(e.Message, "005000000000001AAA") || !strings.Contains(e.Message, "005000000000002AAA") {
		t.Errorf("%v", e)
	}
}

func TestS25UpsertFieldMissing(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{}, keyCorrelation, external)
	r.fault(http.MethodPatch, "/sobjects/User/"+external, http.StatusNotFound, salesforcefake.ErrorBody("NOT_FOUND", "Provided external ID field does not exist or is not accessible: "+external))
	_, err := r.Create(t.Context(), profileOf(1))
	want(t, err, connectors.Misconfigured)
	r = newFixture(t, salesforcefake.Options{}, keyCorrelation, "Nothing__c")
	_, err = r.Create(t.Context(), profileOf(1))
	want(t, err, connectors.Misconfigured)
	_, err = r.Find(t.Context(), profileOf(1))
	want(t, err, connectors.Misconfigured)
	_, err = r.Check(t.Context())
	want(t, err, connectors.Misconfigured)
}

// An upsert that is sent twice makes one user, however its update is answered.
func TestUpsert(t *testing.T) {
	for _, silent := range []bool{false, true} {
		r := newFixture(t, quirks(salesforcefake.Quirks{Upsert204: silent}), keyCorrelation, external)
		a := r.create(profileOf(1))
		r.target.Edit(a.ID, "Title", "Admiral")
		_, err := r.Create(t.Context(), profileOf(1))
		want(t, err, connectors.Conflict) // the engine links it, and writes only what differs
		if r.user(a.ID).Fields["Title"] != "Admiral" || r.find(profileOf(1)).ID != a.ID {
			t.Error("the upsert wrote over a user who was there")
		}
		// one that comes between the look and the upsert is found by the engine
		r.fault(http.MethodGet, "/query.*"+external, http.StatusOK, `{"done":true,"records":[]}`)
		_, err = r.Create(t.Context(), profileOf(1))
		want(t, err, connectors.Unknown)
		if strings.Contains(r.calls(), "POST User") || r.Count() != 1 || r.user(a.ID).Fields[external] != profileOf(1).ResourceID {
			t.Errorf("%d users; requests: %s", r.Count(), r.calls())
		}
	}
	r := newFixture(t, salesforcefake.Options{}, keyCorrelation, attrUsername)
	r.seed(profileOf(1), "", nil)
	_, err := r.Create(t.Context(), profileOf(1))
	want(t, err, connectors.Conflict) // an upsert by Username would have written over somebody else's user
	if a := r.find(profileOf(1)); a.ExternalID != "" {
		t.Errorf("found %+v", a)
	}
}

func TestS34CutBeforeSending(t *testing.T) {
	r := newFixture(t, quirks(salesforcefake.Quirks{ShortAlias: 5}))
	p := with(with(profileOf(1), attrAlias, "äöüäöüäöü"), attrNickname, strings.Repeat("n", 60))
	a := r.create(p)
	u := r.user(a.ID)
	if alias := u.Fields[attrAlias].(string); alias != "äöüäö" {
		t.Errorf("alias %q", alias)
	}
	if n := utf8.RuneCountInString(u.Fields[attrNickname].(string)); n != 40 {
		t.Errorf("nickname of %d", n)
	}
	if err := r.update(a.ID, p, map[string]any{attrAlias: "123456789"}); err != nil || r.user(a.ID).Fields[attrAlias] != "12345" {
		t.Errorf("update: %v", err)
	}
	r.ClearJournal()
	_, err := r.Create(t.Context(), with(profileOf(2), "City", strings.Repeat("x", 41)))
	if e := want(t, err, connectors.Invalid); !strings.Contains(e.Message, "City") || r.calls() != "" {
		t.Errorf("%v; %s", e, r.calls())
	}
	want(t, r.update(a.ID, p, map[string]any{"City": strings.Repeat("x", 41)}), connectors.Invalid)
	want(t, r.update(a.ID, p, map[string]any{attrTimeZone: "Moon/Crater"}), connectors.Invalid)
	if r.calls() != "" {
		t.Errorf("sent: %s", r.calls())
	}
}

func TestDefaultsOfNewUsers(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{Profiles: []string{standard, "Sales"}}, keyTimeZone, "Europe/Berlin", keyLocale, "de_DE", keyLanguage, "de", keyEncoding, "ISO-8859-1")
	u := r.user(r.create(profileOf(1)).ID)
	if u.Fields[attrTimeZone] != "Europe/Berlin" || u.Fields[attrLocale] != "de_DE" || u.Fields[attrLanguage] != "de" || u.Fields[attrEncoding] != "ISO-8859-1" || u.Fields[attrActive] != true {
		t.Errorf("%v", u.Fields)
	}
	sales := r.user(r.create(with(profileOf(2), attrProfile, "Sales")).ID)
	if sales.Fields[attrProfile] == u.Fields[attrProfile] {
		t.Error("the mapped profile was not taken")
	}
	r.create(with(profileOf(3), attrProfile, sales.Fields[attrProfile]))
	for _, wrong := range []string{"No such", "00e000000000zzzAAA"} {
		_, err := r.Create(t.Context(), with(profileOf(4), attrProfile, wrong))
		want(t, err, connectors.Invalid) // one user's mapping, which must not stop the others
	}
	r.Revoke()
	r.fault("", salesforcefake.TokenPath, http.StatusForbidden, "<html>")
	_, err := r.Create(t.Context(), with(profileOf(4), attrProfile, "Another"))
	want(t, err, connectors.Misconfigured) // no fault of the user, whatever its mapping
	r = newFixture(t, salesforcefake.Options{}, keyProfile, "No such")
	_, err = r.Create(t.Context(), profileOf(1))
	want(t, err, connectors.Misconfigured)
}

// What is read about the organization is read once.
func TestSchemaIsKept(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	for n := range 20 {
		r.create(profileOf(n))
	}
	if strings.Count(r.calls(), "describe") != 1 || strings.Count(r.calls(), "query Profile") != 1 {
		t.Errorf("requests: %s", r.calls())
	}
	r.time.advance(schemaLife)
	r.create(profileOf(30))
	if strings.Count(r.calls(), "describe") != 2 {
		t.Error("the fields were never read again")
	}
	r.time.advance(schemaLife)
	r.fault("", "/describe", http.StatusServiceUnavailable, "")
	_, err := r.Create(t.Context(), profileOf(31))
	want(t, err, connectors.Temporary) // nothing was sent that could have made a user
}

func TestFirstPassword(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{}, connectors.PasswordKey, string(connectors.PasswordSend))
	p := profileOf(1)
	p.Password = "correct horse"
	if a := r.create(p); !r.user(a.ID).Password {
		t.Error("no password was set")
	}
	p = profileOf(2)
	p.Password = "short"
	_, err := r.Create(t.Context(), p)
	want(t, err, connectors.Unknown) // the user is there: it must be found, and not be made again
	want(t, r.SetPassword(t.Context(), r.find(p).ID, "short"), connectors.Invalid)
	if err := r.SetPassword(t.Context(), r.find(p).ID, "long enough"); err != nil {
		t.Error(err)
	}
	want(t, r.SetPassword(t.Context(), "005000000000zzzAAA", "long enough"), connectors.NotFound)
	const secret = `pass<"word>123`
	r.fault(http.MethodPost, "/password", http.StatusBadRequest, salesforcefake.ErrorBody("INVALID_"+secret, strings.Repeat("x", 995)+secret, secret))
	if e := want(t, r.SetPassword(t.Context(), r.find(p).ID, secret), connectors.Invalid); strings.Contains(e.Error(), "pass<") || strings.Contains(e.Error(), "pass ") || strings.Contains(e.Error(), "word") {
		t.Errorf("leaked: %v", e)
	}
	boss := r.Seed(profileOf(5), "", true)
	for _, id := range []string{boss, r.AdministratorID()} {
		r.ClearJournal()
		want(t, r.SetPassword(t.Context(), id, "long enough"), connectors.Invalid)
		if strings.Contains(r.calls(), "password") {
			t.Error("an administrator got a password")
		}
	}
	for _, q := range r.Journal() {
		if strings.Contains(q.Body, "correct horse") {
			t.Error("the password was sent where it does not belong")
		}
	}
}
