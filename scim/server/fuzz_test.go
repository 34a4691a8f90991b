package server_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"usher/auth"
	"usher/db/dbtest"
	"usher/directory"
	"usher/scim/server"
)

// Whatever is sent, the fault is the sender's.
func FuzzRequests(f *testing.F) {
	store := dbtest.New(f)
	base, _ := url.Parse("https://usher.example.com")
	api := (&server.Server{Store: store, BaseURL: base, Log: slog.New(slog.DiscardHandler), Rate: 1e9, Burst: 1e9,
		Directory:    &directory.Directory{Store: store, Engine: noTargets{}, Now: func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }},
		Tokens:       fakeTokens{application: auth.Token{ID: "t", Name: "n"}},
		HashPassword: func(context.Context, string) (string, error) { return "hash", nil }}).Handler()
	ask := func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Method, r.URL = method, &url.URL{Path: "/scim2"}
		at, query, _ := strings.Cut(path, "?")
		r.URL.Path, r.URL.RawQuery = "/scim2"+at, query
		r.Header.Set("Authorization", "Bearer "+application)
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		return w
	}
	made := ask("POST", "/Users", `{"userName":"ada","emails":[{"value":"a@example.com"}]}`).Header().Get("Location")
	id := made[strings.LastIndexByte(made, '/')+1:]
	for _, seed := range [][2]string{{"/Users", `{"userName":"b","active":"False"}`}, {"/Groups", `{"displayName":"g","members":[{"value":"` + id + `"}]}`},
		{"/Users/ID", `{"Operations":[{"op":"Replace","path":"emails[type eq \"work\"].value","value":"x@example.com"}]}`},
		{"/Users/ID", `{"Operations":[{"op":"add","value":{"name.givenName":"x","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":7}}}]}`},
		{"/.search", `{"filter":"userName eq x or members.value pr","cursor":"","count":"3","sortBy":"emails"}`},
		{"/Bulk", `{"failOnErrors":1,"Operations":[{"method":"POST","path":"/Users","bulkId":"q","data":{"userName":"c","manager":"bulkId:q"}},{"method":"PATCH","path":"/Users/bulkId:q","data":[]}]}`},
		{"/Users?filter=userName+sw+%22a%22&cursor=x&attributes=a", ""}} {
		for m := range 5 {
			f.Add(m, seed[0], seed[1])
		}
	}
	f.Fuzz(func(t *testing.T, m int, path, body string) {
		methods := []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodHead}
		method := methods[uint(m)%uint(len(methods))]
		w := ask(method, strings.Replace(path, "ID", id, 1), body)
		if w.Code >= 500 && w.Code != http.StatusNotImplemented {
			t.Errorf("%s %q %q: %d %s", method, path, body, w.Code, w.Body)
		}
	})
}
