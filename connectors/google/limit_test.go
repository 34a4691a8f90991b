package google

import (
	"fmt"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/google/googlefake"
)

// Google answers "Invalid Input" to what its documents rule out: the number is told before anything is sent, where the
// mapping is edited as well as for an account.
func TestDocumentedLimitsAreToldBeforeSending(t *testing.T) {
	phones := func(n int) []any {
		var list []any
		for i := range n {
			list = append(list, map[string]any{"value": fmt.Sprintf("+44 20 7946 %04d", i), "type": "work"})
		}
		return list
	}
	addresses := func(n int) []any {
		var list []any
		for range n {
			list = append(list, map[string]any{"streetAddress": strings.Repeat("x", 1000)})
		}
		return list
	}
	mails := func(n int) []any {
		var list []any
		for i := range n {
			list = append(list, map[string]any{"value": fmt.Sprintf("%s%04d@example.org", strings.Repeat("x", 40), i), "type": "other"})
		}
		return list
	}
	s, errs := readWith(t)
	if len(errs) != 0 {
		t.Fatal(errs)
	}
	for _, c := range []struct {
		key     string
		fits    any
		exceeds any
		words   []string
	}{
		{attrGiven, strings.Repeat("G", 60), strings.Repeat("G", 61), []string{attrGiven, "61 characters", "no more than 60"}},
		{attrFamily, strings.Repeat("é", 60), strings.Repeat("é", 61), []string{attrFamily, "61 characters", "no more than 60"}},
		{attrDisplay, strings.Repeat("D", 256), strings.Repeat("D", 257), []string{attrDisplay, "no more than 256"}},
		{attrEmail, strings.Repeat("u", 64), strings.Repeat("u", 65), []string{"65 characters before the @", "no more than 64"}},
		{attrPhones, phones(10), phones(40), []string{"40 entries", "no more than 1024"}},
		{attrEmails, mails(10), mails(200), []string{"200 entries", "no more than 10240"}},
		{attrAddresses, addresses(9), addresses(11), []string{"11 entries", "no more than 10240"}},
		{attrTitle, strings.Repeat("t", 1000), strings.Repeat("t", 10241), []string{attrTitle, "no more than 10240"}},
		{attrEmployeeID, "E7", strings.Repeat("7", 2049), []string{attrEmployeeID, "no more than 2048"}},
		{attrOrgUnit, "/Staff", "Staff", []string{"does not begin with /"}},
		{attrRecoverBy, "+442079460000", "020 7946 0000", []string{"recovery phone"}},
	} {
		r := newFixture(t, googlefake.Options{OrgUnits: []string{"/Staff"}})
		a := r.create(with(profile(1), c.key, c.fits))
		r.ClearJournal()
		_, created := r.Create(t.Context(), with(profile(2), c.key, c.exceeds))
		updated := r.Update(t.Context(), a.ID, set(c.key, c.exceeds))
		_, shown := Definition().Sent(connectors.Config{Settings: s}, with(profile(2), c.key, c.exceeds))
		for what, err := range map[string]error{"create": created, "update": updated, "mapping": shown} {
			e := want(t, err, connectors.Invalid)
			for _, w := range c.words {
				if !strings.Contains(e.Message, w) {
					t.Errorf("%s of %s: %s", what, c.key, e.Message)
				}
			}
			if e.Remedy == "" {
				t.Errorf("%s of %s: no remedy", what, c.key)
			}
		}
		if r.calls() != "" {
			t.Errorf("%s: sent %s", c.key, r.calls())
		}
	}
}

func TestNamesOfGroupsAreMeasuredBeforeSending(t *testing.T) {
	r := newGroupFixture(t, googlefake.Quirks{})
	fits := connectors.GroupProfile{ResourceID: "g1", Name: strings.Repeat("G", 73)}
	id := r.createGroup(fits)
	r.ClearJournal()
	long := connectors.GroupProfile{ResourceID: "g2", Name: strings.Repeat("G", 74)}
	_, err := r.CreateGroup(t.Context(), long)
	if e := want(t, err, connectors.Invalid); !strings.Contains(e.Message, "74 characters") || !strings.Contains(e.Message, "no more than 73") {
		t.Errorf("message: %s", e.Message)
	}
	want(t, r.UpdateGroup(t.Context(), id, long), connectors.Invalid)
	if r.calls() != "" {
		t.Errorf("sent %s", r.calls())
	}
}
