package salesforce

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"usher/connectors"
	"usher/directory"
)

// call is one request. Its path stands below /services/data/<version>/ unless it begins with a slash.
type call struct {
	op      string
	creates bool // when no answer comes, an account may have been made
	method  string
	path    string
	body    any
	open    bool             // needs no session
	secret  directory.Secret // stands in the body, and may come back in Salesforce's words
}

// answer is what came back with a status below 300.
type answer struct {
	status int
	body   []byte
}

func (c call) get(path string) call { c.method, c.path, c.body = http.MethodGet, path, nil; return c }

// do makes the request. A session that ended is certain to have changed nothing: one new login, and the request once more.
func (k *connector) do(ctx context.Context, c call) (answer, error) {
	if err := k.budget.admit(c.op, k.now()); err != nil {
		return answer{}, err
	}
	var s session
	var err error
	if !c.open {
		if s, err = k.login.get(ctx, c.op, ""); err != nil {
			return answer{}, err
		}
	}
	a, refused, err := k.send(ctx, c, s.token)
	if refused {
		if s, err = k.login.get(ctx, c.op, s.token); err != nil {
			return answer{}, err
		}
		a, _, err = k.send(ctx, c, s.token)
	}
	return a, err
}

// send makes one exchange. refused: the session is not accepted any more.
func (k *connector) send(ctx context.Context, c call, token string) (a answer, refused bool, err error) {
	req, err := k.request(connectors.WithSecret(ctx, c.secret.Reveal()), c, token)
	if err != nil {
		return a, false, &connectors.Error{Kind: connectors.Invalid, Op: c.op, Message: "The request could not be written.", Remedy: remedyValues, Err: err}
	}
	resp, err := k.client.Do(req)
	if err != nil {
		return a, false, k.lost(c, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	k.budget.learn(resp.Header.Get("Sforce-Limit-Info"), k.now())
	if resp.StatusCode < http.StatusMultipleChoices {
		if err != nil {
			return a, false, k.lost(c, err)
		}
		if !refusedInside(body) {
			return answer{resp.StatusCode, body}, false, nil
		}
		resp.StatusCode = http.StatusBadRequest
	}
	e := k.failure(c, resp, body)
	return a, resp.StatusCode == http.StatusUnauthorized && (e.Code == codeSession || e.Code == "") && !c.open, e
}

func (k *connector) lost(c call, err error) error {
	e := connectors.NoAnswer(c.op, err)
	if !c.creates {
		e = certain(e)
	}
	e.Message = k.login.scrub(e.Message)
	return e
}

func (k *connector) request(ctx context.Context, c call, token string) (*http.Request, error) {
	var body io.Reader
	if c.body != nil {
		b, err := json.Marshal(c.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	path := c.path
	if !strings.HasPrefix(path, "/") {
		path = k.root() + path
	}
	req, err := http.NewRequestWithContext(ctx, c.method, k.base+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json; charset=UTF-8")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return req, nil
}

func (k *connector) root() string { return "/services/data/" + k.version + "/" }

// decode reads an answer that must be JSON of a known shape.
func (k *connector) decode(c call, a answer, into any) error {
	if err := json.Unmarshal(a.body, into); err != nil {
		e := &connectors.Error{Kind: connectors.Temporary, Op: c.op, Status: a.status, Message: "Salesforce's answer cannot be read.",
			Remedy: "Usher tries again by itself. If this lasts, check that the My Domain URL is Salesforce's and not a page in front of it.", Err: err}
		if c.creates {
			e.Kind = connectors.Unknown
		}
		return e
	}
	return nil
}

func record(object, id string) string { return "sobjects/" + object + "/" + url.PathEscape(id) }
