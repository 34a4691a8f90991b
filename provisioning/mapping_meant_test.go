package provisioning

import "testing"

func TestDidYouMean(t *testing.T) {
	for name, want := range map[string]string{
		"email": `user.emails[?0].value.orValue("")`, "mail": `user.emails[?0].value.orValue("")`, "phone": `user.phoneNumbers[?0].value.orValue("")`,
		"username": "user.userName", "firstName": "user.name.givenName", "givenname": "user.name.givenName", "departement": "user.department",
		"titel": "user.title", "usr": "user", "usser": "user", "setting": "settings", "xyzzy": "", "employeeId": "user.employeeNumber",
	} {
		if want != "" {
			want = " Did you mean " + want + "?"
		}
		if got := meant(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
