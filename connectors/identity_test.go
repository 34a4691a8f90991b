package connectors

import (
	"testing"

	"usher/directory"
)

func TestRetargeted(t *testing.T) {
	fields := []Field{{Key: "base", Type: URL, Identity: Address}, {Key: "org", Type: Text, Identity: AsItIs}, {Key: "title", Type: Text}}
	settings := func(base, org, title string) directory.Settings {
		return directory.Settings{Values: map[string]string{"base": base, "org": org, "title": title}}
	}
	const a = "https://a.example.com/scim/v2"
	for name, c := range map[string]struct {
		old, new directory.Settings
		want     int
	}{
		"nothing":              {settings(a, "1", "x"), settings(a, "1", "y"), 0},
		"a slash":              {settings(a, "", ""), settings(a+"/", "", ""), 0},
		"capitals and port":    {settings(a, "", ""), settings("HTTPS://A.example.com:443/scim/v2", "", ""), 0},
		"from http to https":   {settings("http://a.example.com/scim/v2", "", ""), settings(a, "", ""), 0},
		"another host":         {settings(a, "", ""), settings("https://b.example.com/scim/v2", "", ""), 1},
		"another path":         {settings(a, "", ""), settings("https://a.example.com/tenant2/scim/v2", "", ""), 1},
		"the path's case":      {settings(a, "", ""), settings("https://a.example.com/SCIM/v2", "", ""), 1},
		"another port":         {settings(a, "", ""), settings("https://a.example.com:8443/scim/v2", "", ""), 1},
		"a URL is added":       {settings("", "", ""), settings(a, "", ""), 1},
		"a URL is left out":    {settings(a, "", ""), settings("", "", ""), 1},
		"an organization said": {settings(a, "", ""), settings(a, "1", ""), 0},
		"another organization": {settings(a, "1", ""), settings(a, "2", ""), 1},
		"both":                 {settings(a, "1", ""), settings("https://b.example.com", "2", ""), 2},
	} {
		if got := Retargeted(fields, c.old, c.new); len(got) != c.want {
			t.Errorf("%s: %d fields say another target, want %d", name, len(got), c.want)
		}
	}
}
