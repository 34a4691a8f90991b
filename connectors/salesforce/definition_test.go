package salesforce

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/connectortest"
	"usher/connectors/salesforce/salesforcefake"
	"usher/directory"
	"usher/provisioning"
)

func readWith(changes ...string) (directory.Settings, directory.FieldErrors) {
	input := map[string]string{keyMyDomain: "https://acme.my.salesforce.com", keyClientID: "id", keyClientSecret: "secret", keyProfile: standard}
	for i := 0; i < len(changes); i += 2 {
		input[changes[i]] = changes[i+1]
	}
	return connectors.Read(Definition().AllFields(), input, directory.Settings{})
}

func TestFieldsAreCheckedWhenSaved(t *testing.T) {
	if _, errs := readWith(); len(errs) > 0 {
		t.Fatal(errs)
	}
	for key, bad := range map[string][]string{
		keyMyDomain:    {"", "acme", "https://login.salesforce.com", "https://test.salesforce.com/", "https://acme.my.salesforce.com/services", "ftp://acme.my.salesforce.com"},
		keyAPIVersion:  {"60", "v60", "v59.0", "v60.1", "v060.0", "vx.0", "v+60.0"},
		keyPattern:     {"UN", "{}", "{UD}", "{UN, IDP}", "{UN, what}"},
		keyDomain:      {"@example.com", "example", "https://example.com"},
		keySuffix:      {"acme", ".a@b", "."},
		keyOrgID:       {"00D", "005000000000001AAA", "00D00000000000!"},
		keyCorrelation: {"Email", "email", "Id", "Title", "A B", "x'", "username", "federationidentifier", "1x"},
		keyDailyBudget: {"101", "-1"},
	} {
		for _, v := range bad {
			if _, errs := readWith(key, v); errs[key] == "" {
				t.Errorf("%s may be %q", key, v)
			}
		}
	}
	for key, good := range map[string][]string{
		keyMyDomain: {"https://acme--dev.sandbox.my.salesforce.com", "https://acme.my.salesforce.com/"}, keyAPIVersion: {"v60.0", "v67.0", "v100.0"}, keyCorrelation: {"IdP_Id__c", attrUsername},
		keyOrgID: {"00D000000000001", "00D000000000001AAA"}, keyDomain: {"example.com.crm"}, keySuffix: {".acme"}, keyPattern: {"{UN, 'emea'}", "{UD, UN, TD}"},
	} {
		for _, v := range good {
			if _, errs := readWith(key, v); errs[key] != "" {
				t.Errorf("%s may not be %q: %s", key, v, errs[key])
			}
		}
	}
	for name, v := range map[string]string{"no PEM": "hello", "damaged": strings.Replace(pemKey(), "MII", "AAA", 1), "half": pemKey()[:500]} {
		if _, errs := readWith(keyAuthMode, authJWT, keyJWTUser, "a@b.c", keyJWTKey, v); errs[keyJWTKey] == "" || strings.Contains(errs[keyJWTKey], "MII") {
			t.Errorf("%s: %q", name, errs[keyJWTKey])
		}
	}
	if s, errs := readWith(keyAuthMode, authJWT, keyJWTUser, "a@b.c", keyJWTKey, pemKey()); len(errs) > 0 || s.Values[keyJWTKey] != "" {
		t.Errorf("%v", errs)
	}
}

func TestUsernames(t *testing.T) {
	for _, c := range []struct{ pattern, separator, domain, name, want string }{
		{"{UN}", "_", "", "Ada@Example.com", "ada@example.com"},
		{"{UN}", "_", "example.com.crm", "ada@example.com", "ada@example.com.crm"},
		{"{UN}", "_", "example.com.crm", "ada", "ada@example.com.crm"},
		{"{UD, UN, TD, 'super-salesforce'}", "-", "provisioning.com-carbon", "user", "primary-user-provisioning.comcarbon-supersalesforce@provisioning.com-carbon"},
		{"{UN, \"Emea\"}", "", "", "ada@x.org", "adaemea@x.org"},
		{"{UN}", "_", "", "ada", ""},
		{"{UN}", "_", "", "@x.org", ""},
	} {
		p, wrong := parsePattern(c.pattern, c.separator, c.domain)
		if wrong != "" {
			t.Fatal(wrong)
		}
		got, err := p.username(c.name)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
	}
	if _, wrong := parsePattern("{UN, TD}", "", ""); wrong == "" {
		t.Error("TD without a domain")
	}
}

func TestSent(t *testing.T) {
	s, _ := readWith(keyDomain, "example.com.crm", keyTimeZone, "Europe/Berlin")
	p, err := Definition().Sent(connectors.Config{Settings: s}, with(with(profileOf(1), attrAlias, "much too long"), attrUsername, "ada"))
	if err != nil || p.Text(attrUsername) != "ada@example.com.crm" || p.Text(attrAlias) != "much too" || p.Text(attrTimeZone) != "Europe/Berlin" || p.Text(attrLocale) != "en_US" ||
		p.Text(attrFederation) != profileOf(1).ResourceID || p.Text(attrProfile) != standard {
		t.Errorf("%v, %v", p, err)
	}
	s, _ = readWith()
	_, err = Definition().Sent(connectors.Config{Settings: s}, with(profileOf(1), attrUsername, "ada"))
	if connectors.KindOf(err) != connectors.Invalid {
		t.Errorf("a name that cannot become a Username: %v", err)
	}
}

