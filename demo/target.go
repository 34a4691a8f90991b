// Package demo is what an evaluator meets: a target that is built in, a connection to it, and sample users. It is
// not for production: nothing outside `usher demo` uses it.
package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"usher/connectors/scim2/scim2fake"
	"usher/directory"
	"usher/views"
)

// Target is a SCIM 2.0 service in memory on a loopback port of its own.
type Target struct {
	URL   string // the SCIM base URL
	Token directory.Secret

	service *scim2fake.Server
	server  *http.Server
	ended   chan error
}

// StartTarget starts the service on a free port.
func StartTarget() (*Target, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the demo's target: %w", err)
	}
	t := &Target{URL: "http://" + l.Addr().String() + scim2fake.Prefix, Token: directory.Secret(directory.NewToken()), ended: make(chan error, 1)}
	t.service = scim2fake.New(scim2fake.Options{Token: t.Token.Reveal()})
	t.server = &http.Server{Handler: t.service, ReadHeaderTimeout: 10 * time.Second}
	go func() { t.ended <- t.server.Serve(l) }()
	return t, nil
}

// Close stops the service; what it held is gone.
func (t *Target) Close(ctx context.Context) error {
	if err := t.server.Shutdown(ctx); err != nil {
		return fmt.Errorf("stop the demo's target: %w", errors.Join(err, t.server.Close()))
	}
	if err := <-t.ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("the demo's target: %w", err)
	}
	return nil
}

// Accounts is what the target holds, oldest first: at most n of them, and how many there are.
func (t *Target) Accounts(n int) (out []views.TargetAccount, total int) {
	users := t.service.Snapshot()
	for _, u := range users[:min(n, len(users))] {
		out = append(out, views.TargetAccount{ID: u.ID, ExternalID: u.ExternalID, UserName: u.UserName, DisplayName: u.DisplayName, Active: u.Active,
			Email: email(u.Attributes), Department: department(u.Attributes)})
	}
	return out, len(users)
}

func email(attributes map[string]any) string {
	list, _ := attributes["emails"].([]any)
	for _, e := range list {
		if m, ok := e.(map[string]any); ok {
			v, _ := m["value"].(string)
			return v
		}
	}
	return ""
}

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User" // RFC 7643 §4.3

func department(attributes map[string]any) string {
	m, _ := attributes[enterprise].(map[string]any)
	v, _ := m["department"].(string)
	return v
}
