package oidc

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/oauth2"

	"usher/directory"
)

func splitScopes(s string) []string { return strings.Fields(s) }

// complete adds what only UserInfo says (OpenID Connect Core §5.3): many providers keep their ID tokens short. When
// it cannot be read the sign-in ends, since an attribute that is missing today would look like one that was cleared.
func (s *Service) complete(ctx context.Context, in SignIn, p *provider, token *oauth2.Token, c Claims) (Claims, error) {
	if p.UserInfoURL == "" {
		return c, nil
	}
	info, err := p.oidc.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		if strings.HasPrefix(err.Error(), "oidc: ") { // it came, and go-oidc could not read it
			return nil, in.untrusted(fmt.Errorf("read UserInfo: %w", err))
		}
		return nil, in.failed("what it says of you (UserInfo)", fmt.Errorf("read UserInfo: %w", err))
	}
	if info.Subject != c.Text("sub") {
		return nil, in.untrusted(fmt.Errorf("UserInfo speaks of somebody else than the ID token"))
	}
	more := Claims{}
	if err := info.Claims(&more); err != nil {
		return nil, in.untrusted(fmt.Errorf("read UserInfo: %w", err))
	}
	return merge(c, more), nil
}

// merge completes an ID token. An address and whether it is verified come from the same place: a flag about one
// address says nothing about another.
func merge(c, more Claims) Claims {
	c, more = c.present(), more.present()
	_, address := c["email"]
	if _, other := more["email"]; other && !address {
		delete(c, "email_verified")
	}
	same := !address || directory.SameAddress(c.Text("email"), more.Text("email"))
	for name, v := range more {
		if _, there := c[name]; there || name == "email_verified" && !same {
			continue
		}
		c[name] = v
	}
	return c
}

// present leaves out claims that say nothing: null, and text without a character. Providers send them for what they do
// not know, so they are treated like claims that are missing.
func (c Claims) present() Claims { return presentIn(c) }

func presentIn(m map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	for name, v := range m {
		switch v := v.(type) {
		case nil:
		case string:
			if strings.TrimSpace(v) != "" {
				out[name] = v
			}
		case map[string]any:
			out[name] = presentIn(v)
		default:
			out[name] = v
		}
	}
	return out
}
