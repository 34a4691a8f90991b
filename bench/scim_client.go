package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"usher/auth"
	"usher/db"
	"usher/directory"
	"usher/scim"
	"usher/scim/server"
)

// scimClient speaks to the API on loopback, as an application with a token.
type scimClient struct {
	http   *http.Client
	base   string
	token  string
	engine string
	made   int          // users, numbered from 0
	posted atomic.Int64 // more users, by POST
	after  string       // the cursor of the list's middle
	known  known
}

// quiet settles nothing: there is no provisioner.
type quiet struct{}

func (quiet) ProvisionNow(context.Context, string, []directory.Provisioner) []directory.Outcome {
	return nil
}
func (quiet) Wake() {}

func serveSCIM(ctx context.Context, store *db.Store) (*scimClient, func(), error) {
	tokens := auth.New(store, auth.Options{})
	_, secret, err := tokens.CreateToken(ctx, directory.Actor{Kind: directory.BySystem}, "bench", []auth.Scope{auth.ScopeSCIM}, time.Time{})
	if err != nil {
		return nil, nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	api := &server.Server{Store: store, Directory: &directory.Directory{Store: store, Engine: quiet{}, Now: time.Now}, Tokens: tokens,
		BaseURL: &url.URL{Scheme: "http", Host: l.Addr().String()}, Log: slog.New(slog.DiscardHandler), Rate: 1e9, Burst: 1e9}
	s := &http.Server{Handler: api.Handler(), ReadHeaderTimeout: time.Minute}
	go func() { _ = s.Serve(l) }()
	c := &scimClient{base: "http://" + l.Addr().String() + server.Prefix, token: secret.Reveal(),
		http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	return c, func() { _ = s.Close() }, nil
}

// do sends a request, and reads a list of the answer if it is one.
func (c *scimClient) do(ctx context.Context, method, path string, body any, want int) (l scim.List, err error) {
	return l, c.send(ctx, method, path, body, want, &l)
}

// send sends a request and reads the answer into a value, if there is one for it.
func (c *scimClient) send(ctx context.Context, method, path string, body any, want int, into any) (err error) {
	var b []byte
	if body != nil {
		if b, err = json.Marshal(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", scim.MediaType)
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if b, err = io.ReadAll(res.Body); err != nil {
		return err
	}
	if res.StatusCode != want {
		return fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode, b)
	}
	if into == nil {
		return nil
	}
	return scim.Decode(b, into)
}

// one looks for one user, at random.
func (c *scimClient) one(ctx context.Context, format string) error {
	l, err := c.do(ctx, "GET", "/Users?filter="+url.QueryEscape(fmt.Sprintf(format, rand.IntN(c.made))), nil, http.StatusOK)
	if err == nil && (l.TotalResults.Value != 1 || len(l.Resources) != 1) {
		err = fmt.Errorf("%s: %d users were found", format, l.TotalResults.Value)
	}
	return err
}

// page reads a full page of the list of all.
func (c *scimClient) page(ctx context.Context, more string) error {
	l, err := c.do(ctx, "GET", fmt.Sprintf("/Users?count=%d%s", scimPage, more), nil, http.StatusOK)
	if total := c.made + int(c.posted.Load()); err == nil && (l.TotalResults.Value != total || len(l.Resources) != scimPage) {
		err = fmt.Errorf("a page has %d users of %d, there are %d", len(l.Resources), l.TotalResults.Value, total)
	}
	return err
}

// user is one more that nobody has.
func (c *scimClient) user() map[string]any {
	i := c.posted.Add(1)
	name := fmt.Sprintf("posted%06d", i)
	return map[string]any{"schemas": []string{scim.UserURN, scim.EnterpriseURN}, "userName": name, "active": true,
		"name": map[string]any{"givenName": fmt.Sprint("Given", i), "familyName": fmt.Sprint("Family", i)}, "title": "Specialist",
		"emails": []any{map[string]any{"value": name + "@example.com", "type": "work", "primary": true}}, "externalId": fmt.Sprint("E", i),
		scim.EnterpriseURN: map[string]any{"department": "Sales"}}
}

// create posts one more user.
func (c *scimClient) create(ctx context.Context) error {
	var made struct {
		ID string `json:"id"`
	}
	err := c.send(ctx, "POST", "/Users", c.user(), http.StatusCreated, &made)
	if err == nil {
		c.known.add(made.ID)
	}
	return err
}