// The default expressions give users that Salesforce takes, from next to nothing as well.
func TestDefaultMapping(t *testing.T) {
	m, err := provisioning.CompileMapping(Definition())
	if err != nil {
		t.Fatal(err)
	}
	full := directory.User{ID: "0198f000-0000-7000-8000-000000000001", UserName: "ada", Active: true}
	full.Name = directory.Name{GivenName: "Ada", FamilyName: "Lovelace"}
	full.SetEmail("ada@example.com")
	full.SetPhone("+44 20 1234")
	bare := directory.User{ID: "0198f000-0000-7000-8000-000000000002", UserName: "bob@example.com", Active: true}
	r := newFixture(t, salesforcefake.Options{})
	for _, c := range []struct {
		user        directory.User
		name, alias string
	}{{full, "ada@example.com", "ALovelac"}, {bare, "bob@example.com", "bob"}} {
		p, err := m.Profile(c.user)
		if err != nil {
			t.Fatal(err)
		}
		u := r.user(r.create(p).ID)
		if u.Fields[attrUsername] != c.name || u.Fields[attrAlias] != c.alias || u.Fields[attrActive] != true {
			t.Errorf("%v", u.Fields)
		}
	}
}

func TestCheckIsReadOnly(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	report, err := r.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range report.Steps {
		names = append(names, s.Name)
		if s.State != connectors.StepOK {
			t.Errorf("%+v", s)
		}
	}
	if len(names) != 7 || !strings.Contains(report.Steps[0].Detail, r.Administrator()) || !strings.Contains(report.Steps[4].Detail, "free") {
		t.Errorf("%+v", report.Steps)
	}
	if len(report.Proposals) != 1 || report.Proposals[0].Value != r.Organization() {
		t.Errorf("%+v", report.Proposals)
	}
	for _, q := range r.Journal() {
		if q.Method != http.MethodGet && q.Path != salesforcefake.TokenPath {
			t.Errorf("sent %s %s", q.Method, q.Path)
		}
	}
	r = newFixture(t, quirks(salesforcefake.Quirks{NoLimits: true}), keyCorrelation, attrUsername)
	report, err = r.Check(t.Context())
	states := map[connectors.StepState]int{}
	for _, s := range report.Steps {
		states[s.State]++
	}
	if err != nil || states[connectors.StepSkipped] != 1 || states[connectors.StepWarning] != 1 {
		t.Errorf("%v; %+v", err, report.Steps)
	}
	for name, bad := range map[string]fixture{
		"profile":         newFixture(t, salesforcefake.Options{}, keyProfile, "No such"),
		"field closed":    newFixture(t, quirks(salesforcefake.Quirks{ReadOnly: []string{attrEmail}})),
		"stamp read-only": newFixture(t, quirks(salesforcefake.Quirks{ReadOnly: []string{attrFederation}})),
	} {
		if report, err := bad.Check(t.Context()); connectors.KindOf(err) != connectors.Misconfigured || report.Steps[len(report.Steps)-1].State != connectors.StepFailed {
			t.Errorf("%s: %v; %+v", name, err, report.Steps)
		}
	}
}

func TestSandbox(t *testing.T) {
	box := salesforcefake.NewSandbox()
	srv := httptest.NewServer(box)
	defer srv.Close()
	k := connectortest.Open(t, Definition(), box.Settings(srv.URL))
	if _, err := k.Create(t.Context(), profileOf(1)); err != nil {
		t.Fatal(err)
	}
	rows, total := box.Accounts(10)
	if total != 1 || len(rows) != 1 || rows[0].ExternalID != profileOf(1).ResourceID || !rows[0].Active || rows[0].Protected || rows[0].DisplayName != "Ada Lovelace" {
		t.Errorf("%+v of %d", rows, total)
	}
	if groups, total := box.Groups(1); total != 3 || len(groups) != 1 {
		t.Errorf("%+v of %d", groups, total)
	}
	for trouble, kind := range map[connectors.Trouble]connectors.Kind{connectors.Down: connectors.Temporary, connectors.Throttled: connectors.RateLimited,
		connectors.Revoked: connectors.Denied, connectors.NoTrouble: ""} {
		box.SetTrouble(trouble)
		if _, err := k.Find(t.Context(), profileOf(1)); connectors.KindOf(err) != kind || box.Trouble() != trouble {
			t.Errorf("%s: %v", trouble, err)
		}
		box.SetTrouble(connectors.NoTrouble)
	}
}

func TestCheckComparesTheMappingWithTheFields(t *testing.T) {
	r := newFixture(t, salesforcefake.Options{})
	r.mapped = append(attributes(), connectors.Attribute{Key: "Nowhere__c", Default: "x"})
	report, err := r.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range report.Steps {
		if s.State == connectors.StepWarning && strings.Contains(s.Detail, "Nowhere__c") && s.Remedy != "" {
			return
		}
	}
	t.Errorf("steps: %+v", report.Steps)
}
