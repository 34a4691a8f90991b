package connectors

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"usher/directory"
)

func someFields() []Field {
	return []Field{
		{Key: "url", Label: "URL", Type: URL, Required: true},
		{Key: "mode", Label: "Mode", Type: Select, Default: "a", Options: []Option{{"a", "A"}, {"b", "B"}}},
		{Key: "key", Label: "Key", Type: Password, Required: true, When: When{"mode", "b"}},
		{Key: "on", Label: "On", Type: Switch, Default: "false"},
		{Key: "n", Label: "N", Type: Number, Default: "5", Max: 10},
		{Key: "text", Label: "Text", Type: Text},
		{Key: "pem", Label: "PEM", Type: PEM},
	}
}

func TestReadFields(t *testing.T) {
	old := directory.Settings{Values: map[string]string{"url": "https://a.b", "text": "before", "mode": "b"}, Secrets: map[string]directory.Secret{"key": "k"}}
	for name, c := range map[string]struct {
		input map[string]string
		old   directory.Settings
		bad   string // fields with errors
		want  map[string]string
	}{
		"defaults":              {map[string]string{"url": " https://a.b/c "}, directory.Settings{}, "", map[string]string{"url": "https://a.b/c", "mode": "a", "on": "false", "n": "5"}},
		"required":              {nil, directory.Settings{}, "url", nil},
		"required when":         {map[string]string{"url": "https://a.b", "mode": "b"}, directory.Settings{}, "key", nil},
		"old values and secret": {map[string]string{"url": "https://a.b", "key": ""}, old, "", map[string]string{"text": "before", "key": "k"}},
		"emptied":               {map[string]string{"url": "https://a.b", "text": ""}, old, "", map[string]string{"text": ""}},
		"no longer asked for":   {map[string]string{"url": "https://a.b", "mode": "a"}, old, "", map[string]string{"key": ""}},
		"unknown key":           {map[string]string{"url": "https://a.b", "huh": "1"}, directory.Settings{}, "huh", nil},
		"bad values":            {map[string]string{"url": "ftp://a.b", "mode": "c", "on": "yes", "n": "11", "text": "a\nb"}, directory.Settings{}, "mode n on text url", nil},
		"other bad numbers":     {map[string]string{"url": "https://u:p@a.b", "n": "-1"}, directory.Settings{}, "n url", nil},
		"no number":             {map[string]string{"url": "https://a.b/?q=1", "n": "NaN"}, directory.Settings{}, "n url", nil},
		"too long":              {map[string]string{"url": "https://a.b", "text": strings.Repeat("x", maxValue+1), "pem": "\xff"}, directory.Settings{}, "pem text", nil},
		"several lines":         {map[string]string{"url": "https://a.b", "pem": "a\nb"}, directory.Settings{}, "", map[string]string{"pem": "a\nb"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, errs := Read(someFields(), c.input, c.old)
			if got := strings.Join(slices.Sorted(maps.Keys(errs)), " "); got != c.bad {
				t.Fatalf("errors at %q (%v), want %q", got, errs, c.bad)
			}
			for k, v := range c.want {
				if got := s.Values[k] + s.Secrets[k].Reveal(); got != v {
					t.Errorf("%s is %q, want %q", k, got, v)
				}
			}
			if _, shown := s.Values["key"]; shown {
				t.Error("a secret among the values")
			}
		})
	}
}

func TestPolicyFieldsFollowTheModes(t *testing.T) {
	value := func(d Definition, key string) string {
		i := slices.IndexFunc(d.AllFields(), func(f Field) bool { return f.Key == key })
		return d.AllFields()[i].Default
	}
	both, one := Definition{Modes: []Mode{Disable, Delete}}, Definition{Modes: []Mode{Disable}}
	if value(both, OnDelete) != "delete" || value(both, OnDisable) != "disable" || value(both, OnLeave) != "disable" || value(one, OnDelete) != "disable" {
		t.Error("the default policies are not those of the design")
	}
}

// Whoever may edit a connector must not be able to have its stored secret sent to a host of their own.
func TestAStoredSecretDoesNotMoveToAnotherHost(t *testing.T) {
	fields := []Field{{Key: "url", Type: URL}, {Key: "token", Type: Password}}
	old := directory.Settings{Values: map[string]string{"url": "https://good.example/scim"}, Secrets: map[string]directory.Secret{"token": "s3cret"}}
	for url, ok := range map[string]bool{
		"https://good.example/other": true, "https://GOOD.example/scim": true, "https://evil.example/scim": false, "http://good.example/scim": false, "https://good.example:444/scim": false,
	} {
		s, errs := Read(fields, map[string]string{"url": url, "token": ""}, old)
		if (len(errs) == 0) != ok || (s.Secrets["token"] != "") != ok {
			t.Errorf("%s: %v, %d secrets", url, errs, len(s.Secrets))
		}
	}
	if s, errs := Read(fields, map[string]string{"url": "https://new.example", "token": "again"}, old); len(errs) != 0 || s.Secrets["token"].Reveal() != "again" {
		t.Error("entered again:", errs)
	}
}

func TestWhenHolds(t *testing.T) {
	for _, c := range []struct {
		when  When
		value string
		want  bool
	}{{When{}, "", true}, {When{"mode", "a"}, "a", true}, {When{"mode", "a"}, "b", false}, {When{"mode", "a|b"}, "b", true}, {When{"mode", "a|b"}, "a|b", false}, {When{"mode", "a|b"}, "", false}} {
		if got := c.when.Holds(c.value); got != c.want {
			t.Errorf("%+v with %q: %v", c.when, c.value, got)
		}
	}
}
