package oidc_test

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"usher/auth/oidc"
	"usher/directory"
)

func TestDefaultMapping(t *testing.T) {
	m, err := oidc.CompileMapping(oidc.NewSettings())
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`{"sub": "1"}`: "1",
		`{"sub": "1", "email": "ada@example.com"}`:                              "ada@example.com",
		`{"sub": "1", "email": "ada@example.com", "preferred_username": "ada"}`: "ada",
		`{"sub": "1", "given_name": null, "phone_number": ""}`:                  "1",
	} {
		c, err := oidc.ReadClaims(text)
		if err != nil {
			t.Fatal(err)
		}
		got, wrong := m.Map(c)
		if len(wrong) > 0 || strings.Join(got["userName"], "|") != want || len(got["name.givenName"]) != 0 || len(got["phoneNumbers"]) != 0 {
			t.Errorf("%s: %v, %v", text, got, wrong)
		}
	}
}

func TestExpressions(t *testing.T) {
	c := oidc.Claims{"sub": "1", "n": 4711.0, "b": true, "list": []any{"a@x.org", " b@x.org ", "a@x.org", ""}, "o": map[string]any{"city": "Paris"}}
	for expression, want := range map[string]string{
		`claims.o.city + "!"`:          "Paris!",
		`claims.o.street`:              "",
		`claims[?"x"].orValue("none")`: "none",
		`string(claims.n)`:             "4711",
		`claims.sub.upperAscii()`:      "1",
		`null`:                         "",
		`claims.list[?0]`:              "a@x.org",
		`claims.list[?9]`:              "",
		`claims.list[0].localPart().first(1).ascii()`: "a",
		`claims.list[0].domain()`:                     "x.org",
		`claims.mail.localPart()`:                     "",
		`claims.list[9]`:                              "error: [9] is not there in these claims",
		`claims.sub.upper()`:                          "wrong: no function “upper”. Did you mean text.upperAscii()?",
		`claims.list` + " ":                           "error: such as claims.emails[?0].orValue",
		`email`:                                       `wrong: write claims[?"email"].orValue("")`,
		`claims.n`:                                    "error: a number",
		`claims.b`:                                    "error: true or false",
		`claims.o`:                                    "error: an object",
		`claims.list`:                                 "error: a list",
		`claims[?"sub"]`:                              "1",
		`user.name`:                                   "wrong: no “user”",
		`claims.sub +`:                                "wrong: not complete",
		`1`:                                           "wrong: string(…)",
		`claims.sub == "1"`:                           "wrong: true or false",
		`"a" + 1`:                                     "wrong: do not go together",
		strings.Repeat("(", 2000) + "1":               "wrong: at most 2000",
		`["a"]`:                                       "wrong: a list",
		`claims.list.map(a, claims.list.map(b, claims.list.map(c, claims.list.map(d, claims.list.map(e, claims.list.map(f, claims.list.map(g, claims.list.map(h, "x")))))))).size() > 0 ? "x" : ""`: "error: cost limit",
	} {
		m, err := oidc.CompileMapping(oidc.Settings{Mapping: map[string]string{"title": expression}})
		got := ""
		if directory.CodeOf(err) == directory.Invalid {
			got = "wrong: " + err.Error()
		} else if err != nil {
			t.Fatal(err)
		} else if out, bad := m.Map(c); len(bad) > 0 {
			got = "error: " + bad["map.title"]
		} else {
			got = strings.Join(out["title"], ",")
		}
		kind, words, _ := strings.Cut(want, ": ")
		if (kind == "wrong" || kind == "error") && (!strings.HasPrefix(got, kind) || !strings.Contains(got, words)) || kind == want && got != want {
			t.Errorf("%.60s gave %q, want %q", expression, got, want)
		}
	}
}

