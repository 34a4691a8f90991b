package fakekit

import (
	"net/http"
	"net/url"
	"sync"
)

// TokenServer is a token URL for client credentials (RFC 6749 §4.4), for services whose tokens come from elsewhere. Its
// tokens open a service that asks Allowed. It is safe for concurrent use.
type TokenServer struct {
	ClientID, ClientSecret string
	InBody                 bool   // the client authenticates in the body, else in the header
	Scope                  string // that must be asked for
	ExpiresIn              int    // seconds; 0 leaves it out

	tokens Tokens[struct{}]

	mu      sync.Mutex
	refusal *Reply
	issued  int
	headers []http.Header
}

// Refuse answers everything with a status and a body, a status of 0 nothing any more.
func (t *TokenServer) Refuse(status int, header http.Header, body string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refusal = nil; status != 0 {
		t.refusal = &Reply{Status: status, Header: header, Body: []byte(body)}
	}
}

// Revoke makes every token so far useless.
func (t *TokenServer) Revoke() { t.tokens.Revoke() }

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
	_, ok := t.tokens.Of(Bearer(r))
	return ok
}

// ServeHTTP implements http.Handler.
func (t *TokenServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	content, err := readBody(r)
	if err != nil {
		http.Error(w, "unreadable body", http.StatusBadRequest)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.headers = append(t.headers, r.Header.Clone())
	t.answer(Call{r, content}).write(w, "application/json")
}

func (t *TokenServer) answer(c Call) Reply {
	if t.refusal != nil {
		return *t.refusal
	}
	form, ok := TokenForm(c)
	if !ok || form.Get("grant_type") != "client_credentials" {
		return TokenRefused(http.StatusBadRequest, "unsupported_grant_type", "")
	}
	id, secret, inHeader := c.BasicAuth()
	if t.InBody {
		if inHeader {
			return TokenRefused(http.StatusBadRequest, "invalid_request", "")
		}
		id, secret = form.Get("client_id"), form.Get("client_secret")
	} else {
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	}
	switch {
	case id != t.ClientID || secret != t.ClientSecret:
		return TokenRefused(http.StatusUnauthorized, "invalid_client", "")
	case form.Get("scope") != t.Scope:
		return TokenRefused(http.StatusBadRequest, "invalid_scope", "")
	}
	t.issued++
	out := map[string]any{"access_token": t.tokens.Issue("", struct{}{}), "token_type": "Bearer"}
	if t.ExpiresIn > 0 {
		out["expires_in"] = t.ExpiresIn
	}
	return Answer(http.StatusOK, out)
}
