package provisioning

import (
	"strings"
	"testing"

	"usher/connectors"
	"usher/directory"
)

func TestDidYouMean(t *testing.T) {
	for name, want := range map[string]string{
		"email": `user.emails[?0].value.orValue("")`, "mail": `user.emails[?0].value.orValue("")`, "phone": `user.phoneNumbers[?0].value.orValue("")`,
		"username": "user.userName", "firstName": "user.name.givenName", "givenname": "user.name.givenName", "departement": "user.department",
		"titel": "user.title", "usr": "user", "usser": "user", "setting": "settings", "xyzzy": "", "employeeId": "user.employeeNumber",
	} {
		if want != "" {
			want = " Did you mean " + want + "?"
		}
		_, wrong, err := CheckMapping(connectors.Definition{Attributes: []connectors.Attribute{mapped("k", name)}}, directory.Connector{})
		if err != nil {
			t.Fatal(err)
		}
		got := wrong["k"].Message
		if _, asked, _ := strings.Cut(got, " Did you mean "); !strings.HasSuffix(got, want) || (want == "") != (asked == "") {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
