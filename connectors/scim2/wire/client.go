// Package wire speaks HTTP and SCIM messages (RFC 7644) with one service: addresses, credentials, access tokens, media types,
// redirects, versions, lists and errors. It is not for users and groups, nor for what a service can do: those are the
// connector and package service above it.
package wire

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"usher/connectors"
)

// Endpoints are the URLs of a service, as they are configured.
type Endpoints struct {
	Base          string // without a slash at its end
	Users, Groups string // of the collections; a slash at the end is there because it was entered
}

// Client makes the requests to one service: signed, in the media type that it takes, and at the address to which it
// redirects. It is safe for concurrent use.
type Client struct {
	Endpoints

	http        *http.Client
	contentType string // of every body; "" finds out
	authMode    string
	credential  [2]string   // header name and value; empty for none
	tokens      *tokens     // instead of credential; nil for none
	headers     http.Header // besides
	secrets     []string    // must not come back in an error

	// What the answers taught; a new client learns it again.
	plainJSON atomic.Bool // refuses application/scim+json
	versioned atomic.Bool // wants If-Match with every write
	listEnd   pathEnd     // of the URLs of collections
	itemEnd   pathEnd     // of the URLs of single resources
	moved     sync.Map    // of a collection, by its URL as configured: the URL to which the service sent us on
}

// Facts are what a Client found out about its service.
type Facts struct {
	PlainJSON               bool   // bodies are application/json, because the service refuses application/scim+json
	Versioned               bool   // writes bear If-Match (RFC 7644 §3.14)
	MovedUsers, MovedGroups string // where the service wants to be asked in place of Endpoints; "" when those are right
}

// NewClient prepares requests as the settings say. contentType is the media type of bodies, "" to find it out. The error is
// of Kind Misconfigured.
func NewClient(c connectors.Config, client *http.Client, contentType string) (*Client, error) {
	w := &Client{Endpoints: endpointsOf(c), http: client, contentType: contentType, authMode: c.Text(keyAuthMode)}
	for _, u := range []string{w.Base, w.Users, w.Groups} {
		if p, err := url.Parse(u); err != nil || p.Host == "" {
			return nil, cannotOpen(fmt.Sprintf("%q is not a URL.", u), "Correct the URLs in the connector's configuration.")
		}
	}
	if err := w.authenticate(c); err != nil {
		return nil, err
	}
	return w, nil
}

func endpointsOf(c connectors.Config) Endpoints {
	e := Endpoints{Base: strings.TrimRight(c.Text(KeyBaseURL), "/"), Users: c.Text(KeyUserEndpoint), Groups: c.Text(KeyGroupEndpoint)}
	if e.Users == "" {
		e.Users = e.Base + "/Users"
	}
	if e.Groups == "" {
		e.Groups = e.Base + "/Groups"
	}
	return e
}

// Facts are what is known by now.
func (c *Client) Facts() Facts {
	return Facts{PlainJSON: c.contentType == "" && c.plainJSON.Load(), Versioned: c.versioned.Load(),
		MovedUsers: c.movedTo(c.Users), MovedGroups: c.movedTo(c.Groups)}
}

// String keeps the credential out of logs: fmt would print a field that is not exported as it is.
func (c *Client) String() string { return "SCIM client of " + c.Base }

// GoString is String, for %#v.
func (c *Client) GoString() string { return c.String() }
