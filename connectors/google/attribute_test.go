package google

import (
	"reflect"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/google/googlefake"
	"usher/directory"
)

// What the mapping page shows is what Create sends.
func TestSentIsWhatIsCreated(t *testing.T) {
	settings := []string{keyPattern, "{UN, 'emea'}", keySeparator, ".", keyOrgUnit, "/Staff"}
	s, errs := readWith(t, settings...)
	if len(errs) != 0 {
		t.Fatal(errs)
	}
	c := connectors.Config{Settings: s}
	p := with(with(profile(1), attrEmail, "Ada"), attrTitle, "")
	shown, err := Definition().Sent(c, p)
	if err != nil {
		t.Fatal(err)
	}
	if shown.Text(attrEmail) != "ada.emea@example.com" || shown.Text(attrOrgUnit) != "/Staff" || shown.Values[attrTitle] != nil || shown.ResourceID != p.ResourceID {
		t.Errorf("shown: %+v", shown)
	}
	if p.Text(attrEmail) != "Ada" {
		t.Error("the profile that was given has changed")
	}
	r := newFixture(t, googlefake.Options{}, settings...)
	if u := r.user(r.create(p).ID); u.PrimaryEmail != shown.Text(attrEmail) || u.Document["orgUnitPath"] != shown.Text(attrOrgUnit) {
		t.Errorf("created: %+v", u)
	}
	if err := r.Update(t.Context(), r.find(p).ID, set(attrEmail, "grace")); err != nil || r.sent("PUT") != `{"primaryEmail":"grace.emea@example.com"}` {
		t.Errorf("sent %s, %v", r.sent("PUT"), err)
	}
	_, err = Definition().Sent(c, with(profile(1), attrEmail, "ada@elsewhere.net"))
	want(t, err, connectors.Invalid)
	_, err = Definition().Sent(c, connectors.Profile{})
	if err != nil {
		t.Errorf("a profile without an address: %v", err)
	}
	_, err = Definition().Sent(connectors.Config{Settings: directory.Settings{}}, profile(1))
	want(t, err, connectors.Misconfigured)
}

func TestMoreAttributes(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	p := profile(1)
	for key, v := range map[string]any{attrEmployeeID: "E7", attrManager: "boss@example.com", attrCostCenter: "C1", attrCompany: "Engines Ltd", attrEmployment: "Contractor",
		attrLanguage: "en-GB", attrRecoverTo: "ada@home.net", attrRecoverBy: "+442012345678", attrListed: false,
		attrAddresses: []any{map[string]any{"type": "work", "primary": true, "streetAddress": "1 Mill Lane", "country": "GB"}, map[string]any{"type": "boat", "country": "France"}, map[string]any{"type": "home"}}} {
		p.Values[key] = v
	}
	a := r.create(p)
	doc := r.user(a.ID).Document
	for key, v := range map[string]any{
		"externalIds":   []any{map[string]any{"type": "custom", "customType": label, "value": p.ResourceID}, map[string]any{"type": "organization", "value": "E7"}},
		"relations":     []any{map[string]any{"type": "manager", "value": "boss@example.com"}},
		"organizations": []any{map[string]any{"type": "work", "primary": true, "title": "Analyst", "department": "Engines", "costCenter": "C1", "name": "Engines Ltd", "description": "Contractor"}},
		"languages":     []any{map[string]any{"languageCode": "en-GB", "preference": "preferred"}},
		"recoveryEmail": "ada@home.net", "recoveryPhone": "+442012345678", "includeInGlobalAddressList": false,
		"addresses": []any{map[string]any{"type": "work", "primary": true, "streetAddress": "1 Mill Lane", "countryCode": "GB"}, map[string]any{"type": "custom", "customType": "boat", "country": "France"}},
	} {
		if !reflect.DeepEqual(doc[key], v) {
			t.Errorf("%s is %v, want %v", key, doc[key], v)
		}
	}
	clearing := connectors.Changes{Clear: []string{attrEmployeeID, attrManager, attrLanguage, attrRecoverTo, attrRecoverBy, attrListed, attrAddresses, attrCostCenter}, Want: profile(1)}
	if err := r.Update(t.Context(), a.ID, clearing); err != nil {
		t.Fatal(err)
	}
	const body = `{"addresses":null,"externalIds":[{"customType":"idp-id","type":"custom","value":"0198f000-0000-7000-8000-000000000001"}],"includeInGlobalAddressList":true,` +
		`"languages":null,"organizations":[{"department":"Engines","description":"Contractor","name":"Engines Ltd","primary":true,"title":"Analyst","type":"work"}],` +
		`"recoveryEmail":"","recoveryPhone":"","relations":null}`
	if r.sent("PUT") != body {
		t.Errorf("sent %s", r.sent("PUT"))
	}
}

