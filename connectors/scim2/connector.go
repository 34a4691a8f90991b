package scim2

import (
	"context"
	"net/http"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
)

// connector provisions the users and groups of one service: it decides what to ask, by what is known of the service, and
// has the wire ask it. It is safe for concurrent use.
type connector struct {
	wire      *wire.Client
	service   *service.Service
	passwords connectors.PasswordMode
	mapped    []connectors.Attribute // that the mapping sends something to; nil is not known
}

func open(c connectors.Config, client *http.Client) (*connector, error) {
	s, err := service.New(c)
	if err != nil {
		return nil, err
	}
	w, err := wire.NewClient(c, client, s.ContentType)
	if err != nil {
		return nil, err
	}
	return &connector{wire: w, service: s, passwords: connectors.PasswordMode(c.Text(connectors.PasswordKey)), mapped: c.Mapped}, nil
}

// String and GoString keep the credential out of logs: fmt would print a field that is not exported as it is.
func (k *connector) String() string   { return "scim2 connector of " + k.wire.Base }
func (k *connector) GoString() string { return k.String() }

// Learned implements connectors.Learner.
func (k *connector) Learned() (r connectors.Report, ok bool) { return k.service.News(k.wire.Facts()) }

// get reads what is at a URL of the service.
func (k *connector) get(ctx context.Context, op, url string) (wire.Answer, error) {
	return k.wire.Send(ctx, wire.Call{Op: op, Method: http.MethodGet, URL: url})
}
