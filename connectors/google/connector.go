package google

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2/jwt"
	directory "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/option"

	"usher/connectors"
)

const apiEndpoint = "https://admin.googleapis.com/"

// ownCustomer names the Workspace account of the administrator whom we act as (Directory API, users.list).
const ownCustomer = "my_customer"

// connector speaks to one Workspace account. It is safe for concurrent use.
type connector struct {
	users   *directory.UsersService
	groups  *directory.GroupsService
	members *directory.MembersService
	units   *directory.OrgunitsService
	tokens  *tokens
	key     keyFile

	subject, customer string
	shape
	disabledUnit     string
	labelled         string // customType of our external ID
	archives         bool
	forceChange      bool
	invites          bool
	restores, adopts bool
	allowAdmins      bool
	pushes           bool
	groupDomain      string

	unstamped atomic.Bool // this Workspace account's groups take no external IDs
	recent    recent      // users and groups
	tried     tried       // the addresses that groups were made with here
	now       func() time.Time
}

// String and GoString keep the key out of logs: fmt would print a field that is not exported as it is.
func (k *connector) String() string   { return "google connector of " + k.key.ClientEmail }
func (k *connector) GoString() string { return k.String() }

func open(c connectors.Config, client *http.Client) (*connector, error) {
	k := &connector{
		subject: c.Text(keySubject), customer: c.Text(keyCustomer), disabledUnit: c.Text(keyDisabledUnit),
		labelled: c.Text(keyExternalIDType), archives: c.Text(keyDisableMode) == disableArchive, forceChange: c.On(keyForceChange),
		invites: c.On(keyInvite), restores: c.Text(keyOnRemoved) == removedRestore, allowAdmins: c.On(keyAllowAdmins),
		adopts: c.Text(connectors.OnExisting) == connectors.AdoptExisting, now: time.Now,
		pushes: c.On(connectors.PushGroups), groupDomain: c.Text(keyGroupDomain),
	}
	if k.customer == "" {
		k.customer = ownCustomer
	}
	var wrong string
	if k.key, wrong = parseKey(c.Secret(keyCredentials)); wrong != "" {
		return nil, cannotOpen(wrong)
	}
	if k.shape, wrong = shapeOf(c); wrong != "" {
		return nil, cannotOpen(wrong)
	}
	if k.groupDomain == "" {
		k.groupDomain = k.names.domains[0]
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
	k.tokens = &tokens{client: client, held: connectors.NewCachedBy[string, string](k.clock), config: jwt.Config{Email: k.key.ClientEmail, PrivateKey: []byte(k.key.PrivateKey),
		PrivateKeyID: k.key.PrivateKeyID, Subject: k.subject, TokenURL: tokenURL}}
	k.key.PrivateKey = ""
	if err := k.serve(client, endpoint); err != nil {
		return nil, err
	}
	return k, nil
}

func (k *connector) clock() time.Time { return k.now() }

// serve makes Google's clients, one for each scope.
func (k *connector) serve(client *http.Client, endpoint string) error {
	for scope, use := range map[string]func(*directory.Service){
		userScope:  func(s *directory.Service) { k.users = s.Users },
		groupScope: func(s *directory.Service) { k.groups, k.members = s.Groups, s.Members },
		unitScope:  func(s *directory.Service) { k.units = s.Orgunits },
	} {
		s, err := k.service(client, scope, endpoint)
		if err != nil {
			return cannotOpen("Google's client library does not start: " + err.Error())
		}
		use(s)
	}
	return nil
}

// scopes are what must be delegated, as the Admin console takes them: no scope that is not used.
func (k *connector) scopes() []string {
	if k.pushes {
		return []string{userScope, groupScope}
	}
	return []string{userScope}
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

// tried remembers by our ID with what address a group was made, or may have been: Google does not search by our ID, and the
// group may have got another name here before its create was known to have happened.
type tried struct {
	mu        sync.Mutex
	addresses map[string]string
}

func (t *tried) add(resourceID, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.addresses == nil || len(t.addresses) >= maxRecent {
		t.addresses = map[string]string{}
	}
	t.addresses[resourceID] = address
}

func (t *tried) address(resourceID string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.addresses[resourceID]
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
