package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	goidc "github.com/coreos/go-oidc/v3/oidc"
)

const (
	freshFor   = time.Hour        // then the discovery document is read again, beside the sign-ins
	failureFor = 10 * time.Second // a provider that did not answer is not asked again by everybody
)

// knownProviders remembers the last good discovery of each connection. The zero value is ready.
type knownProviders struct {
	mu   sync.Mutex
	byID map[string]*knownProvider
}

// knownProvider is one revision of a connection's provider. turn is held while a caller discovers it.
type knownProvider struct {
	revision int64
	client   *http.Client
	turn     chan struct{}
	mapping  func() (*Mapping, error) // compiled once

	mu       sync.Mutex
	last     *provider // the last good discovery
	failedAt time.Time
	failure  error
}

// provider is what a discovery document says (OpenID Connect Discovery §3), and the keys it leads to.
type provider struct {
	metadata
	oidc *goidc.Provider
	keys *goidc.RemoteKeySet
	at   time.Time
}

type metadata struct {
	Issuer        string   `json:"issuer"`
	AuthURL       string   `json:"authorization_endpoint"`
	TokenURL      string   `json:"token_endpoint"`
	KeysURL       string   `json:"jwks_uri"`
	UserInfoURL   string   `json:"userinfo_endpoint"`
	Algorithms    []string `json:"id_token_signing_alg_values_supported"`
	TokenAuth     []string `json:"token_endpoint_auth_methods_supported"`
	Challenges    []string `json:"code_challenge_methods_supported"`
	Scopes        []string `json:"scopes_supported"`
	ResponseTypes []string `json:"response_types_supported"`
	IssParameter  bool     `json:"authorization_response_iss_parameter_supported"` // RFC 9207
}

// signingAlgorithms are those that are taken: signed with a key that only the provider has.
func signingAlgorithms() []string {
	return []string{goidc.RS256, goidc.RS384, goidc.RS512, goidc.ES256, goidc.ES384, goidc.ES512, goidc.PS256, goidc.PS384, goidc.PS512, goidc.EdDSA}
}

// algorithms are those of the document that are taken; a document without any means RS256.
func (m metadata) algorithms() []string {
	if len(m.Algorithms) == 0 {
		return []string{goidc.RS256}
	}
	return slices.DeleteFunc(slices.Clone(m.Algorithms), func(a string) bool { return !slices.Contains(signingAlgorithms(), a) })
}

// check refuses a document that would send people or secrets over plain http, or is not complete.
func (m metadata) check() error {
	for name, text := range map[string]string{"authorization_endpoint": m.AuthURL, "token_endpoint": m.TokenURL, "jwks_uri": m.KeysURL, "userinfo_endpoint": m.UserInfoURL} {
		if text == "" && name == "userinfo_endpoint" {
			continue
		}
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || checkScheme(u) != "" {
			return &badDocument{"its discovery document has no usable " + name}
		}
	}
	if len(m.algorithms()) == 0 {
		return &badDocument{"it signs ID tokens only with algorithms that anybody could forge or that Usher does not know"}
	}
	return nil
}

// badDocument is a discovery document that came and cannot be worked with.
type badDocument struct{ why string } // after "Usher cannot work with the provider: "

func (b *badDocument) Error() string { return b.why }

// entry is the provider of the connection as it is configured now; an older one is forgotten.
func (k *knownProviders) entry(s SignIn, client func(SignIn) *http.Client) *knownProvider {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byID == nil {
		k.byID = map[string]*knownProvider{}
	}
	e := k.byID[s.ConnectionID]
	if e == nil || e.revision != s.Revision {
		if e != nil {
			e.client.CloseIdleConnections()
		}
		e = &knownProvider{revision: s.Revision, client: client(s), turn: make(chan struct{}, 1),
			mapping: sync.OnceValues(func() (*Mapping, error) { return CompileMapping(s.Settings) })}
		k.byID[s.ConnectionID] = e
	}
	return e
}

func (s *Service) client(in SignIn) *http.Client {
	c := *s.Client(in.Settings.AllowPrivate, in.plain())
	c.Timeout = s.timeout() // the key set does not listen to contexts
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	c.Transport = answers{c.Transport}
	return &c
}

// provider is the connection's provider. While there is a last good discovery it is answered at once, and an old one
// is renewed beside; without one the provider is asked, by one at a time.
func (s *Service) provider(ctx context.Context, in SignIn) (*provider, *http.Client, error) {
	e := s.known.entry(in, s.client)
	now := s.Now()
	last, renew, err := e.look(now)
	switch {
	case last != nil && renew:
		e.beside(func() {
			_, _ = s.ask(context.WithoutCancel(ctx), e, in) // what it finds is remembered, a failure too
		})
		return last, e.client, nil
	case last != nil, err != nil:
		return last, e.client, err
	}
	p, err := s.discover(ctx, e, in)
	return p, e.client, err
}

// look says what is known: the last discovery and whether it is time for another, or a failure of a moment ago.
func (e *knownProvider) look(now time.Time) (last *provider, renew bool, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	failed := e.failure != nil && now.Sub(e.failedAt) < failureFor
	if e.last != nil {
		return e.last, !failed && now.Sub(e.last.at) >= freshFor, nil
	}
	if failed {
		return nil, false, e.failure
	}
	return nil, false, nil
}

// discover asks the provider. A caller who comes while it is being asked takes that answer.
func (s *Service) discover(ctx context.Context, e *knownProvider, in SignIn) (*provider, error) {
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if last, renew, err := e.look(s.Now()); last != nil && !renew || err != nil {
		return last, err
	}
	return s.ask(ctx, e, in)
}

// beside does the work unless it is being done already.
func (e *knownProvider) beside(work func()) {
	select {
	case e.turn <- struct{}{}:
		go func() {
			defer func() { <-e.turn }()
			work()
		}()
	default:
	}
}

// ask reads the discovery document, and remembers what came of it. Its caller has the turn.
func (s *Service) ask(ctx context.Context, e *knownProvider, in SignIn) (*provider, error) {
	// The caller may leave; what was begun is finished for those who wait.
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeout())
	defer cancel()
	p, err := readProvider(goidc.ClientContext(bounded, e.client), in.Issuer)
	e.mu.Lock()
	defer e.mu.Unlock()
	if err != nil {
		e.failure, e.failedAt = err, s.Now()
		return e.last, err
	}
	p.at = s.Now()
	if e.last != nil && e.last.KeysURL == p.KeysURL {
		p.keys = e.last.keys // what it has cached outlives a key server that is down
	}
	e.last, e.failure = p, nil
	return p, nil
}

// readProvider reads the discovery document once.
func readProvider(ctx context.Context, issuer string) (*provider, error) {
	found, err := goidc.NewProvider(ctx, issuer)
	if other, ok := errors.AsType[*goidc.IssuerMismatchError](err); ok {
		return nil, fmt.Errorf("%w: %w", &badDocument{fmt.Sprintf("its discovery document calls it %q", printable(other.Discovered, 200))}, err)
	}
	if err != nil && strings.HasPrefix(err.Error(), "oidc: ") {
		return nil, &badDocument{"its discovery document cannot be read: " + printable(err.Error(), 200)}
	}
	if err != nil {
		return nil, fmt.Errorf("read the discovery document: %w", err)
	}
	p := &provider{oidc: found}
	if err := found.Claims(&p.metadata); err != nil {
		return nil, &badDocument{"its discovery document cannot be read: " + printable(err.Error(), 200)}
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	p.keys = goidc.NewRemoteKeySet(ctx, p.KeysURL)
	return p, nil
}
