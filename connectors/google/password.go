package google

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	sdk "google.golang.org/api/admin/directory/v1"

	"usher/connectors"
	"usher/directory"
)

// What Google takes as a password, in characters of ASCII (guide "Manage user accounts" of the Directory API).
const (
	shortestPassword = 8
	longestPassword  = 100
)

// SetPassword implements connectors.PasswordSetter. The user is read first: an administrator is left alone.
func (k *connector) SetPassword(ctx context.Context, id string, password directory.Secret) error {
	const op = connectors.OpUpdate
	if wrong := badPassword(password); wrong != nil {
		return at(op, wrong)
	}
	if err := usableID(op, id); err != nil {
		return err
	}
	u, err := k.current(ctx, op, id)
	switch {
	case err != nil:
		return err
	case !k.allowAdmins && k.isAdmin(u):
		return protected(op, u)
	}
	ctx = connectors.WithSecret(ctx, password.Reveal())
	if _, err = k.users.Update(id, &sdk.User{Password: password.Reveal()}).Context(ctx).Do(); err == nil {
		return nil
	}
	e := without(password.Reveal(), k.failure(op, err))
	if e.Kind == connectors.Refused && e.Status == http.StatusForbidden && k.young(ctx, e, id) {
		return tooYoung(e)
	}
	return e
}

// without takes a password out of Google's words, which may repeat it.
func without(password string, e *connectors.Error) *connectors.Error {
	for _, s := range connectors.Spellings(password) {
		for _, text := range []*string{&e.Code, &e.Message, &e.More} {
			*text = strings.ReplaceAll(*text, s, "[secret]")
		}
	}
	return e
}

// badPassword says what Google's rules have against a password, in words that do not tell it.
func badPassword(password directory.Secret) *connectors.Error {
	text := password.Reveal()
	foreign := strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
	if len(text) >= shortestPassword && len(text) <= longestPassword && !foreign {
		return nil
	}
	why := fmt.Sprintf("Google takes passwords of %d to %d characters, and this one has another length.", shortestPassword, longestPassword)
	if foreign {
		why = "Google takes only plain letters, digits and signs (ASCII) in a password, and this one has others."
	}
	return &connectors.Error{Kind: connectors.Invalid, Message: why, Remedy: "Have the user choose another password, or let the connector send a random one."}
}

// newPassword is one that nobody knows, within Google's rules.
func newPassword() string {
	const bytes = 30
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails, by its documentation
	return base64.RawURLEncoding.EncodeToString(b)
}
