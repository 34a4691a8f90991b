package salesforce

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/salesforce/salesforcefake"
)

func TestS21UpdateAnswers(t *testing.T) {
	for _, whole := range []bool{false, true} {
		r := newFixture(t, quirks(salesforcefake.Quirks{Patch200: whole}))
		a := r.create(profileOf(1))
		if err := r.update(a.ID, profileOf(1), map[string]any{"Title": "Countess"}); err != nil || r.user(a.ID).Fields["Title"] != "Countess" {
			t.Errorf("200: %v; %v", whole, err)
		}
		if body := r.sent("PATCH User"); body != `{"Title":"Countess"}` {
			t.Errorf("sent %s", body)
		}
	}
}

func TestClearing(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	a := r.create(profileOf(1))
	err := r.Update(t.Context(), a.ID, connectors.Changes{Clear: []string{"Title", attrLastName, attrEmail}, Want: profileOf(1)})
	if body := r.sent("PATCH User"); err != nil || body != `{"Title":null}` {
		t.Errorf("sent %s: %v", body, err)
	}
	r.ClearJournal()
	if err := r.Update(t.Context(), a.ID, connectors.Changes{Clear: []string{attrLastName, attrFederation}, Want: profileOf(1)}); err != nil || r.calls() != "" {
		t.Errorf("what cannot be cleared: %v, %s", err, r.calls())
	}
	want(t, r.update(a.ID, profileOf(1), map[string]any{"Title": true}), connectors.Invalid)
	want(t, r.update(a.ID, profileOf(1), map[string]any{attrActive: "yes"}), connectors.Invalid)
	want(t, r.update(a.ID, profileOf(1), map[string]any{attrFederation: "ada"}), connectors.Misconfigured)
}

func TestS22EmailWaits(t *testing.T) {
	r := newFixture(t, quirks(salesforcefake.Quirks{ConfirmMail: true}))
	a := r.create(profileOf(1))
	const fresh = "new@example.com"
	p := with(profileOf(1), attrEmail, fresh)
	change := map[string]any{attrEmail: fresh, "Title": "Countess"}
	for range 3 {
		e := want(t, r.update(a.ID, p, change), connectors.Pending)
		if e.RetryAfter < time.Minute {
			t.Errorf("again after %v", e.RetryAfter)
		}
	}
	if u := r.user(a.ID); u.Mails != 1 || u.Fields["Title"] != "Countess" || u.Fields[attrEmail] == fresh {
		t.Errorf("%d mails; %v", u.Mails, u.Fields)
	}
	r.fault(http.MethodGet, "/sobjects/User/", http.StatusServiceUnavailable, "")
	other := r.create(profileOf(2))
	for _, kind := range []connectors.Kind{connectors.Temporary, connectors.Pending} { // the first look is lost, and the mail was sent
		want(t, r.update(other.ID, profileOf(2), map[string]any{attrEmail: "other@example.com"}), kind)
	}
	if n := r.user(other.ID).Mails; n != 1 {
		t.Errorf("%d mails after a lost look", n)
	}
	r.ConfirmMail(a.ID)
	if err := r.update(a.ID, p, change); err != nil || r.user(a.ID).Mails != 1 {
		t.Errorf("confirmed: %v", err)
	}
	want(t, r.update(a.ID, p, map[string]any{attrEmail: "third@example.com"}), connectors.Pending)
	r.time.advance(confirmation)
	want(t, r.update(a.ID, p, map[string]any{attrEmail: "third@example.com"}), connectors.Pending)
	if u := r.user(a.ID); u.Mails != 3 {
		t.Errorf("after 72 hours: %d mails", u.Mails)
	}
	r = newFixture(t, salesforcefake.Options{})
	a = r.create(profileOf(1))
	if err := r.update(a.ID, p, change); err != nil {
		t.Errorf("where nothing is confirmed: %v", err)
	}
}

func TestS23DeactivationRefused(t *testing.T) {
	for _, code := range []string{"CANNOT_DISABLE_LAST_ADMIN", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "DEPENDENCY_EXISTS"} {
		for mode, frozen := range map[string]bool{disableDeactivate: false, disableFreeze: true, disableBoth: true} {
			r := newFixture(t, quirks(salesforcefake.Quirks{Keep: code}), keyDisableMode, mode)
			a := r.create(profileOf(1))
			err := r.leave(a.ID)
			u := r.user(a.ID)
			if u.Frozen != frozen || u.Fields[attrActive] != true {
				t.Errorf("%s, %s: %+v", code, mode, u)
			}
			if mode == disableFreeze {
				if err != nil {
					t.Errorf("freezing: %v", err)
				}
				continue
			}
			if e := want(t, err, connectors.Invalid); strings.Contains(e.Message, "frozen") != frozen {
				t.Errorf("%s, %s: %v", code, mode, e)
			}
		}
	}
}