// Google replaces lists whole: what others wrote into them stays, and so does our own ID.
func TestOthersEntriesStay(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	id := r.Seed(profile(1), profile(1).ResourceID, false)
	r.Edit(id, "relations", []any{map[string]any{"type": "assistant", "value": "a@example.com"}, map[string]any{"type": "manager", "value": "old@example.com"}})
	if err := r.Update(t.Context(), id, connectors.Changes{Set: map[string]any{attrManager: "new@example.com", attrEmployeeID: "E7"}, Want: profile(1)}); err != nil {
		t.Fatal(err)
	}
	const body = `{"externalIds":[{"customType":"idp-id","type":"custom","value":"0198f000-0000-7000-8000-000000000001"},{"type":"organization","value":"E7"}],` +
		`"relations":[{"type":"assistant","value":"a@example.com"},{"type":"manager","value":"new@example.com"}]}`
	if r.sent("PUT") != body {
		t.Errorf("sent %s", r.sent("PUT"))
	}
}

// The first reads after a create lack the external IDs: written back, such a list would take our ID away.
func TestOurIDIsNotLostToAnEarlyRead(t *testing.T) {
	r := newFixture(t, quirks(googlefake.Quirks{Bare: time.Minute}))
	a := r.create(profile(1))
	want(t, r.Update(t.Context(), a.ID, set(attrEmployeeID, "E7")), connectors.Temporary)
	r.recent = recent{} // as after a restart
	want(t, r.Update(t.Context(), a.ID, set(attrEmployeeID, "E7")), connectors.Temporary)
	r.time.advance(2 * time.Minute)
	if err := r.Update(t.Context(), a.ID, set(attrEmployeeID, "E7")); err != nil || externalID(r.user(a.ID)) != profile(1).ResourceID {
		t.Errorf("%v: %+v", err, r.user(a.ID).Document)
	}
}

func TestWrongValuesOfMoreAttributes(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	for key, vs := range map[string][]any{attrAddresses: {"x", []any{"x"}, []any{map[string]any{"region": 7.0}}}, attrListed: {"yes"}, attrEmployeeID: {7.0}, attrManager: {true}, attrLanguage: {[]any{}, 1.0}} {
		for _, v := range vs {
			if blank(v) {
				continue
			}
			_, err := r.Create(t.Context(), with(profile(1), key, v))
			want(t, err, connectors.Invalid)
		}
	}
	if r.calls() != "" {
		t.Errorf("calls: %s", r.calls())
	}
}

func TestCheckLooksForTheOrgUnits(t *testing.T) {
	step := func(scopes ...string) connectors.Step {
		t.Helper()
		r := newFixture(t, googlefake.Options{Scopes: append(scopes, googlefake.UserScope)}, keyOrgUnit, "/Staff", keyDisabledUnit, "/Nowhere")
		report, err := r.Check(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if staff := report.Steps[len(report.Steps)-2]; len(scopes) > 0 && staff.State != connectors.StepOK {
			t.Errorf("step: %+v", staff)
		}
		return report.Steps[len(report.Steps)-1]
	}
	if s := step(); s.State != connectors.StepSkipped || s.Remedy == "" {
		t.Errorf("step: %+v", s)
	}
	if s := step(googlefake.OrgUnitScope); s.State != connectors.StepWarning || s.Name != "Read the org unit /Nowhere" || s.Remedy != remedyUnit {
		t.Errorf("step: %+v", s)
	}
}