// A mistake is told with its place, and with nothing that is not there in claims.
func TestMistakesShowTheirPlace(t *testing.T) {
	for expression, place := range map[string]string{"user.name": "user.name\n^", "claims.sub +\nnope": "nope\n^", "claims.sub.firts(1)": "claims.sub.firts(1)\n................^"} {
		_, err := oidc.CompileMapping(oidc.Settings{Mapping: map[string]string{"title": expression}})
		e, _ := errors.AsType[*directory.Error](err)
		if e == nil || !strings.HasSuffix(e.Fields["map.title"], "\n"+place) || strings.Contains(e.Fields["map.title"], "user.userName") {
			t.Errorf("%s: %v", expression, err)
		}
	}
	m, err := oidc.CompileMapping(oidc.Settings{Mapping: map[string]string{"title": "claims.list[3]"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, wrong := m.Map(oidc.Claims{"sub": "1", "list": []any{}}); !strings.HasSuffix(wrong["map.title"], "\nclaims.list[3]\n...........^") {
		t.Errorf("%q", wrong["map.title"])
	}
}

func TestListsOfAddresses(t *testing.T) {
	m, err := oidc.CompileMapping(oidc.Settings{Mapping: map[string]string{"emails": "claims.list", "displayName": ""}})
	if err != nil {
		t.Fatal(err)
	}
	got, wrong := m.Map(oidc.Claims{"sub": "1", "name": "Ada", "list": []any{"a@x.org", " b@x.org ", "a@x.org", ""}})
	if _, mapped := got["displayName"]; len(wrong) > 0 || strings.Join(got["emails"], ",") != "a@x.org,b@x.org" || mapped {
		t.Errorf("%v, %v", got, wrong)
	}
	_, wrong = m.Map(oidc.Claims{"sub": "1", "list": []any{1.0}})
	if wrong["map.emails"] == "" {
		t.Error("a list of numbers passes")
	}
}

func TestUserNameIsNeeded(t *testing.T) {
	if _, err := oidc.CompileMapping(oidc.Settings{Mapping: map[string]string{"userName": " "}}); directory.CodeOf(err) != directory.Invalid {
		t.Errorf("got %v", err)
	}
	m, err := oidc.CompileMapping(oidc.Settings{Mapping: map[string]string{"userName": "claims.upn"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, wrong := m.Map(oidc.Claims{"sub": "1"}); wrong["map.userName"] == "" {
		t.Error("somebody without a user name passes")
	}
}

func TestReadClaims(t *testing.T) {
	for _, bad := range []string{"", "null", "[]", `"x"`, `{"a":`, strings.Repeat(" ", 64<<10) + "{}"} {
		if _, err := oidc.ReadClaims(bad); directory.CodeOf(err) != directory.Invalid {
			t.Errorf("%.20q gives %v", bad, err)
		}
	}
}

func TestMerge(t *testing.T) {
	w := newFixture(t)
	for name, c := range map[string]struct {
		token, info map[string]any
		verified    string
	}{
		"both from UserInfo":                 {map[string]any{"email": nil, "email_verified": true}, map[string]any{"email_verified": false}, ""},
		"the flag of UserInfo, same address": {map[string]any{"email_verified": nil}, nil, "ada@example.com"},
		"the flag of another address":        {map[string]any{"email_verified": nil, "email": "boss@example.com"}, nil, ""},
		"as text":                            {map[string]any{"email_verified": "true"}, nil, "ada@example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			change := func(with map[string]any) func(map[string]any) {
				return func(m map[string]any) {
					maps.Copy(m, with)
					maps.DeleteFunc(m, func(_ string, v any) bool { return v == nil })
				}
			}
			w.provider.claims, w.provider.info = change(c.token), change(c.info)
			u := w.mustArrive(ada)
			if u.VerifiedEmail != c.verified {
				t.Errorf("verified is %q, want %q", u.VerifiedEmail, c.verified)
			}
			_, err := w.Directory.DeleteUser(t.Context(), u.ID, admin)
			w.must(err)
		})
	}
}

func TestChecks(t *testing.T) {
	for issuer, wrong := range map[string]bool{
		"https://login.example.com": false, "https://login.example.com/tenant/v2.0/": false, "http://127.0.0.1:8090": false, "http://localhost": false, "http://[::1]:1": false,
		"http://login.example.com": true, "": true, "login.example.com": true, "https://x.org?a=b": true, "https://u:p@x.org": true, "ftp://x.org": true,
		"https://x.org#f": true, "https://x.org/.well-known/openid-configuration": true, "http://localhost.attacker.example": true, "javascript:alert(1)": true,
	} {
		in := oidc.SignIn{Issuer: issuer, ClientID: "c"}
		if f := in.Check(); (f["issuer"] != "") != wrong {
			t.Errorf("%s: %s", issuer, f["issuer"])
		}
	}
	in := oidc.SignIn{Issuer: "https://x.org", ClientID: "c", Scopes: " email  profile"}
	if f := in.Check(); f["scopes"] == "" {
		t.Error("scopes without openid pass")
	}
	in.Scopes = ""
	if f := in.Check(); len(f) > 0 || in.Scopes != oidc.DefaultScopes {
		t.Errorf("%v %s", f, in.Scopes)
	}
}
