package connectors

import (
	"context"

	"usher/directory"
)

// PasswordSetter is a Connector whose target takes a user's password after the account was made.
type PasswordSetter interface {
	// SetPassword writes the password of an account. One that the target's rules refuse is Kind Invalid.
	SetPassword(ctx context.Context, id string, password directory.Secret) error
}

// PasswordMode is what a connector does about passwords.
type PasswordMode string

// Stored: never rename.
const (
	PasswordNone   PasswordMode = "none"   // none is sent
	PasswordRandom PasswordMode = "random" // a new account gets one that nobody knows
	PasswordSend   PasswordMode = "send"   // the user's own, at creation and on every change
)

// PasswordKey is the key of the field that chooses among Definition.Passwords. Stored: never rename.
const PasswordKey = "password_mode"

func (d Definition) passwordFields() []Field {
	if len(d.Passwords) == 0 {
		return nil
	}
	words := map[PasswordMode]string{PasswordNone: "None", PasswordRandom: "A random one that nobody knows", PasswordSend: "The user's own, at creation and on every change"}
	f := Field{Key: PasswordKey, Label: "Password", Section: SectionPolicy, Type: Select, Default: string(d.Passwords[0]),
		Help: "The user's own password is known only while it is being set: Usher seals it until it is delivered, at most seven days, and then wipes it."}
	for _, m := range d.Passwords {
		f.Options = append(f.Options, Option{string(m), words[m]})
	}
	return []Field{f}
}
