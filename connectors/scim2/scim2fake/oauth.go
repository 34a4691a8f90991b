package scim2fake

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strconv"
	"sync"
)

// TokenServer is a token URL for client credentials (RFC 6749 §4.4). Its tokens open a Server whose Options.Allowed is
// its Allowed. It is safe for concurrent use.
type TokenServer struct {
	ClientID, ClientSecret string
	InBody                 bool   // the client authenticates in the body, else in the header
	Scope                  string // that must be asked for
	ExpiresIn              int    // seconds; 0 leaves it out

	mu      sync.Mutex
	refusal *reply
	issued  int
	valid   map[string]bool
	headers []http.Header
}

// Refuse answers everything with a status and a body, a status of 0 nothing any more.
func (t *TokenServer) Refuse(status int, header http.Header, body string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refusal = nil; status != 0 {
		t.refusal = &reply{status: status, header: header, body: []byte(body)}
	}
}

// Revoke makes every token so far useless.
func (t *TokenServer) Revoke() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.valid = nil
}

// Issued is how many tokens were given out.
func (t *TokenServer) Issued() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.issued
}

// Headers are those of the requests so far.
func (t *TokenServer) Headers() []http.Header {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.headers
}

// Allowed reports whether the request bears one of the tokens.
func (t *TokenServer) Allowed(r *http.Request) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.valid[r.Header.Get("Authorization")]
}

// ServeHTTP implements http.Handler.
func (t *TokenServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.headers = append(t.headers, r.Header.Clone())
	out := t.answer(r)
	if out.header == nil {
		out.header = http.Header{"Content-Type": {"application/json"}}
	}
	out.write(w)
}

func (t *TokenServer) answer(r *http.Request) reply {
	if t.refusal != nil {
		return *t.refusal
	}
	refuse := func(status int, code string) reply {
		return reply{status: status, body: []byte(`{"error":"` + code + `"}`)}
	}
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost || r.PostForm.Get("grant_type") != "client_credentials" {
		return refuse(http.StatusBadRequest, "unsupported_grant_type")
	}
	id, secret, inHeader := r.BasicAuth()
	if t.InBody {
		if inHeader {
			return refuse(http.StatusBadRequest, "invalid_request")
		}
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	} else {
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	}
	switch {
	case id != t.ClientID || secret != t.ClientSecret:
		return refuse(http.StatusUnauthorized, "invalid_client")
	case r.PostForm.Get("scope") != t.Scope:
		return refuse(http.StatusBadRequest, "invalid_scope")
	}
	token := rand.Text()
	if t.valid == nil {
		t.valid = map[string]bool{}
	}
	t.valid["Bearer "+token] = true
	t.issued++
	life := ""
	if t.ExpiresIn > 0 {
		life = `,"expires_in":` + strconv.Itoa(t.ExpiresIn)
	}
	return reply{status: http.StatusOK, body: []byte(`{"access_token":"` + token + `","token_type":"Bearer"` + life + `}`)}
}
