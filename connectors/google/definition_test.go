package google

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/google/googlefake"
	"usher/directory"
	"usher/provisioning"
)

func readWith(t *testing.T, changes ...string) (directory.Settings, directory.FieldErrors) {
	t.Helper()
	_, file := newKey()
	input := map[string]string{keyDomains: "example.com", keySubject: admin, keyCredentials: file}
	for i := 0; i < len(changes); i += 2 {
		input[changes[i]] = changes[i+1]
	}
	return connectors.Read(Definition().AllFields(), input, directory.Settings{})
}

// openWith opens a connector for the target with another client.
func openWith(t *testing.T, g target, client *http.Client) connectors.Connector {
	t.Helper()
	s, errs := connectors.Read(Definition().AllFields(), g.Settings(), directory.Settings{})
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	k, err := Definition().Open(connectors.Config{Settings: s}, client)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestG04ForeignTokenURL(t *testing.T) {
	_, file := newKey()
	for _, c := range []struct {
		uri string
		ok  bool
	}{{pinnedTokenURL, true}, {"", true}, {"https://accounts.google.com/o/oauth2/token", true}, {"https://oauth2.googleapis.com.evil.net/token", false}, {"http://127.0.0.1/token", false}} {
		changed := strings.Replace(file, pinnedTokenURL, c.uri, 1)
		s, errs := readWith(t, keyCredentials, changed)
		if (errs[keyCredentials] == "") != c.ok {
			t.Errorf("%q when it is saved: %v", c.uri, errs)
		}
		s.Secrets[keyCredentials] = directory.Secret(changed)
		k, err := open(connectors.Config{Settings: s}, &http.Client{})
		if (err == nil) != c.ok {
			t.Errorf("%q when it is opened: %v", c.uri, err)
		}
		if c.ok && k.tokens.config.TokenURL != pinnedTokenURL {
			t.Errorf("%q: tokens come from %s", c.uri, k.tokens.config.TokenURL)
		}
	}
}

func TestKeysAreCheckedWhenSaved(t *testing.T) {
	_, file := newKey()
	for name, v := range map[string]string{
		"no JSON":     "hello",
		"a user's":    strings.Replace(file, "service_account", "authorized_user", 1),
		"no e-mail":   strings.Replace(file, "client_email", "client_mail", 1),
		"no PEM":      strings.Replace(file, "BEGIN PRIVATE KEY", "BEGIN KEY", 1),
		"damaged PEM": strings.Replace(file, `KEY-----\nMII`, `KEY-----\nAAA`, 1),
		"half of it":  file[:len(file)/2],
	} {
		_, errs := readWith(t, keyCredentials, v)
		if errs[keyCredentials] == "" || strings.Contains(errs[keyCredentials], "MII") {
			t.Errorf("%s: %q", name, errs[keyCredentials])
		}
	}
}

func TestFieldsAreCheckedWhenSaved(t *testing.T) {
	for key, bad := range map[string][]string{
		keyDomains:      {"", "example", "ada@example.com", "https://example.com", ","},
		keySubject:      {"", "admin", "Admin <admin@example.com>"},
		keyOrgUnit:      {"Staff", "/Staff/"},
		keyDisabledUnit: {"Left"},
		keyPattern:      {"UN", "{UN", "{}", "{UD}", "{UN, XX}", "{UN, IDP}", "{UN, 'x}", "{UN,}"},
		keyOnRemoved:    {"forget"},
		keyDisableMode:  {"remove"},
	} {
		for _, v := range bad {
			if _, errs := readWith(t, key, v); errs[key] == "" {
				t.Errorf("%s may be %q", key, v)
			}
		}
	}
	good := []string{keyDomains, "example.com; @Example.org", keyOrgUnit, "/", keyDisabledUnit, "/Left/Old", keyPattern, `{UD, UN, TD, "x"}`}
	if _, errs := readWith(t, good...); len(errs) != 0 {
		t.Errorf("refused: %v", errs)
	}
}

// Other endpoints are kept only while the switch says that this is no Google.
func TestEndpointsArePinned(t *testing.T) {
	s, errs := readWith(t, keyEndpoint, "https://evil.net", keyTokenURL, "https://evil.net/token")
	if len(errs) != 0 || s.Values[keyEndpoint] != "" || s.Values[keyTokenURL] != "" {
		t.Errorf("kept: %v, %v", s.Values, errs)
	}
	s.Values[keyEndpoint], s.Values[keyTokenURL] = "https://evil.net", "https://evil.net/token"
	k, err := open(connectors.Config{Settings: s}, &http.Client{})
	if err != nil || k.tokens.config.TokenURL != pinnedTokenURL {
		t.Errorf("tokens come from %s, %v", k.tokens.config.TokenURL, err)
	}
	hosts := map[string]bool{}
	client := &http.Client{Transport: transportFunc(func(r *http.Request) (*http.Response, error) {
		hosts[r.URL.Host] = true
		return nil, http.ErrHandlerTimeout
	})}
	if k, err = open(connectors.Config{Settings: s}, client); err != nil {
		t.Fatal(err)
	}
	hold(t, k.tokens, "x")
	_, _ = k.Find(t.Context(), profile(1))
	k.now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	_, _ = k.Find(t.Context(), profile(1))
	if !reflect.DeepEqual(hosts, map[string]bool{"admin.googleapis.com": true, "oauth2.googleapis.com": true}) {
		t.Errorf("called: %v", hosts)
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct{ pattern, separator, name, want string }{
		{"{UN}", "_", "Ada", "ada@example.com"},
		{"{UN}", "_", "Ada@Example.ORG", "ada@example.org"},
		{"{UD, UN}", "-", "ada", "primary-ada@example.com"},
		{"{UN, TD}", ".", "a.b", "a.b.examplecom@example.com"},
		{"{UN, 'E.MEA'}", ".", "ada", "ada.emea@example.com"},
		{`{UN,"x"}`, "", "ada", "adax@example.com"},
	} {
		p, wrong := parsePattern(c.pattern, c.separator, []string{"example.com", "example.org"})
		got, err := p.address(c.name)
		if wrong != "" || err != nil || got != c.want {
			t.Errorf("%+v: %q, %q, %v", c, got, wrong, err)
		}
	}
}

func TestForeignDomainsAreRejectedBeforeAnyCall(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	for _, name := range []string{"ada@elsewhere.net", "@example.com", " "} {
		_, err := r.Create(t.Context(), with(profile(1), attrEmail, name))
		want(t, err, connectors.Invalid)
	}
	a := r.create(profile(1))
	n := r.Requests()
	want(t, r.Update(t.Context(), a.ID, set(attrEmail, "ada@elsewhere.net")), connectors.Invalid)
	if r.Requests() != n || n != 1 {
		t.Errorf("calls: %s", r.calls())
	}
}

// The default expressions make a user that Google takes out of any user.
func TestDefaultMappingWorksOutOfTheBox(t *testing.T) {
	m, err := provisioning.CompileMapping(Definition())
	if err != nil {
		t.Fatal(err)
	}
	whole := directory.User{ID: "1", UserName: "ada", Active: true, Profile: directory.Profile{Name: directory.Name{GivenName: "Ada", FamilyName: "Lovelace"},
		DisplayName: "Ada L.", Title: "Analyst", Department: "Engines", PhoneNumbers: []directory.Phone{{Value: "+44 1", Type: "fax"}, {Value: "+44 2", Type: "mobile", Primary: true},
			{Value: "+44 3"}, {Value: "+44 4", Type: "boat"}}, EmployeeNumber: "E7", UserType: "Contractor", CostCenter: "C1", Organization: "Engines Ltd",
		Manager: directory.Manager{Value: "0198f000"}, Addresses: []directory.Address{{Type: "home", Locality: "Secret"}, {Type: "work", Locality: "London", Country: "GB"}}}}
	bare := directory.User{ID: "2", UserName: "grace@example.org"}
	r := newFixture(t, googlefake.Options{})
	for _, u := range []directory.User{whole, bare} {
		p, err := m.Profile(u)
		if err != nil {
			t.Fatal(err)
		}
		got := r.user(r.create(p).ID)
		if got.Suspended == u.Active || externalID(got) != u.ID {
			t.Errorf("user: %+v", got)
		}
		if u.ID == "2" && (got.PrimaryEmail != "grace@example.org" || values(got)[attrGiven] != "grace" || values(got)[attrFamily] != "grace") {
			t.Errorf("user: %+v", got.Document)
		}
		if u.ID == "1" && (len(entries(got.Document["externalIds"])) != 2 || got.Document["relations"] != nil ||
			!reflect.DeepEqual(got.Document["addresses"], []any{map[string]any{"type": "work", "locality": "London", "countryCode": "GB"}}) ||
			!reflect.DeepEqual(got.Document["organizations"], []any{map[string]any{"type": "work", "primary": true, "title": "Analyst", "department": "Engines",
				"costCenter": "C1", "name": "Engines Ltd", "description": "Contractor"}})) {
			t.Errorf("user: %+v", got.Document)
		}
		if u.ID == "1" && !reflect.DeepEqual(got.Document["phones"], []any{map[string]any{"value": "+44 1", "type": "work_fax"}, map[string]any{"value": "+44 2", "type": "mobile", "primary": true},
			map[string]any{"value": "+44 3", "type": "work"}, map[string]any{"value": "+44 4", "type": "custom", "customType": "boat"}}) {
			t.Errorf("phones: %v", got.Document["phones"])
		}
	}
}

func TestTheFormShowsTheScopes(t *testing.T) {
	for _, f := range Definition().Fields {
		if f.Key == keyCredentials && strings.HasSuffix(f.Help, ": "+userScope) && f.Secret() {
			return
		}
	}
	t.Error("the scopes to delegate are not shown to copy")
}

func TestWrongValues(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	for key, v := range map[string]any{attrTitle: 7.0, attrSuspended: "yes", attrPhones: "+44", attrEmails: []any{"x"}, attrGiven: true} {
		_, err := r.Create(t.Context(), with(profile(1), key, v))
		if e := want(t, err, connectors.Invalid); !strings.Contains(e.Message, key) {
			t.Errorf("message: %s", e.Message)
		}
	}
	p := profile(1)
	delete(p.Values, attrEmail)
	_, err := r.Create(t.Context(), p)
	want(t, err, connectors.Invalid)
	if r.calls() != "" {
		t.Errorf("calls: %s", r.calls())
	}
}

func TestOtherAddresses(t *testing.T) {
	r := newFixture(t, googlefake.Options{})
	a := r.create(with(profile(1), attrEmails, []any{map[string]any{"value": "ada@home.net", "type": "home"}, map[string]any{"value": "ada@club.net", "type": "club", "primary": true}}))
	want := []any{map[string]any{"address": "ada@home.net", "type": "home"}, map[string]any{"address": "ada@club.net", "type": "custom", "customType": "club"}}
	if got := r.user(a.ID).Document["emails"]; !reflect.DeepEqual(got, want) {
		t.Errorf("emails: %v", got)
	}
}
