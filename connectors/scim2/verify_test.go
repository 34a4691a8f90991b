package scim2

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/scim2/scim2fake"
	"usher/connectors/scim2/service"
)

// twisted serves the fake with writes that come out otherwise than the status line says. twist gets the body of a PATCH or
// PUT and the resource as it is; it gives the answer's resource, and whether the fake is to do the write.
func twisted(t *testing.T, twist func(method string, body []byte, now map[string]any) (show map[string]any, do bool), settings ...string) fixture {
	t.Helper()
	fake := scim2fake.New(scim2fake.Options{Token: testToken, Journal: 1000})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPatch && r.Method != http.MethodPut {
			fake.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		get := r.Clone(r.Context())
		get.Method, get.Body, get.ContentLength = http.MethodGet, http.NoBody, 0
		seen := httptest.NewRecorder()
		fake.ServeHTTP(seen, get)
		var now map[string]any
		_ = json.Unmarshal(seen.Body.Bytes(), &now)
		show, do := twist(r.Method, body, now)
		r.Body = io.NopCloser(bytes.NewReader(body))
		done := httptest.NewRecorder()
		if do {
			fake.ServeHTTP(done, r)
		}
		if show == nil {
			for name, values := range done.Header() {
				w.Header()[name] = values
			}
			w.WriteHeader(done.Code)
			_, _ = w.Write(done.Body.Bytes())
			return
		}
		_ = json.NewEncoder(w).Encode(show)
	}))
	t.Cleanup(srv.Close)
	return fixtureOf(t, target{fake, srv.URL, t}, settings...)
}

func pathless(body []byte) bool { return !bytes.Contains(body, []byte(`"path"`)) }

func changes(was connectors.Profile, set map[string]any, clear ...string) connectors.Changes {
	want := connectors.Profile{ResourceID: was.ResourceID, Values: map[string]any{}}
	for k, v := range was.Values {
		want.Values[k] = v
	}
	for k, v := range set {
		want.Values[k] = v
	}
	for _, k := range clear {
		delete(want.Values, k)
	}
	return connectors.Changes{Set: set, Clear: clear, Want: want, Was: was.Values}
}

// The answer itself says that nothing happened: the next way of writing is tried, and kept to.
func TestAWriteThatIsNotKeptIsWrittenAnotherWay(t *testing.T) {
	literal := func(_ string, body []byte, now map[string]any) (map[string]any, bool) {
		if pathless(body) {
			return nil, true
		}
		now["name.familyName"] = "King"
		return now, false
	}
	for name, c := range map[string]struct {
		twist func(method string, body []byte, now map[string]any) (map[string]any, bool)
		ways  []string // requests of the first change and of the second
	}{
		"paths are not understood": {func(_ string, body []byte, now map[string]any) (map[string]any, bool) {
			if pathless(body) {
				return nil, true
			}
			return now, false
		}, []string{"PATCH GET PATCH", "PATCH"}},
		"a literal key": {literal, []string{"PATCH GET PATCH", "PATCH"}},
		"no PATCH works": {func(method string, _ []byte, now map[string]any) (map[string]any, bool) {
			if method == http.MethodPut {
				return nil, true
			}
			return now, false
		}, []string{"PATCH GET PATCH GET GET PUT", "GET PUT"}},
		"the answer is old": {func(_ string, _ []byte, now map[string]any) (map[string]any, bool) { return now, true }, []string{"PATCH GET", "PATCH GET"}},
		"nothing is wrong":  {func(string, []byte, map[string]any) (map[string]any, bool) { return nil, true }, []string{"PATCH", "PATCH"}},
	} {
		t.Run(name, func(t *testing.T) {
			var ways []string
			r := twisted(t, func(method string, body []byte, now map[string]any) (map[string]any, bool) {
				return c.twist(method, body, now)
			})
			p := profile(1)
			a := r.create(p)
			for i, set := range []map[string]any{{service.AttrUserName: "ada.king@example.com", "name.familyName": "King", "title": "Countess"}, {"name.familyName": "Byron"}} {
				trace := &connectors.Trace{}
				if _, err := r.connector.Update(connectors.WithTrace(t.Context(), trace), a.ID, changes(p, set)); err != nil {
					t.Fatalf("change %d: %v", i, err)
				}
				ways = ways[:0]
				for _, e := range trace.Exchanges {
					ways = append(ways, e.Method)
				}
				if got := strings.Join(ways, " "); got != c.ways[i] {
					t.Errorf("change %d took %s, want %s", i, got, c.ways[i])
				}
				for k, v := range set {
					p.Values[k] = v
				}
				for k, v := range set {
					if got := r.remote(a.ID)[k]; got != v {
						t.Errorf("%s is %v, want %v", k, got, v)
					}
				}
			}
		})
	}
}

