package oidc_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"usher/auth/oidc"
	"usher/demo/idp"
	"usher/directory"
)

// Two clocks may differ by a minute: exp and nbf are not held to the second, nor is iat.
func TestLeeway(t *testing.T) {
	w := newFixture(t)
	ago, ahead := time.Now().Add(-40*time.Second).Unix(), time.Now().Add(40*time.Second).Unix()
	for name, lie := range map[string]func(map[string]any){
		"just expired":        func(c map[string]any) { c["exp"] = ago },
		"valid in a moment":   func(c map[string]any) { c["nbf"] = ahead },
		"issued in a moment":  func(c map[string]any) { c["iat"] = ahead },
		"issued a while back": func(c map[string]any) { c["iat"] = time.Now().Add(-9 * time.Minute).Unix() },
	} {
		t.Run(name, func(t *testing.T) {
			w.provider.claims = lie
			w.mustArrive(ada)
		})
	}
}

// says makes one address of the provider answer so.
func (l *liar) says(path string, status int, kind, body string) {
	l.set(func() {
		l.other = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path != path {
				l.Provider.ServeHTTP(rw, r)
				return
			}
			rw.Header().Set("Content-Type", kind)
			if status >= 300 && status < 400 {
				rw.Header().Set("Location", "https://elsewhere.example/")
			}
			rw.WriteHeader(status)
			_, _ = io.WriteString(rw, body)
		})
	})
}

// An answer that came is told as what it is; only a provider that does not answer cannot be reached.
func TestWrongAnswers(t *testing.T) {
	const html, ok = "<html><title>Gateway</title></html>", "application/json"
	for _, c := range []struct {
		path       string
		status     int
		kind, body string
		want       oidc.Kind
		words      string
	}{
		{"/token", 400, ok, `{"error":"invalid_grant","error_description":"redirect_uri differs"}`, oidc.Expired, "(invalid_grant): it was used already, took too long, or was begun in another browser. It says: “redirect_uri differs”"},
		{"/token", 401, ok, `{"error":"invalid_client"}`, oidc.Untrusted, "client ID or the client secret that Usher shows is not the one that Company login knows (invalid_client)"},
		{"/token", 400, ok, `{"error":"unauthorized_client"}`, oidc.Untrusted, "(unauthorized_client)"},
		{"/token", 400, ok, `{"error":"invalid_request","error_description":"PKCE needed"}`, oidc.Untrusted, "set up there. (invalid_request) It says: “PKCE needed”"},
		{"/token", 200, ok, `{"error":"brand_new"}`, oidc.Untrusted, "(brand_new)"},
		{"/token", 400, ok, `{"message":"no"}`, oidc.Untrusted, "refused (HTTP 400) without saying why"},
		{"/token", 400, "text/html", html, oidc.Untrusted, "answered with an error (HTTP 400 Bad Request)"},
		{"/token", 404, "text/html", html, oidc.Untrusted, "answered with an error (HTTP 404 Not Found)"},
		{"/token", 200, "text/html", html, oidc.Untrusted, "answered with a web page (HTML) instead of JSON"},
		{"/token", 200, ok, `[]`, oidc.Untrusted, "something that is not a JSON object"},
		{"/token", 200, ok, ``, oidc.Untrusted, "an empty page"},
		{"/token", 302, "text/html", ``, oidc.Untrusted, "a redirect (HTTP 302) to https://elsewhere.example/"},
		{"/token", 200, ok, `{"token_type":"Bearer"}`, oidc.Untrusted, "has no access token in it"},
		{"/token", 200, ok, `{"access_token":"a","token_type":"Bearer"}`, oidc.Untrusted, "sent no ID token"},
		{"/token", 503, ok, `{"error":"temporarily_unavailable"}`, oidc.Unreachable, "answered with an error (HTTP 503 Service Unavailable)"},
		{"/keys", 200, "text/html", html, oidc.Untrusted, "asked Company login for its signing keys, and it answered with a web page"},
		{"/keys", 404, ok, `{}`, oidc.Untrusted, "signing keys, and it answered with an error (HTTP 404"},
		{"/keys", 200, ok, `{"keys":[{"kty":"RSA","alg":"RS256","n":7}]}`, oidc.Untrusted, "its signing keys cannot be read"},
		{"/keys", 502, "text/html", html, oidc.Unreachable, "HTTP 502"},
		{"/userinfo", 200, "text/html", html, oidc.Untrusted, "what it says of you (UserInfo), and it answered with a web page"},
		{"/userinfo", 401, ok, `{"error":"invalid_token"}`, oidc.Untrusted, "HTTP 401"},
		{"/userinfo", 503, ok, `{}`, oidc.Unreachable, "HTTP 503"},
		{"/userinfo", 200, ok, `{"sub":7}`, oidc.Untrusted, "did not pass the checks"},
	} {
		t.Run(c.path+" "+c.words, func(t *testing.T) {
			w := newFixture(t)
			a := w.answer(w.start(), ada)
			w.provider.says(c.path, c.status, c.kind, c.body)
			_, err := w.Finish(t.Context(), w.signIn.ConnectionID, a)
			if f := failed(t, err, c.want); !strings.Contains(f.Text, c.words) || strings.Contains(f.Title+f.Text, "reach") || strings.Contains(f.Text, "took too long to answer") {
				t.Errorf("%s: %s", f.Title, f.Text)
			}
		})
	}
}

