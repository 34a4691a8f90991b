package server

import (
	"context"
	"fmt"
	"unicode/utf8"

	"usher/auth"
	"usher/directory"
	"usher/scim"
)

// setPassword keeps the hash of a password that the resource carries, and the password for targets that are sent it; one that it lacks is left as it is.
func (s *Server) setPassword(ctx context.Context, c *call, u *directory.User, m map[string]any) error {
	password, ok := m["password"].(string)
	if !ok {
		if c.dropPassword {
			u.PasswordHash = ""
		}
		return nil
	}
	if c.hash == "" {
		if words := checkPassword(c, password, *u); words != "" {
			return invalid(scim.InvalidValue, "password: %s", words)
		}
		hash, err := s.HashPassword(ctx, password)
		if err != nil {
			return fmt.Errorf("hash the password of %s: %w", u.UserName, err)
		}
		c.hash = hash // one hash serves every try of the same call
	}
	u.PasswordHash, u.Arrival.Password = c.hash, directory.Secret(password)
	return nil
}

// checkPassword holds people to the rules for passwords. An application passes on what another system's rules have
// let through, often a random text of eight characters, so only its size is looked at.
func checkPassword(c *call, password string, u directory.User) string {
	if c.me {
		return auth.CheckPassword(password, u.UserName, u.Email(), u.DisplayName, u.Name.GivenName, u.Name.FamilyName)
	}
	if utf8.RuneCountInString(password) > auth.MaxPassword {
		return fmt.Sprintf("Use at most %d characters.", auth.MaxPassword)
	}
	return ""
}
