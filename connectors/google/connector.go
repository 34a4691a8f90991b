package google

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2/jwt"
	directory "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/option"

	"usher/connectors"
)

const apiEndpoint = "https://admin.googleapis.com/"

// connector speaks to one Workspace account. It is safe for concurrent use.
type connector struct {
	users  *directory.UsersService
	groups *directory.GroupsService
	tokens *tokens
	key    keyFile

	subject, customer string
	names             pattern
	orgUnit           string
	disabledUnit      string
	labelled          string // customType of our external ID
	archives          bool
	forceChange       bool
	invites           bool
	restores, adopts  bool
	allowAdmins       bool

	recent recent
	now    func() time.Time
}

// String and GoString keep the key out of logs: fmt would print a field that is not exported as it is.
func (k *connector) String() string   { return "google connector of " + k.key.ClientEmail }
func (k *connector) GoString() string { return k.String() }

func open(c connectors.Config, client *http.Client) (*connector, error) {
	k := &connector{
		subject: c.Text(keySubject), customer: c.Text(keyCustomer), orgUnit: c.Text(keyOrgUnit), disabledUnit: c.Text(keyDisabledUnit),
		labelled: c.Text(keyExternalIDType), archives: c.Text(keyDisableMode) == disableArchive, forceChange: c.On(keyForceChange),
		invites: c.On(keyInvite), restores: c.Text(keyOnRemoved) == removedRestore, allowAdmins: c.On(keyAllowAdmins),
		adopts: c.Text(connectors.OnExisting) == connectors.AdoptExisting, now: time.Now,
	}
	if k.customer == "" {
		k.customer = "my_customer"
	}
	if k.orgUnit == "" {
		k.orgUnit = "/"
	}
	var wrong string
	if k.key, wrong = parseKey(c.Secret(keyCredentials)); wrong != "" {
		return nil, cannotOpen(wrong)
	}
	if k.names, wrong = namesOf(c); wrong != "" {
		return nil, cannotOpen(wrong)
	}
	endpoint, tokenURL := apiEndpoint, pinnedTokenURL
	if c.On(keyAllowPrivate) {
		if v := c.Text(keyEndpoint); v != "" {
			endpoint = strings.TrimRight(v, "/") + "/"
		}
		if v := c.Text(keyTokenURL); v != "" {
			tokenURL = v
		}
	}
	k.tokens = &tokens{client: client, held: map[string]*heldToken{}, config: jwt.Config{Email: k.key.ClientEmail, PrivateKey: []byte(k.key.PrivateKey),
		PrivateKeyID: k.key.PrivateKeyID, Subject: k.subject, TokenURL: tokenURL}}
	k.key.PrivateKey = ""
	users, err := k.service(client, userScope, endpoint)
	if err != nil {
		return nil, cannotOpen("Google's client library does not start: " + err.Error())
	}
	groups, err := k.service(client, groupScope, endpoint)
	if err != nil {
		return nil, cannotOpen("Google's client library does not start: " + err.Error())
	}
	k.users, k.groups = users.Users, groups.Groups
	return k, nil
}

func namesOf(c connectors.Config) (pattern, string) {
	text := c.Text(keyPattern)
	if text == "" {
		text = "{" + userNamePart + "}"
	}
	domains := splitDomains(c.Text(keyDomains))
	if len(domains) == 0 {
		return pattern{}, "The connector has no allowed e-mail domains."
	}
	return parsePattern(text, c.Text(keySeparator), domains)
}

// service is Google's client with one scope's token. Its own log is switched off: an environment variable could
// make it write down requests, passwords included.
func (k *connector) service(client *http.Client, scope, endpoint string) (*directory.Service, error) {
	authed := *client
	authed.Transport = &authorized{tokens: k.tokens, scope: scope, next: transportOf(client)}
	s, err := directory.NewService(context.Background(), option.WithHTTPClient(&authed), option.WithEndpoint(endpoint), option.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, fmt.Errorf("open the directory service: %w", err)
	}
	s.BasePath = endpoint // whatever the environment says about other endpoints
	return s, nil
}

func cannotOpen(message string) error {
	return &connectors.Error{Kind: connectors.Misconfigured, Op: "open", Message: message, Remedy: "Correct the connector's configuration."}
}

// window is how long after a create Google may still refuse or not know what it just made.
const window = 10 * time.Minute

const maxRecent = 10_000

// recent remembers the accounts that were made here a short while ago.
type recent struct {
	mu  sync.Mutex
	ids map[string]time.Time
}

func (r *recent) add(id string, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ids == nil || len(r.ids) >= maxRecent {
		r.ids = map[string]time.Time{}
	}
	r.ids[id] = at
}

func (r *recent) has(id string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.ids[id]
	return ok && now.Sub(at) < window
}
