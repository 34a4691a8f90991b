package connectors

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"
)

// exchange sends body to a server that answers with answer, and gives what was traced.
func exchange(t *testing.T, header http.Header, path, body, answer string) Exchange {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, answer)
	}))
	defer srv.Close()
	var trace Trace
	req, err := http.NewRequestWithContext(WithTrace(t.Context(), &trace), http.MethodPost, srv.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		req.Header = header
	}
	resp, err := NewClient(open(), nil).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := io.ReadAll(resp.Body); string(got) != answer {
		t.Errorf("the trace changed the answer: %q", got)
	}
	resp.Body.Close()
	if len(trace.Exchanges) != 1 {
		t.Fatalf("%d exchanges", len(trace.Exchanges))
	}
	return trace.Exchanges[0]
}

func TestTraceShowsTheExchange(t *testing.T) {
	e := exchange(t, nil, "/Users?a=b", `{"userName":"ada"}`, `{"id":"7"}`)
	if e.Method != "POST" || !strings.HasSuffix(e.URL, "/Users?a=b") || e.Request != `{"userName":"ada"}` || e.Status != 201 || e.Response != `{"id":"7"}` || e.Took <= 0 {
		t.Errorf("%+v", e)
	}
}

func TestTraceHidesSecrets(t *testing.T) {
	const secret = "hunter2-hunter2"
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	bearer := http.Header{"Authorization": {"Bearer " + secret}}
	basic := http.Header{"Authorization": {"Basic dXNlcjpodW50ZXIyLWh1bnRlcjI="}}
	for name, c := range map[string]struct {
		header             http.Header
		path, body, answer string
	}{
		"password":          {nil, "/", `{"password":"` + secret + `","userName":"ada"}`, ""},
		"other case":        {nil, "/", `{"a":[{"New_Password":{"x":"` + secret + `"}}]}`, ""},
		"patch of password": {nil, "/", `{"Operations":[{"op":"replace","path":"password","value":"` + secret + `"}]}`, ""},
		"token in answer":   {nil, "/", "", `{"access_token":"` + secret + `","ok":true}`},
		"client secret":     {form, "/", "grant_type=x&client_secret=" + secret, ""},
		"assertion":         {form, "/", "assertion=" + secret + "&a=b", ""},
		"query":             {nil, "/?access_token=" + secret, "", ""},
		"echoed token":      {bearer, "/", "", "no such token: " + secret},
		"echoed password":   {basic, "/", "", `{"detail":"user/` + secret + ` is wrong"}`},
		"API key header":    {http.Header{"X-Api-Key": {secret}}, "/", "", "key " + secret},
		"cut JSON":          {nil, "/", `{"x":"` + strings.Repeat("y", readBody) + `","password":"` + secret + `"}`, ""},
		"cut in the secret": {bearer, "/", "", strings.Repeat("y", keptBody-5) + secret},
		"not quite JSON":    {nil, "/", `{"password":"` + secret + `"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := exchange(t, c.header, c.path, c.body, c.answer)
			for _, text := range []string{e.URL, e.Request, e.Response, e.Error} {
				if strings.Contains(text, secret[:5]) {
					t.Errorf("shows %s", text)
				}
			}
		})
	}
	e := exchange(t, nil, "/", `{"password":"`+secret+`","userName":"ada"}`, `{"detail":"Your token has expired"}`)
	if !strings.Contains(e.Request, `"userName":"ada"`) || !strings.Contains(e.Response, "Your token has expired") {
		t.Errorf("hides too much: %+v", e)
	}
}

func TestTraceIsCut(t *testing.T) {
	e := exchange(t, nil, "/", strings.Repeat("é", keptBody), strings.Repeat("é", keptBody)+"x")
	if len(e.Request) > keptBody+8 || len(e.Response) > keptBody+8 || !utf8.ValidString(e.Request+e.Response) {
		t.Errorf("kept %d and %d bytes", len(e.Request), len(e.Response))
	}
}

func TestTraceOfAFailure(t *testing.T) {
	var trace Trace
	ctx, cancel := context.WithCancel(WithTrace(t.Context(), &trace))
	cancel()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "https://example.com/", nil)
	if _, err := NewClient(ClientOptions{}, nil).Do(req); err == nil {
		t.Fatal("answered")
	}
	if len(trace.Exchanges) != 1 || trace.Exchanges[0].Error == "" {
		t.Errorf("%+v", trace)
	}
}

func FuzzRedact(f *testing.F) {
	f.Add(`{"password":"x"}`, "a=b&token=c")
	f.Add(`[{"path":"password","value":1}]`, "%zz=1")
	f.Fuzz(func(t *testing.T, body, form string) {
		redactForm(form)
		if out := redactBody(body); !mayHoldSecret(body) && out != body {
			t.Errorf("changed %q", body)
		}
	})
}

// A service may repeat a password in its own words, where no name tells what it is.
func TestTraceHidesWhatItIsTold(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"detail":"hunter2\"x is too short"}`)
	}))
	defer srv.Close()
	var trace Trace
	ctx := WithSecret(WithTrace(t.Context(), &trace), `hunter2"x`)
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL, strings.NewReader(`{"op":"replace","value":"hunter2\"x"}`))
	resp, err := NewClient(open(), nil).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.ReadAll(resp.Body)
	resp.Body.Close()
	if text := fmt.Sprint(trace); strings.Contains(text, "hunter2") || !strings.Contains(text, "is too short") {
		t.Errorf("trace: %s", text)
	}
}

func TestSpellings(t *testing.T) {
	got := strings.Join(Spellings(`a"<b`), " ")
	if want := `a"<b a\"\u003cb a\"<b`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := Spellings("plain"); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

// A header of several words is no scheme and a credential: none of them may be left.
func TestTraceHidesWholeHeaders(t *testing.T) {
	if got := credentials(http.Header{"X-Key": {"first second-half"}}); strings.NewReplacer(got[0], "").Replace("first second-half") != "" {
		t.Errorf("%q", got)
	}
}
