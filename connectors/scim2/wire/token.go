package wire

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"usher/connectors"
)

// unsaidLife is how long a token is used that does not say how long it lasts.
const unsaidLife = 15 * time.Minute

// tokens gets access tokens with the client's own credentials (RFC 6749 §4.4) and keeps one for as long as it lasts.
type tokens struct {
	config clientcredentials.Config
	client *http.Client
	now    func() time.Time
	held   *connectors.Cached[string]
}

func newTokens(c connectors.Config, client *http.Client) *tokens {
	t := &tokens{client: client, now: time.Now, config: clientcredentials.Config{
		ClientID: c.Text(keyClientID), ClientSecret: c.Secret(keyClientSecret), TokenURL: c.Text(keyTokenURL),
		Scopes: strings.Fields(c.Text(keyScope)), AuthStyle: oauth2.AuthStyleInHeader}}
	t.held = connectors.NewCached[string](func() time.Time { return t.now() })
	if c.Text(keyClientAuth) == clientAuthBody {
		t.config.AuthStyle = oauth2.AuthStyleInParams
	}
	return t
}

// get gives a token that is not the refused one.
func (t *tokens) get(ctx context.Context, refused string) (string, error) {
	return t.held.Get(ctx, func(held string) bool { return held == refused }, func() (string, time.Duration, error) {
		fresh, err := t.config.Token(context.WithValue(ctx, oauth2.HTTPClient, t.client))
		switch {
		case err != nil:
			return "", 0, err
		case fresh.Expiry.IsZero():
			return fresh.AccessToken, unsaidLife, nil
		}
		return fresh.AccessToken, connectors.TokenLife(time.Until(fresh.Expiry)), nil
	})
}

// UsesTokens reports whether requests are signed with access tokens of a token URL (RFC 6749 §4.4).
func (c *Client) UsesTokens() bool { return c.tokens != nil }

// EnsureToken gets an access token, unless there is one that lasts. The error is a connectors.Error about the token URL, with
// the Op of a check.
func (c *Client) EnsureToken(ctx context.Context) error {
	if _, err := c.tokens.get(ctx, ""); err != nil {
		return c.noToken(connectors.OpCheck, err)
	}
	return nil
}

// noToken says why there is no token. Nothing was sent to the API then, so that no create is in doubt.
func (c *Client) noToken(op string, err error) *connectors.Error {
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		e := connectors.NoAnswer(connectors.OpCheck, err)
		e.Op, e.Message = op, "Usher could not get an access token. "+c.scrub(e.Message)
		return e
	}
	said, more := c.words(refused.Body)
	e := &connectors.Error{Op: op, Status: refused.Response.StatusCode, Code: c.scrub(refused.ErrorCode), Kind: connectors.Denied, More: more,
		Message: "The token URL gave Usher no access token: " + said.Detail,
		Remedy:  "Check the client ID, the client secret, the scopes and the client authentication in the connector's configuration."}
	if said.Detail == "" {
		e.Message = "The token URL gave Usher no access token, and no reason."
	}
	switch s := e.Status; {
	case s == http.StatusTooManyRequests:
		e.Kind, e.RetryAfter = connectors.RateLimited, connectors.RetryAfter(refused.Response.Header, time.Now())
		e.Remedy = "Usher waits as long as the token URL asked."
	case s >= 500, s == http.StatusRequestTimeout, slices.Contains([]string{"server_error", "temporarily_unavailable"}, refused.ErrorCode):
		e.Kind, e.Remedy = connectors.Temporary, "Usher tries again by itself. If this lasts, ask whoever runs the token URL."
	case s >= 300 && s < 400, s == http.StatusNotFound, s == http.StatusMethodNotAllowed:
		e.Kind, e.Remedy = connectors.Misconfigured, "Correct the token URL in the connector's configuration."
	}
	return e
}
