package google

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/jwt"

	"usher/connectors"
)

// tokens gets access tokens, one for each scope, and keeps them as long as they last. A scope that was not
// delegated fails the whole request for a token, so that scopes which are nice to have must not ride along.
type tokens struct {
	config jwt.Config // without scopes
	client *http.Client
	held   *connectors.CachedBy[string, string] // by scope
}

// unsaidLife is how long a token is used whose answer does not say when it ends; Google's always do.
const unsaidLife = time.Minute

// tokenError is a token that could not be had. Nothing was sent to the API then.
type tokenError struct {
	status            int // 0 when no answer came
	code, description string
	header            http.Header
	err               error
}

func (e *tokenError) Error() string {
	if e.code == "" && e.err != nil {
		return "no access token: " + e.err.Error()
	}
	return "no access token: " + e.code + ": " + e.description
}

func (e *tokenError) Unwrap() error { return e.err }

// get gives a token that is not the refused one.
func (t *tokens) get(ctx context.Context, scope, refused string) (string, error) {
	token, err := t.held.Of(scope).Get(ctx, func(held string) bool { return held == refused }, func() (string, time.Duration, error) { return t.fetch(ctx, scope) })
	if _, ok := errors.AsType[*tokenError](err); err != nil && !ok { // it waited for another's
		return "", &tokenError{err: err}
	}
	return token, err
}

// carrier makes the requests of a library that takes no context for the one attempt, and remembers what went
// wrong, which the library tells as mere text.
type carrier struct {
	ctx  context.Context
	next http.RoundTripper
	err  error
}

func (c *carrier) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(r.WithContext(c.ctx))
	if err == nil && resp.StatusCode == http.StatusOK {
		err = refusedInside(resp)
	}
	c.err = err
	return resp, err
}

// refusedInside makes a refusal (RFC 6749 §5.2) of an answer that says so under a status line that says yes, which the
// library does not look for.
func refusedInside(resp *http.Response) error {
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	var said struct {
		Code  string `json:"error"`
		Token string `json:"access_token"`
	}
	if json.Unmarshal(body, &said) == nil && said.Code != "" && said.Token == "" {
		resp.StatusCode = http.StatusBadRequest
	}
	return nil
}

func (t *tokens) fetch(ctx context.Context, scope string) (token string, life time.Duration, err error) {
	c := &carrier{ctx: ctx, next: transportOf(t.client)}
	config := t.config
	config.Scopes = []string{scope}
	client := &http.Client{Transport: c, CheckRedirect: t.client.CheckRedirect}
	got, err := config.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, client)).Token()
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		e := &tokenError{status: refused.Response.StatusCode, header: refused.Response.Header, err: errors.New("the token endpoint refused")}
		var said struct {
			Code        string `json:"error"`
			Description string `json:"error_description"`
		}
		if json.Unmarshal(refused.Body, &said) == nil {
			e.code, e.description = said.Code, said.Description
		}
		return "", 0, e
	}
	switch {
	case c.err != nil:
		return "", 0, &tokenError{err: c.err}
	case err != nil:
		return "", 0, &tokenError{err: err}
	case got.AccessToken == "":
		return "", 0, &tokenError{err: errors.New("the token endpoint gave no token")}
	case got.Expiry.IsZero():
		return got.AccessToken, unsaidLife, nil
	}
	return got.AccessToken, connectors.TokenLife(time.Until(got.Expiry)), nil
}

func transportOf(c *http.Client) http.RoundTripper {
	if c.Transport == nil {
		return http.DefaultTransport
	}
	return c.Transport
}

// scrub takes the tokens that were fetched last out of foreign words.
func (t *tokens) scrub(s string) string {
	for _, token := range t.held.Latest() {
		if token != "" {
			s = strings.ReplaceAll(s, token, "[secret]")
		}
	}
	return s
}

// authorized adds the token of one scope. A 401 is certain to have changed nothing: the token is dropped and the
// request sent once more with a new one, for Google may revoke tokens before their time.
type authorized struct {
	tokens *tokens
	scope  string
	next   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (a *authorized) RoundTrip(req *http.Request) (*http.Response, error) {
	token, err := a.tokens.get(req.Context(), a.scope, "")
	if err != nil {
		closeBody(req)
		return nil, err
	}
	resp, err := a.next.RoundTrip(bearing(req, token))
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	again := bearing(req, token)
	if req.Body != nil && req.Body != http.NoBody {
		if req.GetBody == nil {
			return resp, nil
		}
		if again.Body, err = req.GetBody(); err != nil {
			return resp, nil //nolint:nilerr // the refusal is the better answer
		}
	}
	const modest = 64 << 10
	_, _ = io.CopyN(io.Discard, resp.Body, modest) // so that the connection can be used again
	resp.Body.Close()
	if token, err = a.tokens.get(req.Context(), a.scope, token); err != nil {
		closeBody(again)
		return nil, err
	}
	return a.next.RoundTrip(bearing(again, token))
}

func bearing(req *http.Request, token string) *http.Request {
	c := req.Clone(req.Context())
	c.Header.Set("Authorization", "Bearer "+token)
	c.Header.Set("User-Agent", connectors.UserAgent)
	return c
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}
