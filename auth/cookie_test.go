package auth_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"testing"

	"usher/auth"
	"usher/auth/authtest"
	"usher/directory"
)

// A browser sends a cookie to every port of a host: two programs must not take each other's, nor write over them.
func TestTwoProgramsOnOneHostKeepTheirSessions(t *testing.T) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	type program struct {
		*auth.Service
		url string
	}
	start := func(instance string) program {
		store := authtest.NewMemory()
		s := auth.New(store, auth.Options{Instance: instance, Cost: auth.Cost{MemoryKiB: 8, Passes: 1, Lanes: 1}})
		admin, err := s.CreateAdmin(t.Context(), directory.Actor{Kind: directory.ByCLI}, "Ada", "correct horse battery staple")
		if err != nil {
			t.Fatal(err)
		}
		site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/start" {
				if err := s.Sessions.Start(r, w, admin.ID); err != nil {
					t.Error(err)
				}
				return
			}
			ss, err := s.Sessions.Current(r)
			if err != nil || auth.AdminID(ss) != admin.ID {
				w.WriteHeader(http.StatusForbidden)
			}
		}))
		t.Cleanup(site.Close)
		return program{s, site.URL}
	}
	one, two := start("one http://127.0.0.1:8080"), start("two http://127.0.0.1:8081")
	get := func(p program, path string) int {
		t.Helper()
		u, _ := url.Parse(p.url)
		c := &http.Client{Jar: jar}
		res, err := c.Get("http://127.0.0.1:" + u.Port() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return res.StatusCode
	}
	get(one, "/start")
	get(two, "/start")
	for name, p := range map[string]program{"first": one, "second": two} {
		if code := get(p, "/"); code != http.StatusOK {
			t.Errorf("the session of the %s is gone: %d", name, code)
		}
	}
	if one.CookieName("x") == two.CookieName("x") {
		t.Error("two programs share a cookie's name")
	}
}