func TestFreezing(t *testing.T) {
	for mode, active := range map[string]bool{disableDeactivate: false, disableFreeze: true, disableBoth: false} {
		r := newFixture(t, salesforcefake.Options{}, keyDisableMode, mode)
		a := r.create(profileOf(1))
		for range 2 {
			if err := r.leave(a.ID); err != nil {
				t.Fatal(mode, err)
			}
		}
		if u := r.user(a.ID); u.Fields[attrActive] != active || u.Frozen != (mode != disableDeactivate) {
			t.Errorf("%s: %+v", mode, u)
		}
		if n := strings.Count(r.calls(), "PATCH User"); n > 2 {
			t.Errorf("%s: what was done is done again: %s", mode, r.calls())
		}
		if err := r.update(a.ID, profileOf(1), map[string]any{attrActive: true}); err != nil {
			t.Fatal(mode, err)
		}
		if u := r.user(a.ID); u.Fields[attrActive] != true || u.Frozen {
			t.Errorf("%s: back again: %+v", mode, u)
		}
	}
	r := newFixture(t, salesforcefake.Options{}, keyDisableMode, disableFreeze)
	a := r.create(profileOf(1))
	r.DropLogin(a.ID)
	want(t, r.leave(a.ID), connectors.Invalid)
	r = newFixture(t, salesforcefake.Options{}, keyDisableMode, disableBoth)
	a = r.create(profileOf(1))
	r.DropLogin(a.ID)
	if err := r.leave(a.ID); err != nil || r.user(a.ID).Fields[attrActive] != false {
		t.Errorf("without a login record: %v", err)
	}
}

// A user cannot be deleted. Nothing that the connector can be told makes it try; the fake counts one as a violation.
// Nothing but the user itself decides whether a leaver is disabled.
func TestLeaversGoWhateverElseFails(t *testing.T) {
	closed := salesforcefake.ErrorBody("INSUFFICIENT_ACCESS", "insufficient access rights")
	for name, f := range map[string]fakekit.Fault{
		"logins hidden":           {Method: http.MethodGet, PathRe: "/query.*UserLogin", Status: http.StatusForbidden, Body: closed},
		"freezing forbidden":      {Method: http.MethodPatch, PathRe: "/sobjects/UserLogin", Status: http.StatusForbidden, Body: closed},
		"login not served":        {Method: http.MethodPatch, PathRe: "/sobjects/UserLogin", Status: http.StatusNotFound, Body: salesforcefake.ErrorBody("NOT_FOUND", "The requested resource does not exist")},
		"permission sets hidden":  {Method: http.MethodGet, PathRe: "/query.*PermissionSet", Status: http.StatusForbidden, Body: closed},
		"correlation field is no": {Method: http.MethodGet, PathRe: "/query.*" + attrFederation, Status: http.StatusBadRequest, Body: salesforcefake.ErrorBody("INVALID_FIELD", "No such column")},
	} {
		r := newFixture(t, salesforcefake.Options{}, keyDisableMode, disableBoth)
		a := r.create(profileOf(1))
		f.Times = -1
		r.AddFault(f)
		if err := r.leave(a.ID); err != nil || r.user(a.ID).Fields[attrActive] != false {
			t.Errorf("%s: %v", name, err)
		}
		if err := r.leave(a.ID); err != nil { // who is inactive already needs nothing more
			t.Errorf("%s, again: %v", name, err)
		}
	}
	gone := salesforcefake.ErrorBody("NOT_FOUND", "The requested resource does not exist")
	r := newFixture(t, salesforcefake.Options{}) // seen a moment ago, so that it cannot be gone
	a := r.create(profileOf(1))
	r.fault(http.MethodPatch, "/sobjects/User/", http.StatusNotFound, gone)
	want(t, r.leave(a.ID), connectors.Misconfigured)
	r = newFixture(t, salesforcefake.Options{}, keyDisableMode, disableFreeze)
	a = r.create(profileOf(1))
	r.fault(http.MethodPatch, "/sobjects/UserLogin", http.StatusNotFound, gone)
	want(t, r.leave(a.ID), connectors.Misconfigured)
}

