package google

import (
	"fmt"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/fakekit"
	"usher/connectors/google/googlefake"
)

// What the configuration asks for besides must not keep a leaver signed in.
func TestLeaversAreSuspendedAtLeast(t *testing.T) {
	for name, c := range map[string]struct {
		q        googlefake.Quirks
		settings []string
		words    string
	}{
		"no licence to archive": {googlefake.Quirks{NoArchive: true}, []string{keyDisableMode, disableArchive}, "licenses"},
		"no such org unit":      {googlefake.Quirks{}, []string{keyDisabledUnit, "/Nowhere"}, "INVALID_OU_ID"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newFixture(t, quirks(c.q), c.settings...)
			a := r.create(profile(1))
			e := want(t, r.Deprovision(t.Context(), a.ID, connectors.Disable), connectors.Misconfigured)
			if !r.user(a.ID).Suspended || !strings.Contains(e.Message, c.words) || !strings.Contains(e.Message, "was suspended") {
				t.Errorf("suspended: %v, message: %s", r.user(a.ID).Suspended, e.Message)
			}
			r.AddFault(fakekit.Fault{Method: "PUT", Nth: 2, Status: 503})
			if e := want(t, r.Deprovision(t.Context(), a.ID, connectors.Disable), connectors.Misconfigured); strings.Contains(e.Message, "was suspended") {
				t.Errorf("message: %s", e.Message)
			}
		})
	}
}

// G34: whoever can have an administrator's password reset to an address of theirs has the account.
func TestG34AdministratorsRecoveryIsLeftAlone(t *testing.T) {
	for key, v := range map[string]any{attrRecoverTo: "mallory@example.net", attrRecoverBy: "+442012345678"} {
		r := newFixture(t, googlefake.Options{})
		id := r.seed(profile(1), profile(1).ResourceID, googlefake.Seed{Admin: true})
		want(t, r.Update(t.Context(), id, set(key, v)), connectors.Invalid)
		want(t, r.Update(t.Context(), id, connectors.Changes{Clear: []string{key}, Want: profile(1)}), connectors.Invalid)
		if strings.Contains(r.calls(), "PUT") {
			t.Errorf("%s: %s", key, r.calls())
		}
		if err := r.Update(t.Context(), r.create(profile(2)).ID, set(key, v)); err != nil {
			t.Errorf("%s of anybody else: %v", key, err)
		}
	}
}

func TestRepeatedPasswordsAreBlanked(t *testing.T) {
	const password = `hunter2 "a<b"`
	r := newFixture(t, googlefake.Options{}, connectors.PasswordKey, string(connectors.PasswordSend))
	a := r.create(profile(1))
	var trace connectors.Trace
	ctx := connectors.WithTrace(t.Context(), &trace)
	refusal := fakekit.Fault{PathRe: api, Status: 400, Body: googlefake.ErrorBody(400, "invalid", "Invalid Password: "+password)}
	refusal.Method = "PUT"
	r.AddFault(refusal)
	text := fmt.Sprintf("%+v", *want(t, r.SetPassword(ctx, a.ID, password), connectors.Invalid))
	refusal.Method = "POST"
	r.AddFault(refusal)
	_, err := r.Create(ctx, withPassword(profile(2), password))
	text += fmt.Sprintf("%+v %+v", *want(t, err, connectors.Invalid), trace)
	if strings.Contains(text, "hunter2") || strings.Count(text, "Invalid Password: [secret]") < 2 {
		t.Errorf("told: %s", text)
	}
}