func (r fixture) remote(id string) map[string]any {
	for _, x := range r.Accounts() {
		if x.ID == id {
			return x.Values
		}
	}
	return nil
}

func TestAWriteThatIsNeverKeptSaysWhatWasSentAndKept(t *testing.T) {
	r := twisted(t, func(_ string, _ []byte, now map[string]any) (map[string]any, bool) { return now, false })
	p := profile(1)
	a := r.create(p)
	err := r.Update(t.Context(), a.ID, changes(p, map[string]any{service.AttrUserName: "ada.king@example.com", "title": "Countess"}, "displayName"))
	e := want(t, err, connectors.Invalid)
	for _, words := range []string{"userName: sent “ada.king@example.com”, kept “user001@example.com”", "title: sent “Countess”, kept “Analyst”", "displayName: sent nothing, kept “Ada user001”"} {
		if !strings.Contains(e.Message, words) {
			t.Errorf("message: %s", e.Message)
		}
	}
	// The title was never taken whatever was tried: it is not tried again for each account.
	p2 := profile(2)
	b := r.create(p2)
	trace := &connectors.Trace{}
	_, err = r.connector.Update(connectors.WithTrace(t.Context(), trace), b.ID, changes(p2, map[string]any{"title": "Countess"}))
	want(t, err, connectors.Invalid)
	if n := len(trace.Exchanges); n != 2 {
		t.Errorf("%d requests", n)
	}
}

func TestANameOfAGroupThatIsNotKept(t *testing.T) {
	for name, c := range map[string]struct {
		twist func(method string, body []byte, now map[string]any) (map[string]any, bool)
		ways  string
		fails bool
	}{
		"paths are not understood": {func(_ string, body []byte, now map[string]any) (map[string]any, bool) {
			if pathless(body) {
				return nil, true
			}
			return now, false
		}, "PATCH GET PATCH", false},
		"no PATCH works": {func(method string, _ []byte, now map[string]any) (map[string]any, bool) {
			if method == http.MethodPut {
				return nil, true
			}
			return now, false
		}, "PATCH GET PATCH GET PUT", false},
		"never":             {func(_ string, _ []byte, now map[string]any) (map[string]any, bool) { return now, false }, "PATCH GET PATCH GET PUT", true},
		"the answer is old": {func(_ string, _ []byte, now map[string]any) (map[string]any, bool) { return now, true }, "PATCH GET", false},
	} {
		t.Run(name, func(t *testing.T) {
			r := twisted(t, c.twist)
			g, err := r.CreateGroup(t.Context(), connectors.GroupProfile{ResourceID: "g1", Name: "Sales"})
			if err != nil {
				t.Fatal(err)
			}
			trace := &connectors.Trace{}
			_, err = r.connector.UpdateGroup(connectors.WithTrace(t.Context(), trace), g.ID, connectors.GroupProfile{ResourceID: "g1", Name: "Sales EU"})
			if c.fails {
				if e := want(t, err, connectors.Invalid); !strings.Contains(e.Message, "sent “Sales EU”, kept “Sales”") {
					t.Errorf("message: %s", e.Message)
				}
			} else if err != nil {
				t.Error(err)
			}
			var ways []string
			for _, e := range trace.Exchanges {
				ways = append(ways, e.Method)
			}
			if got := strings.Join(ways, " "); got != c.ways {
				t.Errorf("took %s", got)
			}
		})
	}
}

// The way that works is told once, for the capability card.
func TestTheWayThatWorksIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		twist           func(method string, body []byte, now map[string]any) (map[string]any, bool)
		cannot, key, to string
	}{
		"object": {func(_ string, body []byte, now map[string]any) (map[string]any, bool) {
			if pathless(body) {
				return nil, true
			}
			return now, false
		}, "Understand a change with a path", "patch_style", "single_object"},
		"put": {func(method string, _ []byte, now map[string]any) (map[string]any, bool) {
			if method == http.MethodPut {
				return nil, true
			}
			return now, false
		}, "Change single attributes (PATCH)", "update_mode", "put"},
	} {
		r := twisted(t, c.twist)
		p := profile(1)
		a := r.create(p)
		if _, news := r.Learned(); news {
			t.Errorf("%s: there is news before anything was learned", name)
		}
		if err := r.Update(t.Context(), a.ID, changes(p, map[string]any{"title": "Countess"})); err != nil {
			t.Fatal(err)
		}
		rep, news := r.Learned()
		if !news || len(rep.Capabilities) != 1 || rep.Capabilities[0].Name != c.cannot || rep.Capabilities[0].Can || proposed(rep, c.key) != c.to || len(rep.Proposals) != 1 {
			t.Errorf("%s: %v %+v", name, news, rep)
		}
		if _, again := r.Learned(); again {
			t.Errorf("%s: told twice", name)
		}
	}
}
