package scim2

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"usher/connectors"
)

// connector speaks to one service. It is safe for concurrent use.
type connector struct {
	client     *http.Client
	users      string // URL of the collection, without a slash at its end
	groups     string
	base       string
	credential [2]string // header name and value; empty for none
	secrets    []string  // must not come back in an error
	authMode   string
	updateMode string
	filters    string
	learned    learned
}

// String and GoString keep the credential out of logs: fmt would print a field that is not exported as it is.
func (k *connector) String() string   { return "scim2 connector of " + k.base }
func (k *connector) GoString() string { return k.String() }

// learned is what the service turned out not to do. It is forgotten when the configuration is opened anew.
type learned struct {
	plainJSON    atomic.Bool // refuses application/scim+json
	noPatch      atomic.Bool
	noDelete     atomic.Bool
	noIDFilter   atomic.Bool // cannot filter by externalId
	noNameFilter atomic.Bool // cannot filter by userName
	collection   atomic.Bool // the users endpoint has answered as one: a bare 404 means "none" there
	taken        taken
}

// taken remembers the names that a create was refused for: such a name exists, so that a filter which finds
// nothing compares differently, and the list is worth reading.
type taken struct {
	mu    sync.Mutex
	names map[string]struct{}
}

const maxTaken = 1000

func (t *taken) add(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.names == nil || len(t.names) >= maxTaken {
		t.names = map[string]struct{}{}
	}
	t.names[strings.ToLower(name)] = struct{}{}
}

// take reports whether the name was there, and forgets it.
func (t *taken) take(name string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, ok := t.names[strings.ToLower(name)]
	delete(t.names, strings.ToLower(name))
	return ok
}

func open(c connectors.Config, client *http.Client) (*connector, error) {
	k := &connector{
		client:     client,
		base:       strings.TrimRight(c.Text(keyBaseURL), "/"),
		users:      strings.TrimRight(c.Text(keyUserEndpoint), "/"),
		groups:     strings.TrimRight(c.Text(keyGroupEndpoint), "/"),
		authMode:   c.Text(keyAuthMode),
		updateMode: c.Text(keyUpdateMode),
		filters:    c.Text(keyFilterSupport),
	}
	if k.users == "" {
		k.users = k.base + "/Users"
	}
	if k.groups == "" {
		k.groups = k.base + "/Groups"
	}
	for _, u := range []string{k.base, k.users, k.groups} {
		if p, err := url.Parse(u); err != nil || p.Host == "" {
			return nil, cannotOpen(fmt.Sprintf("%q is not a URL.", u), "Correct the URLs in the connector's configuration.")
		}
	}
	switch k.authMode {
	case authBearer:
		k.credential = [2]string{"Authorization", "Bearer " + c.Secret(keyToken)}
	case authBasic:
		pair := c.Text(keyUsername) + ":" + c.Secret(keyPassword)
		k.credential = [2]string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))}
	case authAPIKey:
		name := textproto.CanonicalMIMEHeaderKey(c.Text(keyAPIKeyHeader))
		if !validHeaderName(name) {
			return nil, cannotOpen(fmt.Sprintf("%q cannot be the name of a header.", name), "Correct the header name in the connector's configuration; it has no spaces.")
		}
		k.credential = [2]string{name, c.Secret(keyAPIKey)}
	}
	if _, v, ok := strings.Cut(k.credential[1], " "); ok && k.authMode != authAPIKey {
		k.secrets = append(k.secrets, v)
	}
	for _, s := range c.Secrets {
		if len(s.Reveal()) > 3 {
			k.secrets = append(k.secrets, s.Reveal())
		}
	}
	return k, nil
}

func cannotOpen(message, remedy string) error {
	return &connectors.Error{Kind: connectors.Misconfigured, Op: "open", Message: message, Remedy: remedy}
}

// validHeaderName is RFC 9110's token; net/http would refuse anything else at every request.
func validHeaderName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

// scrub takes the connector's secrets out of foreign words.
func (k *connector) scrub(s string) string {
	for _, secret := range k.secrets {
		s = strings.ReplaceAll(s, secret, "[secret]")
	}
	return s
}
