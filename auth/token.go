package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"usher/directory"
)

const (
	tokenPrefix  = "usher_" // lets secret scanners find a token that leaked
	tokenChars   = 43       // of base 62: 256 bits
	maxTokenName = 120
	touchEvery   = time.Minute
)

// NewToken makes a random API token: "usher_" and 43 characters of base 62.
func NewToken() directory.Secret { return directory.Secret(tokenPrefix + base62(tokenChars)) }

// HashToken is the form in which a token is stored: SHA-256, hex. A token is random, so it needs no slow hash.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// CreateToken makes an application's API token, for ever when expires is zero; the secret is not kept, so show it now.
// Invalid names the fields name, scopes and expires.
func (s *Service) CreateToken(ctx context.Context, by directory.Actor, name string, scopes []Scope, expires time.Time, more ...TokenSetting) (Token, directory.Secret, error) {
	t := Token{Name: name, Scopes: scopes, ExpiresAt: expires}
	for _, set := range more {
		set(&t)
	}
	return s.createToken(ctx, by, t)
}

// TokenSetting is a choice about a token that is about to be made, beside those that every token has.
type TokenSetting func(*Token)

// SkipUnknownMembers is the choice of Token.SkipUnknownMembers.
func SkipUnknownMembers(yes bool) TokenSetting { return func(t *Token) { t.SkipUnknownMembers = yes } }

func (s *Service) createToken(ctx context.Context, by directory.Actor, t Token) (Token, directory.Secret, error) {
	now := s.now()
	t.Name = strings.TrimSpace(t.Name)
	f := checkToken(t.Name, t.Scopes)
	if !t.ExpiresAt.IsZero() && !t.ExpiresAt.After(now) {
		f.Add("expires", "Choose a time that is still to come.")
	}
	if err := f.Err(); err != nil {
		return Token{}, "", err
	}
	secret := NewToken()
	t.ID, t.Hash, t.CreatedBy, t.CreatedAt = newID(), HashToken(secret.Reveal()), by.Name, now
	t.ExpiresAt = t.ExpiresAt.UTC().Truncate(time.Microsecond)
	if err := s.store.CreateToken(ctx, t, s.change(by, ActionTokenCreate, t.ID, t.Name)); err != nil {
		return Token{}, "", fmt.Errorf("create token %q: %w", t.Name, err)
	}
	return t, secret, nil
}

func checkToken(name string, scopes []Scope) directory.FieldErrors {
	f := directory.FieldErrors{}
	switch {
	case name == "":
		f.Add("name", "Enter a name, such as the system that will use the token.")
	case utf8.RuneCountInString(name) > maxTokenName:
		f.Add("name", fmt.Sprintf("A name has at most %d characters.", maxTokenName))
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		f.Add("name", "A name cannot contain control characters.")
	}
	if len(scopes) == 0 {
		f.Add("scopes", "Choose what the token may be used for.")
	}
	for _, sc := range scopes {
		if !slices.ContainsFunc(Scopes(), func(i ScopeInfo) bool { return i.Scope == sc }) {
			f.Add("scopes", fmt.Sprintf("There is no scope %q.", sc))
		}
	}
	return f
}

// CheckToken finds the token that was presented and reports whether it holds and has the scope. A token stops at its
// expiry, and a personal one as soon as its user is deleted or disabled.
func (s *Service) CheckToken(ctx context.Context, presented string, scope Scope) (Token, bool, error) {
	if !strings.HasPrefix(presented, tokenPrefix) || len(presented) != len(tokenPrefix)+tokenChars {
		return Token{}, false, nil
	}
	t, ok, err := s.store.TokenByHash(ctx, HashToken(presented))
	if err != nil {
		return Token{}, false, fmt.Errorf("load a token: %w", err)
	}
	now := s.now()
	if !ok || !slices.Contains(t.Scopes, scope) || t.Expired(now) {
		return Token{}, false, nil
	}
	if t.UserID != "" {
		u, ok, err := s.store.UserByID(ctx, t.UserID)
		if err != nil {
			return Token{}, false, fmt.Errorf("load the user of token %s: %w", t.ID, err)
		}
		if !ok || !u.Active {
			return Token{}, false, nil
		}
	}
	if now.Sub(t.LastUsedAt) >= touchEvery {
		if err := s.store.TouchToken(ctx, t.ID, now); err != nil {
			return Token{}, false, fmt.Errorf("touch token %s: %w", t.ID, err)
		}
	}
	return t, true, nil
}

const tokensPerPage = 50

// Tokens is one page of the applications' API tokens, newest first. before is the next of the page before, "" for the
// first page; next is "" on the last.
func (s *Service) Tokens(ctx context.Context, before string) (tokens []Token, next string, err error) {
	tokens, err = s.store.ListTokens(ctx, TokenFilter{Before: before, Limit: tokensPerPage + 1})
	if err != nil {
		return nil, "", fmt.Errorf("list tokens: %w", err)
	}
	if len(tokens) > tokensPerPage {
		tokens = tokens[:tokensPerPage]
		next = tokens[tokensPerPage-1].ID
	}
	return tokens, next, nil
}

// RevokeToken ends an application's API token at once. NotFound when there is none with the ID.
func (s *Service) RevokeToken(ctx context.Context, by directory.Actor, id string) error {
	if err := s.store.DeleteToken(ctx, "", id, s.change(by, ActionTokenRevoke, id, "")); err != nil {
		return fmt.Errorf("revoke token %s: %w", id, err)
	}
	return nil
}

// Expired reports whether the token's time is over.
func (t Token) Expired(now time.Time) bool { return !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt) }

// Actor is how acts with the token are signed.
func (t Token) Actor() directory.Actor {
	return directory.Actor{Kind: directory.ByToken, ID: t.ID, Name: t.Name}
}

const alphabet62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// base62 draws again when a byte falls past the last multiple of 62, so that each character is equally likely.
func base62(n int) string {
	const limit = 256 / 62 * 62
	out := make([]byte, 0, n)
	var b [64]byte
	for len(out) < n {
		_, _ = rand.Read(b[:])
		for _, v := range b {
			if v < limit && len(out) < n {
				out = append(out, alphabet62[v%62])
			}
		}
	}
	return string(out)
}
