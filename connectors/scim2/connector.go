package scim2

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"usher/connectors"
	"usher/scim"
)

// connector speaks to one service. It is safe for concurrent use.
type connector struct {
	client     *http.Client
	users      string // URL of the collection; a slash at its end is there because it was entered
	groups     string
	base       string
	traits     traits
	match      []string    // attributes that an account is recognised by, in order
	override   scim.Config // of the ServiceProviderConfig, what is set of it
	credential [2]string   // header name and value; empty for none
	tokens     *tokens     // instead of credential; nil for none
	headers    http.Header // besides
	secrets    []string    // must not come back in an error
	passwords  connectors.PasswordMode
	mapped     []connectors.Attribute // that the mapping sends something to; nil is not known
	authMode   string
	updateMode string
	filters    string
	chunk      int // members of a group that one request changes
	learned    learned
	told       atomic.Uint32 // what Learned has told of it
}

// String and GoString keep the credential out of logs: fmt would print a field that is not exported as it is.
func (k *connector) String() string { return "scim2 connector of " + k.base }

func (k *connector) GoString() string { return k.String() }

func open(c connectors.Config, client *http.Client) (*connector, error) {
	t := traitsOf(c)
	k := &connector{
		client:     client,
		base:       strings.TrimRight(c.Text(KeyBaseURL), "/"),
		users:      c.Text(KeyUserEndpoint),
		groups:     c.Text(KeyGroupEndpoint),
		traits:     t,
		match:      matchOrder(cmp.Or(c.Text(KeyMatchAttrs), matchDefault)),
		authMode:   c.Text(KeyAuthMode),
		updateMode: cmp.Or(t.updateMode, auto),
		filters:    cmp.Or(t.filters, auto),
		chunk:      cmp.Or(int(c.Number(KeyMemberChunk)), usualChunk),
		passwords:  connectors.PasswordMode(c.Text(connectors.PasswordKey)),
		mapped:     c.Mapped,
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
	if err := k.authenticate(c); err != nil {
		return nil, err
	}
	err := k.know(c)
	k.Learned() // what is configured is no news
	return k, err
}

// know takes for learned what the configuration says.
func (k *connector) know(c connectors.Config) error {
	k.learned.plainJSON.Store(k.traits.contentType == contentJSON)
	k.learned.noDelete.Store(k.traits.deleteMode == disableAccounts)
	k.learned.cursors.Store(k.traits.pagination == pagesByCursor)
	text := c.Text(KeyConfig)
	if text == "" {
		return nil
	}
	var err error
	if k.override, err = scim.DecodeConfig([]byte(text)); err != nil {
		return cannotOpen("The ServiceProviderConfig override is not a JSON object.", "Correct it in the connector's configuration.")
	}
	k.obey(k.override)
	return nil
}

func cannotOpen(message, remedy string) error {
	return &connectors.Error{Kind: connectors.Misconfigured, Op: "open", Message: message, Remedy: remedy}
}
