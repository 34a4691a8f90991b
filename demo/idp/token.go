package idp

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	keyID     = "demo"
	tokenLife = 10 * time.Minute
)

// keys is the key set (RFC 7517 §5).
func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key().Public(), KeyID: keyID, Algorithm: string(jose.RS256), Use: "sig"}}})
}

// token exchanges a code (RFC 6749 §4.1.3, RFC 7636 §4.6).
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	client, ok := p.authenticate(r)
	if !ok {
		w.Header().Set("WWW-Authenticate", "Basic")
		answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	if r.PostFormValue("grant_type") != "authorization_code" {
		answer(w, http.StatusBadRequest, map[string]string{"error": "unsupported_grant_type"})
		return
	}
	g, ok := p.redeem(r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !ok || g.client != client || g.redirect != r.PostFormValue("redirect_uri") || !equal(g.challenge, base64.RawURLEncoding.EncodeToString(sum[:])) {
		answer(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
		return
	}
	id, err := p.idToken(g)
	if err != nil {
		answer(w, http.StatusInternalServerError, map[string]string{"error": "server_error"})
		return
	}
	answer(w, http.StatusOK, map[string]any{"access_token": p.accessToken(g.person), "token_type": "Bearer", "expires_in": int(tokenLife.Seconds()), "id_token": id})
}

// authenticate takes client_secret_basic and client_secret_post (RFC 6749 §2.3.1).
func (p *Provider) authenticate(r *http.Request) (id string, ok bool) {
	id, secret, basic := r.BasicAuth()
	if basic {
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	} else {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c, known := p.clients[id]
	return id, known && equal(c.Secret, secret)
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// redeem takes the code away: it is good for one try.
func (p *Provider) redeem(code string) (grant, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	g, ok := p.grants[code]
	delete(p.grants, code)
	return g, ok && time.Now().Before(g.until)
}

func (p *Provider) accessToken(who Person) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.tokens) >= most {
		clear(p.tokens)
	}
	t := rand.Text()
	p.tokens[t] = who
	return t
}

// idToken holds what says who it is; the rest of the profile comes by UserInfo.
func (p *Provider) idToken(g grant) (string, error) {
	now := time.Now()
	return p.Sign(map[string]any{"iss": p.issuer, "sub": g.person.Subject, "aud": g.client, "nonce": g.nonce, "iat": now.Unix(),
		"exp": now.Add(tokenLife).Unix(), "preferred_username": g.person.UserName, "email": g.person.Email, "email_verified": g.person.Verified})
}

// Sign makes a JWT with RS256 (RFC 7515 §3.1).
func (p *Provider) Sign(claims map[string]any) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: p.key(), KeyID: keyID}}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(claims).Serialize()
}

// userInfo is OpenID Connect Core §5.3.
func (p *Provider) userInfo(w http.ResponseWriter, r *http.Request) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	p.mu.Lock()
	who, ok := p.tokens[token]
	p.mu.Unlock()
	if !ok {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_token"})
		return
	}
	answer(w, http.StatusOK, who.claims())
}
