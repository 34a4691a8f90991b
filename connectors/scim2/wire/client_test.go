package wire

import (
	"errors"
	"slices"
	"testing"

	"usher/connectors"
	"usher/directory"
)

// settingsOf reads settings as the form does.
func settingsOf(t *testing.T, input map[string]string) connectors.Config {
	t.Helper()
	all := slices.Concat([]connectors.Field{BaseURLField()}, SignInFields(), RequestFields(), NetworkFields())
	s, errs := connectors.Read(all, input, directory.Settings{})
	if err := errs.Err(); err != nil {
		t.Fatalf("settings: %v", err)
	}
	return connectors.Config{Settings: s}
}

func newClient(t *testing.T, input map[string]string) *Client {
	t.Helper()
	settings := settingsOf(t, input)
	client := connectors.NewClient(ClientOptions(settings), nil)
	t.Cleanup(client.CloseIdleConnections)
	c, err := NewClient(settings, client, "")
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return c
}
func want(t *testing.T, err error, kind connectors.Kind) *connectors.Error {
	t.Helper()
	e, ok := errors.AsType[*connectors.Error](err)
	if !ok || e.Kind != kind {
		t.Fatalf("error is %v (%q), want kind %q", err, connectors.KindOf(err), kind)
	}
	return e
}
