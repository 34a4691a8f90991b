package connectors

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestClientFollowsWithinTheOriginOnce(t *testing.T) {
	var stolen []string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { stolen = append(stolen, r.Header.Get("Authorization")) }))
	defer other.Close()
	for _, c := range []struct {
		name, from, to string
		status         int
		followed       bool
	}{
		{"slash added", "/Users", "/Users/", 301, true},
		{"slash added, found", "/Users", "/Users/", 302, true},
		{"slash added, see other", "/Users", "/Users/", 303, false},
		{"slash dropped", "/Users/", "/Users", 301, true},
		{"slash and query", "/Users?a=1", "/Users/?a=1", 301, true},
		{"slash, query lost", "/Users?a=1", "/Users/", 301, false},
		{"another path", "/Users", "/v2/Users", 301, false},
		{"another path, method kept", "/Users", "/v2/Users", 307, true},
		{"another path for good", "/Users", "/v2/Users", 308, true},
		{"another host", "/Users", other.URL + "/Users", 308, false},
		{"another host, slash", "/Users", other.URL + "/Users/", 301, false},
		{"credentials in it", "/Users", "http://a:b@SELF/Users/", 308, false},
		{"nowhere", "/Users", "", 308, false},
		{"itself", "/Users", "/Users", 301, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				got = append(got, r.Method+" "+r.URL.RequestURI()+" "+string(body)+" "+r.Header.Get("Authorization"))
				if len(got) == 1 || strings.Contains(c.name, "for good") {
					w.Header().Set("Location", strings.ReplaceAll(c.to, "SELF", r.Host))
					w.WriteHeader(c.status)
				}
			}))
			defer srv.Close()
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodPatch, srv.URL+c.from, strings.NewReader("body"))
			req.Header.Set("Authorization", "Bearer t")
			trace := &Trace{}
			resp, err := NewClient(open(), nil).Do(req.WithContext(WithTrace(t.Context(), trace)))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			want := 1
			if c.followed {
				want = 2
			}
			if len(got) != want || len(trace.Exchanges) != want {
				t.Fatalf("%d requests: %v", len(got), got)
			}
			if c.followed && got[1] != "PATCH "+c.to+" body Bearer t" {
				t.Errorf("followed as %q", got[1])
			}
		})
	}
	if len(stolen) > 0 {
		t.Errorf("another host got %v", stolen)
	}
}

func TestSameOrigin(t *testing.T) {
	for pair, same := range map[[2]string]bool{
		{"https://a.example/x", "https://A.example:443/y"}: true, {"http://a.example", "http://a.example:80"}: true,
		{"https://a.example", "http://a.example"}: false, {"https://a.example", "https://a.example:8443"}: false, {"https://a.example", "https://b.example"}: false,
	} {
		a, _ := url.Parse(pair[0])
		b, _ := url.Parse(pair[1])
		if SameOrigin(a, b) != same {
			t.Errorf("%v: %v", pair, !same)
		}
	}
}
