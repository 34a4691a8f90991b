// Package handlers is the door for people: it turns requests of the console into acts of the domain and shows what
// came of them. It is not for deciding anything, for SQL, or for the SCIM API; router.go shows every route.
package handlers

import (
	"context"
	"log/slog"
	"net/url"
	"time"

	"usher/auth"
	"usher/auth/oidc"
	"usher/auth/signup"
	"usher/connectors"
	"usher/directory"
	"usher/imports"
	"usher/provisioning"
)

// Server is the console. Its fields are set once, before Router.
type Server struct {
	Auth    *auth.Service
	SignUp  *signup.Service // what the users' own pages do
	OIDC    *oidc.Service   // sign-in through a connection; nil: nobody signs in that way
	Store   Store
	BaseURL *url.URL // how people reach the console
	Log     *slog.Logger
	Now     func() time.Time
	About   About

	Mail      Mailer                  // the mail server's settings
	Imports   *imports.Importer       // files of users
	Directory *directory.Directory    // the acts
	Opener    *provisioning.Opener    // what connector kinds there are, and trying one
	Kinds     []connectors.Definition // in the order in which they are offered
	Traffic   Traffic                 // what is sent to targets; nil: no page tells

	// Hosts are further values of the Host header that are answered, beside the base URL's and loopback: the address
	// that is listened on. A port is optional.
	Hosts []string
	// TrustedProxies are CIDR prefixes whose X-Forwarded-For is believed. Empty: the peer's address is the client's.
	TrustedProxies []string
	// Demo is what the page Demo targets shows; nil outside of `usher demo`, and then there is no such page.
	Demo DemoTargets

	drafts connectorDrafts
	health health
}

// Store is what the console needs of the database.
type Store interface {
	// Probe answers nil when the database can be read and written, which it finds out by writing.
	Probe(ctx context.Context) error

	connectionStore
	mappingStore
	provisionerStore
	userStore
	groupStore
	accountStore
	logStore
	overviewStore
	importStore
	brandingStore
	mailStore
	groupChoiceStore
	pushStore
	checkStore
	revisionStore
	sealStore
}

// About is facts for the Settings page.
type About struct {
	Version   string
	Database  string // "SQLite, usher.db"; without credentials
	StartedAt time.Time
}

func (s *Server) https() bool { return s.BaseURL.Scheme == "https" }
