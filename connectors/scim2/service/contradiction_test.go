package service

import (
	"encoding/json"
	"testing"

	"usher/connectors"
	"usher/connectors/scim2/wire"
)

// Services keep values in forms of their own. None of these is a write that did not happen.
func TestOtherFormsAreNoContradiction(t *testing.T) {
	list := func(values ...string) []any {
		var out []any
		for _, v := range values {
			out = append(out, map[string]any{"value": v})
		}
		return out
	}
	for name, c := range map[string]struct {
		key             string
		was, sent, kept any
		contradicts     bool
	}{
		"old":                    {"title", "Analyst", "Countess", "Analyst", true},
		"old, other case":        {"title", "Analyst", "Countess", "ANALYST ", true},
		"only the case changed":  {"title", "analyst", "Analyst", "analyst", false},
		"something else":         {"title", "Analyst", "Countess", "Cntss", false},
		"cut":                    {"title", "Analyst", "Countess of Lovelace", "Countess of", false},
		"not there":              {"title", "Analyst", "Countess", nil, false},
		"old not known":          {"title", nil, "Countess", "Analyst", false},
		"name, other case":       {AttrUserName, "ada", "Ada.King@x.com", "ada.king@x.com", false},
		"name with a domain":     {AttrUserName, "ada", "grace", "grace@x.com", false},
		"name without a domain":  {AttrUserName, "ada@x.com", "grace@x.com", "grace", false},
		"old name in the new":    {AttrUserName, "ada", "ada.king", "ada", true},
		"another name":           {AttrUserName, nil, "grace", "ada", true},
		"accent spelled apart":   {"title", "x", "Ren\u00e9", "Rene\u0301", false},
		"active as text":         {AttrActive, true, false, "False", false},
		"active is not":          {AttrActive, true, false, "true", true},
		"active says nothing":    {AttrActive, true, false, map[string]any{}, false},
		"telephone in form":      {"phoneNumbers", list("+44 20 1"), list("+44 (20) 7946-0000"), list("+442079460000"), false},
		"telephone as URI":       {"phoneNumbers", list("+44 20 1"), list("+44 20 7946 0000"), list("tel:+44-20-7946-0000"), false},
		"old telephone":          {"phoneNumbers", list("+44 20 7946 1111"), list("+44 20 7946 0000"), list("+442079461111"), true},
		"addresses reordered":    {AttrEmails, list("a@x.com"), list("b@x.com", "a@x.com"), list("A@x.com", "b@x.com"), false},
		"one address is left":    {AttrEmails, list("a@x.com", "b@x.com"), list("a@x.com"), list("a@x.com", "b@x.com"), true},
		"more than was sent":     {AttrEmails, list("a@x.com"), list("b@x.com"), list("b@x.com", "c@x.com"), false},
		"a list as one value":    {AttrEmails, list("a@x.com"), list("b@x.com"), "b@x.com", false},
		"a number":               {"title", "x", "42", json.Number("42"), false},
		"postal, with formatted": {"addresses", nil, []any{map[string]any{"locality": "Paris"}}, []any{map[string]any{"locality": "Paris", "formatted": "Paris"}}, false},
	} {
		d := wire.Document{"id": "1"}
		if c.kept != nil {
			d.Set(c.key, c.kept)
		}
		body, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got := Contradictions(body, connectors.Changes{Set: map[string]any{c.key: c.sent}, Was: map[string]any{c.key: c.was}})
		if (len(got) > 0) != c.contradicts {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
