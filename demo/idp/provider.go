// Package idp is an OpenID provider in memory, for the demo and for tests: discovery, a page that lets anybody sign
// in as one of its sample people, authorization codes with PKCE, RS256, UserInfo. It is not for production: nobody
// has a password.
package idp

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Person is somebody who can be chosen on the page.
type Person struct {
	Subject    string
	UserName   string
	GivenName  string
	FamilyName string
	Email      string
	Verified   bool // the provider has checked the address
	Title      string
	Department string
	Phone      string
}

// Name is given and family name.
func (p Person) Name() string { return p.GivenName + " " + p.FamilyName }

// claims are what UserInfo says (OpenID Connect Core §5.1).
func (p Person) claims() map[string]any {
	return map[string]any{"sub": p.Subject, "preferred_username": p.UserName, "name": p.Name(), "given_name": p.GivenName,
		"family_name": p.FamilyName, "email": p.Email, "email_verified": p.Verified, "title": p.Title, "department": p.Department,
		"phone_number": p.Phone}
}

// Client is who may ask for sign-ins.
type Client struct {
	ID          string
	Secret      string
	RedirectURI string // compared whole
}

// Provider is the service. It is an http.Handler.
type Provider struct {
	issuer string
	people []Person
	mux    *http.ServeMux
	key    Key

	mu      sync.Mutex
	clients map[string]Client
	grants  map[string]grant  // by code
	tokens  map[string]Person // by access token
}

// grant is what an authorization code stands for, once and for a minute.
type grant struct {
	client    string
	redirect  string
	nonce     string
	challenge string
	person    Person
	until     time.Time
}

const (
	codeLife = time.Minute
	most     = 1000 // codes and tokens that are remembered
)

// Key is what ID tokens are signed with.
type Key func() *rsa.PrivateKey

// NewKey promises a key: making one takes a moment, so it is made when it is needed first.
func NewKey() Key {
	return sync.OnceValue(func() *rsa.PrivateKey {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic("idp: " + err.Error()) // the random source never fails
		}
		return k
	})
}

// New makes a provider whose issuer is the URL that it is served at.
func New(issuer string, people []Person) *Provider { return NewWithKey(issuer, people, NewKey()) }

// NewWithKey is New with a key of the caller's.
func NewWithKey(issuer string, people []Person, key Key) *Provider {
	p := &Provider{issuer: issuer, people: people, key: key, mux: http.NewServeMux(), clients: map[string]Client{}, grants: map[string]grant{}, tokens: map[string]Person{}}
	p.mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	p.mux.HandleFunc("GET /keys", p.keys)
	p.mux.HandleFunc("GET /authorize", p.showPeople)
	p.mux.HandleFunc("POST /authorize", p.choose)
	p.mux.HandleFunc("POST /token", p.token)
	p.mux.HandleFunc("GET /userinfo", p.userInfo)
	p.mux.HandleFunc("GET /style.css", style)
	return p
}

// Register admits a client.
func (p *Provider) Register(c Client) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clients[c.ID] = c
}

// ServeHTTP implements http.Handler.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'")
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	p.mux.ServeHTTP(w, r)
}

// discovery is OpenID Connect Discovery §3.
func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{
		"issuer": p.issuer, "authorization_endpoint": p.issuer + "/authorize", "token_endpoint": p.issuer + "/token",
		"userinfo_endpoint": p.issuer + "/userinfo", "jwks_uri": p.issuer + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "grant_types_supported": []string{"authorization_code"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "scopes_supported": []string{"openid", "profile", "email", "phone"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"}, "code_challenge_methods_supported": []string{"S256"},
		"authorization_response_iss_parameter_supported": true,
	})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have left
}

// client finds a registered client by its ID and redirect URI; nothing is sent to a URI that is not registered.
func (p *Provider) client(q url.Values) (Client, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.clients[q.Get("client_id")]
	if !ok {
		return c, fmt.Errorf("no application with this client ID is registered here")
	}
	if q.Get("redirect_uri") != c.RedirectURI {
		return c, fmt.Errorf("the application asks to send you to an address that is not registered here")
	}
	return c, nil
}
