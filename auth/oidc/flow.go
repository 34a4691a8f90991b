package oidc

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
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
		return "", "", in.unreachable(err)
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
	e.AuthStyle = p.authStyle(in.ClientSecret)
	return &oauth2.Config{ClientID: in.ClientID, ClientSecret: in.ClientSecret.Reveal(), Endpoint: e,
		RedirectURL: s.RedirectURL(in.ConnectionID), Scopes: splitScopes(in.Scopes)}
}

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
		return directory.User{}, in.unreachable(err)
	}
	code, err := in.code(p, a.Query)
	if err != nil {
		return directory.User{}, err
	}
	claims, err := s.claims(ctx, in, p, client, code, st)
	if err != nil {
		return directory.User{}, err
	}
	return s.admit(ctx, in, claims)
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

// claims exchanges the code and checks the ID token that comes for it (OpenID Connect Core §3.1.3.7).
func (s *Service) claims(ctx context.Context, in SignIn, p *provider, client *http.Client, code string, st state) (Claims, error) {
	ctx, cancel := context.WithTimeout(goidc.ClientContext(ctx, client), s.timeout())
	defer cancel()
	token, err := s.config(in, p).Exchange(ctx, code, oauth2.VerifierOption(st.Verifier))
	if err != nil {
		return nil, in.exchangeFailed(err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return nil, in.untrusted(errors.New("the provider sent no ID token"))
	}
	keys := &keyReader{RemoteKeySet: p.keys}
	verifier := goidc.NewVerifier(in.Issuer, keys, &goidc.Config{ClientID: in.ClientID, SupportedSigningAlgs: p.algorithms(), Now: s.Now})
	id, err := verifier.Verify(ctx, raw)
	if err != nil {
		return nil, in.verifyFailed(err, keys.unread)
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			return nil, in.untrusted(err)
		}
	}
	c := Claims{}
	if err := id.Claims(&c); err != nil {
		return nil, in.untrusted(err)
	}
	if err := checkToken(in, id, c, st); err != nil {
		return nil, in.untrusted(err)
	}
	return s.complete(ctx, in, p, token, c)
}

// checkToken is what go-oidc leaves to its caller.
func checkToken(in SignIn, id *goidc.IDToken, c Claims, st state) error {
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(st.Nonce)) != 1 {
		return errors.New("the ID token is for another sign-in: its nonce differs")
	}
	if id.Subject == "" || len(id.Subject) > maxSubject {
		return errors.New("the ID token has no usable subject")
	}
	azp, named := c["azp"]
	if named && azp != in.ClientID || !named && len(id.Audience) > 1 {
		return errors.New("the ID token was issued to another client")
	}
	return nil
}

// exchangeFailed tells a provider that refuses from one that does not answer.
func (s SignIn) exchangeFailed(err error) *Failure {
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok || refused.Response != nil && refused.Response.StatusCode >= 500 {
		return s.unreachable(err)
	}
	why := fmt.Errorf("the token endpoint refused the code: %s %s", printable(refused.ErrorCode, 60), printable(refused.ErrorDescription, 200))
	if refused.ErrorCode == "invalid_grant" {
		return expired(why)
	}
	return s.untrusted(why)
}

// verifyFailed tells keys that could not be read from a token that is wrong.
func (s SignIn) verifyFailed(err error, unread bool) *Failure {
	if unread {
		return s.unreachable(err)
	}
	return s.untrusted(err)
}

// keyReader remembers whether a verification failed because the keys could not be read, which go-oidc does not say.
type keyReader struct {
	*goidc.RemoteKeySet
	unread bool
}

// VerifySignature implements oidc.KeySet of go-oidc.
func (k *keyReader) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := k.RemoteKeySet.VerifySignature(ctx, jwt)
	k.unread = unread(err)
	return payload, err
}

func unread(err error) bool { return err != nil && strings.HasPrefix(err.Error(), "fetching keys") }