func TestWrongDiscovery(t *testing.T) {
	const path = "/.well-known/openid-configuration"
	for _, c := range []struct {
		status     int
		kind, body string
		want       oidc.Kind
		words      string
	}{
		{200, "text/html", "<html>", oidc.Untrusted, "asked Company login for its discovery document, and it answered with a web page"},
		{404, "application/json", `{}`, oidc.Untrusted, "HTTP 404"},
		{301, "text/html", "", oidc.Untrusted, "a redirect (HTTP 301) to https://elsewhere.example/"},
		{503, "text/html", "<html>", oidc.Unreachable, "HTTP 503"},
		{200, "application/json", `{"issuer":7}`, oidc.Untrusted, "discovery document cannot be read"},
		{200, "application/json", `{"issuer":"https://other.example"}`, oidc.Untrusted, `its discovery document calls it "https://other.example"`},
		{200, "application/json", `{"pad":"` + strings.Repeat("x", 1<<20) + `"}`, oidc.Untrusted, "more than 1 MiB"},
	} {
		t.Run(c.words, func(t *testing.T) {
			w := newFixture(t)
			w.provider.says(path, c.status, c.kind, c.body)
			_, _, err := w.Start(t.Context(), w.signIn.ConnectionID)
			if f := failed(t, err, c.want); !strings.Contains(f.Text, c.words) || strings.Contains(f.Title+f.Text, "reach") {
				t.Errorf("%s: %s", f.Title, f.Text)
			}
			in, err := w.Store.SignIn(t.Context(), w.signIn.ConnectionID)
			w.must(err)
			step := w.Test(t.Context(), in, explain)[0]
			if step.State != oidc.Failed || step.Remedy == "" || strings.Contains(step.Detail, "No answer") {
				t.Errorf("the test button: %+v", step)
			}
		})
	}
}

// A small answer may be a large one, packed: it is counted as it is read, unpacked.
func TestPackedAnswer(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(bytes.Repeat([]byte(" "), 64<<20))
	_ = z.Close()
	w := newFixture(t)
	w.provider.set(func() {
		w.provider.other = http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Encoding", "gzip")
			rw.Header().Set("Content-Type", "application/json")
			_, _ = rw.Write(packed.Bytes())
		})
	})
	_, _, err := w.Start(t.Context(), w.signIn.ConnectionID)
	if f := failed(t, err, oidc.Untrusted); !strings.Contains(f.Text, "more than 1 MiB") {
		t.Error(f.Text)
	}
}

func TestMarkBeforeAnswers(t *testing.T) {
	w := newFixture(t)
	w.provider.set(func() {
		w.provider.other = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(rw, "\xef\xbb\xbf")
			w.provider.Provider.ServeHTTP(rw, r)
		})
	})
	w.mustArrive(ada)
}

// A provider that knows only public clients is worked with as with any other, whether a secret is stored or not.
func TestPublicClient(t *testing.T) {
	for _, methods := range [][]string{{"none"}, {"none", "private_key_jwt"}, nil} {
		for _, secret := range []directory.Secret{"", "s3cret-left-over"} {
			if secret != "" && len(methods) != 1 {
				continue // there is something to show it to
			}
			t.Run(strings.Join(methods, " ")+" "+secret.Reveal(), func(t *testing.T) {
				w := newFixture(t)
				in, err := w.Store.SignIn(t.Context(), w.signIn.ConnectionID)
				w.must(err)
				in.ClientSecret = secret
				w.must(w.Update(t.Context(), in, admin))
				w.provider.document = func(m map[string]any) {
					delete(m, "token_endpoint_auth_methods_supported")
					if methods != nil {
						m["token_endpoint_auth_methods_supported"] = methods
					}
				}
				w.provider.Register(idp.Client{ID: "usher", RedirectURI: w.RedirectURL(in.ConnectionID)})
				var form url.Values
				w.provider.set(func() {
					w.provider.other = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
						if _, _, basic := r.BasicAuth(); basic {
							t.Error("the client shows a secret")
						}
						if r.URL.Path == "/token" {
							_ = r.ParseForm()
							form = r.PostForm
						}
						w.provider.Provider.ServeHTTP(rw, r)
					})
				})
				w.mustArrive(ada)
				if form.Has("client_secret") || form.Get("client_id") != "usher" || form.Get("code_verifier") == "" {
					t.Errorf("the token endpoint was sent %v", form)
				}
				in, err = w.Store.SignIn(t.Context(), w.signIn.ConnectionID)
				w.must(err)
				for _, step := range w.Test(t.Context(), in, explain) {
					if step.State != oidc.Passed {
						t.Errorf("the test button: %+v", step)
					}
				}
			})
		}
	}
}

// Many providers take public clients without saying so.
func TestUnlistedPublicClient(t *testing.T) {
	w := newFixture(t)
	in, err := w.Store.SignIn(t.Context(), w.signIn.ConnectionID)
	w.must(err)
	in.ClientSecret = ""
	for _, step := range w.Test(t.Context(), in, explain) {
		if step.State == oidc.Failed || step.Name == "Client secret" && step.State != oidc.Warned {
			t.Errorf("the test button: %+v", step)
		}
	}
}