func TestS35NoUserIsDeleted(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	a := r.create(profileOf(1))
	if Definition().Can(connectors.Delete) {
		t.Error("the definition offers Delete")
	}
	want(t, r.Deprovision(t.Context(), a.ID, connectors.Delete), connectors.Invalid)
	want(t, r.DeleteGroup(t.Context(), a.ID), connectors.NotFound)
	if _, err := r.ChangeMembers(t.Context(), r.PutGroup("Staff", ""), connectors.MemberChanges{Remove: []string{a.ID}}); err != nil {
		t.Fatal(err)
	}
	if err := r.leave(a.ID); err != nil {
		t.Fatal(err)
	}
	for _, q := range r.Journal() {
		if q.Method == http.MethodDelete {
			t.Errorf("sent %s %s", q.Method, q.Path)
		}
	}
	fake := newTarget(t, salesforcefake.Options{}) // the guard itself
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodDelete, fake.url+"/services/data/v60.0/sobjects/User/"+a.ID, nil)
	if resp, err := http.DefaultClient.Do(req); err == nil {
		resp.Body.Close()
	}
	if len(fake.Violations()) != 1 {
		t.Errorf("the fake lets a user's DELETE pass: %v", fake.Violations())
	}
}

func TestS36Administrators(t *testing.T) {
	const chatter = "Chatter Free User"
	r := newFixture(t, salesforcefake.Options{})
	boss := r.Seed(profileOf(1), "", true)
	if a := r.find(profileOf(1)); !a.Protected {
		t.Errorf("adoption: %+v", a)
	}
	if (schema{attrUsername: {ExternalID: true, Createable: true}}).upserts(attrUsername) {
		t.Error("an upsert by a name writes over its owner")
	}
	want(t, r.leave(boss), connectors.Invalid)
	want(t, r.update(boss, profileOf(1), map[string]any{attrActive: false}), connectors.Invalid)
	guest := r.Put(profileOf(2).Values, chatter)
	if a := r.find(profileOf(2)); !a.Protected {
		t.Errorf("not a standard user: %+v", a)
	}
	want(t, r.leave(guest), connectors.Invalid)
	if strings.Contains(r.calls(), "PATCH") {
		t.Errorf("written: %s", r.calls())
	}
	ours := r.Put(with(profileOf(3), attrFederation, profileOf(3).ResourceID).Values, chatter)
	if a := r.find(profileOf(3)); a.Protected {
		t.Errorf("one that we made: %+v", a)
	}
	if err := r.leave(ours); err != nil {
		t.Errorf("one that we made: %v", err)
	}
	r = newFixture(t, salesforcefake.Options{}, keyAllowAdmins, "true")
	boss = r.Seed(profileOf(1), "", true)
	if a := r.find(profileOf(1)); !a.Protected {
		t.Errorf("adoption is never allowed: %+v", a)
	}
	if err := r.leave(boss); err != nil {
		t.Errorf("allowed: %v", err)
	}
	if e := want(t, r.leave(r.AdministratorID()), connectors.Invalid); !strings.Contains(e.Message, "runs as") {
		t.Errorf("whom Usher runs as: %v", e)
	}
}

// Rights may come from permission sets, and the user that Usher runs as need not be an administrator at all.
func TestAdministratorsByPermissionSet(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	manager := r.seed(profileOf(4), "", nil)
	if a := r.find(profileOf(4)); a.Protected {
		t.Errorf("anybody: %+v", a)
	}
	r.login.runAs = manager
	if a := r.find(profileOf(4)); !a.Protected {
		t.Errorf("whom Usher runs as: %+v", a)
	}
	r.login.runAs = r.AdministratorID()
	r.Empower(manager)
	if a := r.find(profileOf(4)); !a.Protected {
		t.Errorf("an administrator by a permission set: %+v", a)
	}
	want(t, r.leave(manager), connectors.Invalid)
	r.fault(http.MethodGet, "/query.*PermissionSet", http.StatusForbidden, salesforcefake.ErrorBody("INSUFFICIENT_ACCESS", "no"))
	r.seed(profileOf(6), "", nil)
	if a := r.find(profileOf(6)); !a.Protected {
		t.Errorf("of whom nobody can tell: %+v", a)
	}
}
