package scim2

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
	"usher/directory"
	"usher/scim"
)

// SetPassword implements connectors.PasswordSetter by PATCH or PUT of the attribute password (RFC 7643 §4.1.1). It is
// never compared or read back, for no service sends it.
func (k *connector) SetPassword(ctx context.Context, id string, password directory.Secret) error {
	url, err := k.accountURL(connectors.OpUpdate, id)
	if err != nil {
		return err
	}
	if password == "" {
		return &connectors.Error{Kind: connectors.Invalid, Op: connectors.OpUpdate, Message: "There is no password to set.", Remedy: "Have the user choose a password again."}
	}
	ops := []scim.Operation{{Op: scim.Replace, Path: service.AttrPassword, Value: password.Reveal()}}
	c := wire.Call{Op: connectors.OpUpdate, Method: http.MethodPatch, URL: url, Secrets: hidden(password)}
	_, err = k.change(ctx, c, ops, connectors.Changes{Set: map[string]any{service.AttrPassword: password.Reveal()}})
	if e, ok := errors.AsType[*connectors.Error](err); ok && e.Kind == connectors.Conflict { // “was already used” is about an old password
		e.Kind, e.Remedy = connectors.Invalid, "The target refused the password. Have the user choose another one."
	}
	return err
}

// newPassword is what a new account gets, "" for none. Letters of both cases, digits and signs satisfy the usual rules.
func (k *connector) newPassword(p connectors.Profile) directory.Secret {
	switch k.passwords {
	case connectors.PasswordRandom:
		return directory.Secret(rand.Text() + "-aZ7")
	case connectors.PasswordSend:
		return p.Password
	}
	return ""
}

// hidden is a password in the ways in which it may come back in a service's words.
func hidden(password directory.Secret) []string {
	if password == "" {
		return nil
	}
	return connectors.Spellings(password.Reveal())
}
