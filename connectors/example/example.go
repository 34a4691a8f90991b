// Package example is a connector to begin from: the smallest that keeps the whole contract, to an imaginary badge
// office. It is not for use: connectors/all does not list it; tests show with it that a new kind is a folder and a line.
package example

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"usher/connectors"
)

// Kind is stored: never rename.
const Kind = "example"

// Keys of the fields. Stored: never rename.
const (
	keyURL          = "url"
	keyAPIKey       = "api_key"
	keyAllowPrivate = "allow_private_network"
)

// Keys of the attributes, which are the office's own names. Stored: never rename.
const (
	attrName   = "name"
	attrTitle  = "title"
	attrActive = "active"
)

// Definition describes the kind. Form, checks, mapping page, test button, apply files and reference come from it.
func Definition() connectors.Definition {
	return connectors.Definition{
		Kind: Kind, Name: "Badge office", Summary: "Badges of an imaginary office.", Icon: "id-card",
		Fields: []connectors.Field{
			{Key: keyURL, Label: "Office URL", Type: connectors.URL, Required: true, Identity: connectors.Address, Placeholder: "https://badges.example.com"},
			{Key: keyAPIKey, Label: "API key", Section: connectors.SectionAuth, Type: connectors.Password, Required: true, Help: "The office gives it out at its desk."},
			{Key: keyAllowPrivate, Label: "Allow private network", Section: connectors.SectionDanger, Type: connectors.Switch, Default: "false",
				Help: "Lets Usher call addresses inside your own network, and without TLS."},
		},
		Attributes: []connectors.Attribute{
			{Key: attrName, Label: "Name", Type: connectors.String, Required: true, Matching: true, Default: `user.userName`},
			{Key: attrTitle, Label: "Title", Type: connectors.String, Default: `user.title`},
			{Key: attrActive, Label: "Active", Type: connectors.Boolean, Default: `user.active`},
		},
		Modes:  []connectors.Mode{connectors.Disable, connectors.Delete},
		Budget: connectors.Budget{RequestsPerSecond: 10, Concurrency: 4},
		Options: func(c connectors.Config) connectors.ClientOptions {
			return connectors.ClientOptions{AllowPrivate: c.On(keyAllowPrivate), AllowHTTP: c.On(keyAllowPrivate)}
		},
		Open: func(c connectors.Config, client *http.Client) (connectors.Connector, error) {
			return &connector{base: strings.TrimRight(c.Text(keyURL), "/"), key: c.Secrets[keyAPIKey].Reveal, client: client}, nil
		},
	}
}

type connector struct {
	base   string
	key    func() string // not a string, so that nothing can print it with the connector
	client *http.Client
}

// badge is the office's object. Key is ours, "" when somebody else made it.
type badge struct {
	ID     string `json:"id"`
	Key    string `json:"key"`
	Name   string `json:"name"`
	Title  string `json:"title,omitempty"`
	Active bool   `json:"active"`
	Master bool   `json:"master,omitempty"` // opens every door
}

func (b badge) account() connectors.Account {
	return connectors.Account{ID: b.ID, ExternalID: b.Key, Protected: b.Master, Shown: map[string]any{attrName: b.Name, attrTitle: b.Title, attrActive: b.Active}}
}

// Check implements connectors.Connector.
func (c *connector) Check(ctx context.Context) (connectors.Report, error) {
	var none []badge
	if err := c.call(ctx, connectors.OpCheck, http.MethodGet, "/badges?name=", nil, &none); err != nil {
		return connectors.Report{Steps: []connectors.Step{{Name: "Read the badges", State: connectors.StepFailed, Detail: err.Message, Remedy: err.Remedy}}}, err
	}
	return connectors.Report{Steps: []connectors.Step{{Name: "Read the badges", State: connectors.StepOK, Detail: "The office answers."}},
		Capabilities: []connectors.Capability{{Name: "Disable badges", Can: true}, {Name: "Groups", Note: "An office has none."}}}, nil
}

// Find implements connectors.Connector.
func (c *connector) Find(ctx context.Context, p connectors.Profile) (connectors.Account, error) {
	for _, by := range []struct{ query, value string }{{"key", p.ResourceID}, {"name", p.Text(attrName)}} {
		var all, found []badge
		if err := c.call(ctx, connectors.OpFind, http.MethodGet, "/badges?"+by.query+"="+url.QueryEscape(by.value), nil, &all); err != nil {
			return connectors.Account{}, err
		}
		for _, b := range all { // what the office answers is compared here, too
			if by.query == "key" && connectors.SameID(b.Key, by.value) || by.query == "name" && strings.EqualFold(b.Name, by.value) {
				found = append(found, b)
			}
		}
		switch len(found) {
		case 0:
		case 1:
			return found[0].account(), nil
		default:
			return connectors.Account{}, &connectors.Error{Kind: connectors.Invalid, Op: connectors.OpFind, Message: "The badges " + found[0].ID + " and " + found[1].ID + " are both this user's.",
				Remedy: "Remove one of them at the office."}
		}
	}
	return connectors.Account{}, &connectors.Error{Kind: connectors.NotFound, Op: connectors.OpFind, Message: "There is no such badge."}
}

