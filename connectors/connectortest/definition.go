package connectortest

import (
	"slices"
	"strings"
	"testing"

	"usher/connectors"
	"usher/directory"
)

// definition checks what form, mapping and engine take for granted.
func definition(t *testing.T, d connectors.Definition) {
	if d.Kind == "" || strings.ToLower(d.Kind) != d.Kind || d.Name == "" || d.Summary == "" || d.Icon == "" {
		t.Errorf("kind, name, summary or icon is missing: %+v", d)
	}
	if d.Options == nil || d.Open == nil || len(d.Modes) == 0 || d.Budget.Concurrency < 1 || d.Budget.RequestsPerSecond < 0 || d.Budget.MostConcurrency < 0 || d.Lag < 0 {
		t.Error("options, open, modes, budget or lag is missing or makes no sense")
	}
	keys := map[string]connectors.Field{}
	for _, f := range d.AllFields() {
		if _, twice := keys[f.Key]; twice || f.Key == "" {
			t.Errorf("field %q is there twice, or has no key", f.Key)
		}
		keys[f.Key] = f
		checkField(t, f)
	}
	for _, f := range d.AllFields() {
		if f.When != (connectors.When{}) {
			on, ok := keys[f.When.Key]
			if !ok || (on.Type == connectors.Select && !offered(on, f.When)) {
				t.Errorf("field %s depends on %+v, which cannot be", f.Key, f.When)
			}
		}
	}
	attributes(t, d)
}

// offered reports whether each value of a condition can be chosen.
func offered(on connectors.Field, w connectors.When) bool {
	for v := range strings.SplitSeq(w.Value, "|") {
		if !slices.ContainsFunc(on.Options, func(o connectors.Option) bool { return o.Value == v }) {
			return false
		}
	}
	return true
}

func checkField(t *testing.T, f connectors.Field) {
	if f.Label == "" {
		t.Errorf("field %s has no label", f.Key)
	}
	if (f.Type == connectors.Select) != (len(f.Options) > 0) {
		t.Errorf("field %s: a selection has options, and nothing else has", f.Key)
	}
	if f.Secret() && f.Default != "" {
		t.Errorf("field %s: a secret with a default is none", f.Key)
	}
	for _, word := range []string{"password", "secret", "token", "api_key", "private_key"} {
		if strings.HasSuffix(f.Key, word) && !f.Secret() {
			t.Errorf("field %s sounds like a secret and is none", f.Key)
		}
	}
	for _, word := range []string{"PEM", "JSON", "ertificate"} {
		if strings.Contains(f.Label+" "+f.Placeholder, word) && (f.Type == connectors.PEM || f.Type == connectors.Lines) && f.File == "" {
			t.Errorf("field %s sounds like a file and cannot be chosen as one", f.Key)
		}
	}
	if f.Default == "" {
		return
	}
	alone := f
	alone.When = connectors.When{}
	if _, errs := connectors.Read([]connectors.Field{alone}, nil, directory.Settings{}); len(errs) > 0 {
		t.Errorf("field %s: its default is refused: %v", f.Key, errs)
	}
}

func attributes(t *testing.T, d connectors.Definition) {
	seen, matching := map[string]bool{}, false
	for _, a := range d.Attributes {
		if a.Key == "" || a.Label == "" || seen[a.Key] {
			t.Errorf("attribute %+v has no key or label, or is there twice", a)
		}
		seen[a.Key] = true
		matching = matching || (a.Matching && a.Required)
		if !slices.Contains([]connectors.AttributeType{connectors.String, connectors.Boolean, connectors.List}, a.Type) {
			t.Errorf("attribute %s has type %q", a.Key, a.Type)
		}
		if strings.Contains(a.Default, "groups") {
			t.Errorf("attribute %s sends the names of groups by default, for which accounts are not touched", a.Key)
		}
		if a.Required && a.Default == "" {
			t.Errorf("attribute %s is required and has no default expression", a.Key)
		}
	}
	if !matching {
		t.Error("no required attribute is matched by: a lost account could not be found by name")
	}
}
