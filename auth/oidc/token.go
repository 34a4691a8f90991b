package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	goidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

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
		return nil, in.noIDToken()
	}
	keys := &keyReader{RemoteKeySet: p.keys}
	verifier := goidc.NewVerifier(in.Issuer, keys, &goidc.Config{ClientID: in.ClientID, SupportedSigningAlgs: p.algorithms(), SkipExpiryCheck: true})
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
	if err := checkTimes(id, c, s.Now()); err != nil {
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

const (
	leeway   = time.Minute // by which two clocks may differ
	tokenAge = StateLife   // an ID token answers a sign-in that began at most so long ago
)

// checkTimes holds the ID token to its times (OpenID Connect Core §3.1.3.7, 9 and 10; RFC 7519 §4.1.5), with a leeway:
// go-oidc has none for exp, another for nbf, and does not look at iat.
func checkTimes(id *goidc.IDToken, c Claims, now time.Time) error {
	switch {
	case id.Expiry.IsZero():
		return errors.New("the ID token does not say until when it holds (exp)")
	case !now.Before(id.Expiry.Add(leeway)):
		return fmt.Errorf("the ID token expired at %s, and it is %s now", stamp(id.Expiry), stamp(now))
	case id.IssuedAt.IsZero():
		return errors.New("the ID token does not say when it was issued (iat)")
	case id.IssuedAt.After(now.Add(leeway)):
		return fmt.Errorf("the ID token was issued at %s, and it is only %s now: compare the clocks of the provider and of this machine", stamp(id.IssuedAt), stamp(now))
	case id.IssuedAt.Before(now.Add(-tokenAge - leeway)):
		return fmt.Errorf("the ID token was issued at %s, too long before this sign-in: it is %s now", stamp(id.IssuedAt), stamp(now))
	}
	if nbf, there := c["nbf"].(float64); there && time.Unix(int64(nbf), 0).After(now.Add(leeway)) {
		return fmt.Errorf("the ID token does not hold before %s, and it is only %s now", stamp(time.Unix(int64(nbf), 0)), stamp(now))
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// exchangeFailed says what a token endpoint answered; only a provider that does not answer cannot be reached.
func (s SignIn) exchangeFailed(err error) *Failure {
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok && strings.HasPrefix(err.Error(), "oauth2: ") { // JSON came, and oauth2 found no token in it
		return &Failure{Kind: Untrusted, Title: cannotBeUsed,
			Text: fmt.Sprintf("%s accepted the sign-in, but its answer has no access token in it.", s.Connection), Next: tellAdmin, Err: err}
	}
	if !ok {
		return s.failed("the tokens of your sign-in", err)
	}
	code, says := printable(refused.ErrorCode, 60), printable(refused.ErrorDescription, 200)
	why := fmt.Errorf("the token endpoint refused the code: %s %s", code, says)
	if says != "" {
		says = " It says: “" + says + "”"
	}
	f := s.untrusted(why)
	switch refused.ErrorCode {
	case "invalid_grant":
		f = expired(why)
		f.Text = s.Connection + " does not accept the sign-in any more (invalid_grant): it was used already, took too long, or was begun in another browser." + says
	case "invalid_client", "unauthorized_client":
		f.Title = s.Connection + " does not accept Usher"
		f.Text = fmt.Sprintf("The client ID or the client secret that Usher shows is not the one that %s knows (%s).%s", s.Connection, code, says)
		f.Next = tellAdmin
	case "":
		f.Title, f.Next = cannotBeUsed, tellAdmin
		f.Text = fmt.Sprintf("Usher asked %s for the tokens of your sign-in, and it refused (HTTP %d) without saying why.", s.Connection, refused.Response.StatusCode)
	default:
		f.Title = s.Connection + " did not sign you in"
		f.Text = fmt.Sprintf("%s (%s)%s", errorWords(code), code, says)
	}
	return f
}

// noIDToken is for an answer that has tokens, but not the one that says who signed in.
func (s SignIn) noIDToken() *Failure {
	return &Failure{Kind: Untrusted, Title: cannotBeUsed,
		Text: s.Connection + " accepted the sign-in, but sent no ID token, which says who you are. The client there may not be one of OpenID Connect, or may not be allowed the scope openid.",
		Next: tellAdmin, Err: errors.New("the provider sent no ID token")}
}

// verifyFailed tells keys that could not be read from a token that is wrong.
func (s SignIn) verifyFailed(err, unread error) *Failure {
	switch w, came := errors.AsType[*wrongAnswer](unread); {
	case unread == nil:
		return s.untrusted(err)
	case !came && strings.Contains(unread.Error(), "failed to decode keys"):
		return s.failed("its signing keys", &badDocument{"its signing keys cannot be read"})
	case came:
		return s.failed("its signing keys", w)
	}
	return s.unreachable(unread)
}

// keyReader remembers why a verification failed for want of the keys, which go-oidc does not say.
type keyReader struct {
	*goidc.RemoteKeySet
	unread error
}

// VerifySignature implements oidc.KeySet of go-oidc.
func (k *keyReader) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := k.RemoteKeySet.VerifySignature(ctx, jwt)
	if k.unread = nil; unread(err) {
		k.unread = err
	}
	return payload, err
}

func unread(err error) bool { return err != nil && strings.HasPrefix(err.Error(), "fetching keys") }