// Create implements connectors.Connector.
func (c *connector) Create(ctx context.Context, p connectors.Profile) (connectors.Account, error) {
	body := map[string]any{"key": p.ResourceID}
	for k, v := range p.Values {
		body[k] = v
	}
	var made badge
	if err := c.call(ctx, connectors.OpCreate, http.MethodPost, "/badges", body, &made); err != nil {
		return connectors.Account{}, err
	}
	return made.account(), nil
}

// Read implements connectors.Connector.
func (c *connector) Read(ctx context.Context, id string) (connectors.Account, error) {
	var b badge
	if err := c.call(ctx, connectors.OpRead, http.MethodGet, "/badges/"+url.PathEscape(id), nil, &b); err != nil {
		return connectors.Account{}, err
	}
	return b.account(), nil
}

// Update implements connectors.Connector.
func (c *connector) Update(ctx context.Context, id string, changes connectors.Changes) (connectors.Account, error) {
	body := map[string]any{}
	for k, v := range changes.Set {
		body[k] = v
	}
	for _, k := range changes.Clear {
		body[k] = nil
	}
	if changes.Stamp {
		body["key"] = changes.Want.ResourceID
	}
	if len(body) == 0 {
		return connectors.Account{}, nil
	}
	var b badge
	if err := c.call(ctx, connectors.OpUpdate, http.MethodPatch, "/badges/"+url.PathEscape(id), body, &b); err != nil {
		return connectors.Account{}, err
	}
	return b.account(), nil
}

// Deprovision implements connectors.Connector.
func (c *connector) Deprovision(ctx context.Context, id string, m connectors.Mode) error {
	if m == connectors.Delete {
		return plain(c.call(ctx, connectors.OpDeprovision, http.MethodDelete, "/badges/"+url.PathEscape(id), nil, nil))
	}
	return plain(c.call(ctx, connectors.OpDeprovision, http.MethodPatch, "/badges/"+url.PathEscape(id), map[string]any{attrActive: false}, nil))
}

// plain keeps a nil *Error from becoming an error that is not nil.
func plain(e *connectors.Error) error {
	if e == nil {
		return nil
	}
	return e
}

func (c *connector) call(ctx context.Context, op, method, path string, in, out any) *connectors.Error {
	body, err := json.Marshal(in)
	if err != nil {
		return &connectors.Error{Kind: connectors.Invalid, Op: op, Message: "The badge cannot be written as JSON.", Remedy: "Correct the attribute mapping.", Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return &connectors.Error{Kind: connectors.Misconfigured, Op: op, Message: "The office's URL cannot be used.", Remedy: "Correct the URL.", Err: err}
	}
	req.Header.Set("X-Badge-Key", c.key())
	resp, err := c.client.Do(req)
	if err != nil {
		return connectors.NoAnswer(op, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusBadRequest {
		return failure(op, resp)
	}
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return connectors.NoAnswer(op, err)
	}
	return nil
}

func failure(op string, resp *http.Response) *connectors.Error {
	var words struct{ Error string }
	_ = json.NewDecoder(resp.Body).Decode(&words) // an answer without words has its status
	e := &connectors.Error{Op: op, Status: resp.StatusCode, Message: words.Error, RetryAfter: connectors.RetryAfter(resp.Header, time.Now())}
	if e.Message == "" {
		e.Message = "The office answered " + resp.Status + "."
	}
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		e.Kind, e.Remedy = connectors.Denied, "Ask the office for a new API key."
	case http.StatusNotFound:
		e.Kind = connectors.NotFound
	case http.StatusConflict:
		e.Kind, e.Remedy = connectors.Conflict, "Give the user another name, or rename the badge."
	case http.StatusTooManyRequests:
		e.Kind, e.Remedy = connectors.RateLimited, "Nothing: Usher waits as long as the office asks."
	case http.StatusBadRequest:
		e.Kind, e.Remedy = connectors.Invalid, "Correct the user's attributes."
	default:
		e.Kind, e.Remedy = connectors.Temporary, "Nothing: Usher tries again by itself."
	}
	return e
}
