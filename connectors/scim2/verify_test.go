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
)

// twisted serves the fake with writes that come out otherwise than the status line says. twist gets the body of a PATCH or
// PUT and the resource as it is; it gives the answer's resource, and whether the fake is to do the write.
func twisted(t *testing.T, twist func(method string, body []byte, now map[string]any) (show map[string]any, do bool), settings ...string) rig {
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
	return rigOf(t, target{fake, srv.URL, t}, settings...)
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
			for i, set := range []map[string]any{{AttrUserName: "ada.king@example.com", "name.familyName": "King", "title": "Countess"}, {"name.familyName": "Byron"}} {
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

func (r rig) remote(id string) map[string]any {
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
	err := r.Update(t.Context(), a.ID, changes(p, map[string]any{AttrUserName: "ada.king@example.com", "title": "Countess"}, "displayName"))
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

// Services keep values in forms of their own. None of these is a write that did not happen.
func TestOtherFormsAreNoContradiction(t *testing.T) {
	list := func(values ...string) []any {
		var out []any
		for _, v := range values {
			out = append(out, map[string]any{"value": v})
		}
		return out
	}
	for name, c := range map[string]struct {
		key             string
		was, sent, kept any
		contradicts     bool
	}{
		"old":                    {"title", "Analyst", "Countess", "Analyst", true},
		"old, other case":        {"title", "Analyst", "Countess", "ANALYST ", true},
		"only the case changed":  {"title", "analyst", "Analyst", "analyst", false},
		"something else":         {"title", "Analyst", "Countess", "Cntss", false},
		"cut":                    {"title", "Analyst", "Countess of Lovelace", "Countess of", false},
		"not there":              {"title", "Analyst", "Countess", nil, false},
		"old not known":          {"title", nil, "Countess", "Analyst", false},
		"name, other case":       {AttrUserName, "ada", "Ada.King@x.com", "ada.king@x.com", false},
		"name with a domain":     {AttrUserName, "ada", "grace", "grace@x.com", false},
		"name without a domain":  {AttrUserName, "ada@x.com", "grace@x.com", "grace", false},
		"old name in the new":    {AttrUserName, "ada", "ada.king", "ada", true},
		"another name":           {AttrUserName, nil, "grace", "ada", true},
		"accent spelled apart":   {"title", "x", "Ren\u00e9", "Rene\u0301", false},
		"active as text":         {AttrActive, true, false, "False", false},
		"active is not":          {AttrActive, true, false, "true", true},
		"active says nothing":    {AttrActive, true, false, map[string]any{}, false},
		"telephone in form":      {"phoneNumbers", list("+44 20 1"), list("+44 (20) 7946-0000"), list("+442079460000"), false},
		"telephone as URI":       {"phoneNumbers", list("+44 20 1"), list("+44 20 7946 0000"), list("tel:+44-20-7946-0000"), false},
		"old telephone":          {"phoneNumbers", list("+44 20 7946 1111"), list("+44 20 7946 0000"), list("+442079461111"), true},
		"addresses reordered":    {AttrEmails, list("a@x.com"), list("b@x.com", "a@x.com"), list("A@x.com", "b@x.com"), false},
		"one address is left":    {AttrEmails, list("a@x.com", "b@x.com"), list("a@x.com"), list("a@x.com", "b@x.com"), true},
		"more than was sent":     {AttrEmails, list("a@x.com"), list("b@x.com"), list("b@x.com", "c@x.com"), false},
		"a list as one value":    {AttrEmails, list("a@x.com"), list("b@x.com"), "b@x.com", false},
		"a number":               {"title", "x", "42", json.Number("42"), false},
		"postal, with formatted": {"addresses", nil, []any{map[string]any{"locality": "Paris"}}, []any{map[string]any{"locality": "Paris", "formatted": "Paris"}}, false},
	} {
		d := Document{"id": "1"}
		if c.kept != nil {
			d.Set(c.key, c.kept)
		}
		body, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got := contradictions(body, connectors.Changes{Set: map[string]any{c.key: c.sent}, Was: map[string]any{c.key: c.was}})
		if (len(got) > 0) != c.contradicts {
			t.Errorf("%s: %+v", name, got)
		}
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
		}, byPath, KeyPatchStyle, styleObject},
		"put": {func(method string, _ []byte, now map[string]any) (map[string]any, bool) {
			if method == http.MethodPut {
				return nil, true
			}
			return now, false
		}, byPatch, KeyUpdateMode, usePut},
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
