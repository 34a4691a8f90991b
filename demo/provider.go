package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"usher/auth/oidc"
	"usher/demo/idp"
	"usher/directory"
)

// ProviderConnection is the name of the connection to the demo's identity provider.
const ProviderConnection = "Demo Identity Provider"

// Provider is an OpenID provider in memory on a loopback port of its own.
type Provider struct {
	URL string // its issuer

	service *idp.Provider
	server  *http.Server
	ended   chan error
}

// StartProvider starts the provider on a free port.
func StartProvider() (*Provider, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the demo's identity provider: %w", err)
	}
	key := idp.NewKey()
	go key() // while people look at the first page
	p := &Provider{URL: "http://" + l.Addr().String(), ended: make(chan error, 1)}
	p.service = idp.NewWithKey(p.URL, ProviderUsers(), key)
	p.server = &http.Server{Handler: p.service, ReadHeaderTimeout: 10 * time.Second}
	go func() { p.ended <- p.server.Serve(l) }()
	return p, nil
}

// Close stops the provider.
func (p *Provider) Close(ctx context.Context) error {
	if err := p.server.Shutdown(ctx); err != nil {
		return fmt.Errorf("stop the demo's identity provider: %w", errors.Join(err, p.server.Close()))
	}
	if err := <-p.ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("the demo's identity provider: %w", err)
	}
	return nil
}

// PrepareSignIn makes a connection that people sign in through with the provider.
func PrepareSignIn(ctx context.Context, s *oidc.Service, p *Provider) error {
	set := oidc.NewSettings()
	set.AllowPrivate = true
	n := directory.Connection{ID: directory.NewID(), Name: ProviderConnection, Description: "An OpenID provider that runs inside this demo."}
	in := oidc.SignIn{Issuer: p.URL, ClientID: "usher-demo", ClientSecret: directory.Secret(directory.NewToken()), Settings: set}
	if _, err := s.Create(ctx, n, in, actor()); err != nil {
		return fmt.Errorf("prepare the demo's sign-in: %w", err)
	}
	p.service.Register(idp.Client{ID: in.ClientID, Secret: in.ClientSecret.Reveal(), RedirectURI: s.RedirectURL(n.ID)})
	return nil
}

// ProviderUsers are the people who can be chosen at the provider. None of them is among People, so that each arrives as somebody new.
func ProviderUsers() []idp.Person {
	return []idp.Person{
		providerUser("noor.haddad", "Noor", "Haddad", "Research", "Data Scientist", "+962 6 555 0131", true),
		providerUser("tomas.rivera", "Tomás", "Rivera", "Design", "Product Designer", "+34 91 555 0174", true),
		providerUser("yuki.mori", "Yuki", "Mori", "Engineering", "Mobile Engineer", "+81 6 5555 0162", true),
		providerUser("zofia.kowalska", "Zofia", "Kowalska", "Partners", "Contractor", "+48 22 555 0159", false),
	}
}

func providerUser(userName, given, family, department, title, phone string, verified bool) idp.Person {
	return idp.Person{Subject: "demo|" + userName, UserName: userName, GivenName: given, FamilyName: family, Email: userName + "@example.com",
		Verified: verified, Department: department, Title: title, Phone: phone}
}
