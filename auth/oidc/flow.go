package oidc

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	goidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"usher/directory"
)

// StateLife is how long somebody may take at the provider.
const StateLife = 10 * time.Minute

const (
	maxParameter = 4096 // of what comes back in the URL, in bytes
	maxSubject   = 255  // OpenID Connect Core §2
)

// state is what a browser carries, sealed, to the provider and back.
type state struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"` // RFC 7636 §4.1
	Began    int64  `json:"t"` // Unix seconds
}

// Start begins a sign-in: the provider's page to send the browser to, and a sealed state to keep in the browser until
// it is back. Nothing is remembered here. A sign-in that cannot begin is a *Failure.
func (s *Service) Start(ctx context.Context, connectionID string) (to, sealed string, err error) {
	in, err := s.enabled(ctx, connectionID)
	if err != nil {
		return "", "", err
	}
	p, _, err := s.provider(ctx, in)
	if err != nil {
		return "", "", in.failed("its discovery document", err)
	}
	st := state{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Began: s.Now().Unix()}
	plain, err := json.Marshal(st)
	if err != nil {
		return "", "", fmt.Errorf("seal the state of a sign-in: %w", err)
	}
	to = s.config(in, p).AuthCodeURL(st.State, goidc.Nonce(st.Nonce), oauth2.S256ChallengeOption(st.Verifier))
	return to, s.Store.SealState(connectionID, plain), nil
}

// enabled is the connection's sign-in; one that is switched off, or not there, is a *Failure.
func (s *Service) enabled(ctx context.Context, connectionID string) (SignIn, error) {
	in, err := s.Store.SignIn(ctx, connectionID)
	if directory.CodeOf(err) == directory.NotFound || err == nil && !in.Enabled {
		return in, in.notThere()
	}
	if err != nil {
		return in, fmt.Errorf("read the sign-in of connection %s: %w", connectionID, err)
	}
	return in, nil
}

func (s *Service) config(in SignIn, p *provider) *oauth2.Config {
	e := p.oidc.Endpoint()
	if p.publicOnly() {
		in.ClientSecret = ""
	}
	e.AuthStyle = p.authStyle(in.ClientSecret)
	return &oauth2.Config{ClientID: in.ClientID, ClientSecret: in.ClientSecret.Reveal(), Endpoint: e,
		RedirectURL: s.RedirectURL(in.ConnectionID), Scopes: splitScopes(in.Scopes)}
}

// publicOnly says that the provider knows no clients with a secret (RFC 7591 §2): one that is stored is not sent.
func (m metadata) publicOnly() bool { return len(m.TokenAuth) == 1 && m.TokenAuth[0] == "none" }

// authStyle is how the client shows its secret (OpenID Connect Discovery §3: basic unless the document says otherwise).
// It is never found out by trying: the second try would bring a code that is used up.
func (m metadata) authStyle(secret directory.Secret) oauth2.AuthStyle {
	basic := len(m.TokenAuth) == 0 || slices.Contains(m.TokenAuth, "client_secret_basic")
	if basic && secret != "" {
		return oauth2.AuthStyleInHeader
	}
	return oauth2.AuthStyleInParams
}

// Answer is what the browser brings back from the provider.
type Answer struct {
	Sealed string     // what Start gave
	Query  url.Values // of the redirect
}

// Finish ends a sign-in: it checks what came back, and finds, links or creates the user. Whatever keeps somebody out
// is a *Failure.
func (s *Service) Finish(ctx context.Context, connectionID string, a Answer) (directory.User, error) {
	in, err := s.enabled(ctx, connectionID)
	if err != nil {
		return directory.User{}, err
	}
	st, err := s.open(connectionID, a)
	if err != nil {
		return directory.User{}, expired(err)
	}
	p, client, err := s.provider(ctx, in)
	if err != nil {
		return directory.User{}, in.failed("its discovery document", err)
	}
	code, err := in.code(p, a.Query)
	if err != nil {
		return directory.User{}, err
	}
	claims, err := s.claims(ctx, in, p, client, code, st)
	if err != nil {
		return directory.User{}, err
	}
	return s.linkOrCreate(ctx, in, claims)
}

// open finds the state that the answer belongs to.
func (s *Service) open(connectionID string, a Answer) (state, error) {
	var st state
	if a.Sealed == "" {
		return st, errors.New("the browser brought no state")
	}
	plain, err := s.Store.OpenState(connectionID, a.Sealed)
	if err != nil {
		return st, err
	}
	if err := json.Unmarshal(plain, &st); err != nil {
		return st, errors.New("the state cannot be read")
	}
	if age := s.Now().Sub(time.Unix(st.Began, 0)); age > StateLife {
		return st, fmt.Errorf("the sign-in began %s ago", age)
	}
	if st.State == "" || subtle.ConstantTimeCompare([]byte(st.State), []byte(a.Query.Get("state"))) != 1 {
		return st, errors.New("the answer belongs to another sign-in")
	}
	return st, nil
}

// code is the authorization code of an answer that has one. The issuer in the answer, where the provider sends one,
// must be ours (RFC 9207 §2.4).
func (s SignIn) code(p *provider, q url.Values) (string, error) {
	if iss := q.Get("iss"); iss != s.Issuer && (iss != "" || p.IssParameter) {
		return "", s.untrusted(fmt.Errorf("the answer names the issuer %q", printable(iss, 200)))
	}
	if q.Get("error") != "" {
		return "", s.refusedBy(q)
	}
	code := q.Get("code")
	if code == "" || len(code) > maxParameter {
		return "", s.untrusted(errors.New("the answer has no usable code"))
	}
	return code, nil
}
