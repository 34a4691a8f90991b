package example

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"usher/connectors"
	"usher/connectors/connectortest"
	"usher/connectors/example/examplefake"
	"usher/connectors/fakekit"
)

type target struct {
	*examplefake.Office
	url string
}

func (o target) Settings() map[string]string { return o.Office.Settings(o.url) }

func (o target) Accounts() (out []connectortest.Remote) {
	for _, b := range o.Badges() {
		values := map[string]any{attrName: b.Name, attrActive: b.Active}
		if b.Title != "" {
			values[attrTitle] = b.Title
		}
		out = append(out, connectortest.Remote{ID: b.ID, ExternalID: b.Key, Disabled: !b.Active, Values: values})
	}
	return out
}

func (o target) Seed(p connectors.Profile, externalID string, admin bool) string {
	return o.Put(examplefake.Badge{Key: externalID, Name: p.Text(attrName), Title: p.Text(attrTitle), Active: true, Master: admin})
}

func (o target) Edit(id, key string, value any) {
	o.Office.Edit(id, func(b *examplefake.Badge) {
		switch key {
		case attrName:
			b.Name = value.(string)
		case attrTitle:
			b.Title = value.(string)
		case attrActive:
			b.Active = value.(bool)
		}
	})
}

func (o target) Meet(t connectors.Trouble) {
	switch t {
	case connectors.Throttled:
		o.AddFault(fakekit.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"7"}}})
	case connectors.Revoked:
		o.AddFault(fakekit.Fault{Status: http.StatusUnauthorized})
	case connectors.Down:
		o.AddFault(fakekit.Fault{Status: http.StatusServiceUnavailable})
	case connectortest.LostAnswer:
		o.AddFault(fakekit.Fault{Method: http.MethodPost, Phase: fakekit.After, Drop: fakekit.Reset})
	}
}

func TestContract(t *testing.T) {
	connectortest.Run(t, connectortest.Harness{
		Definition: Definition(),
		New: func(t testing.TB) connectortest.Target {
			office := examplefake.New()
			srv := httptest.NewServer(office)
			t.Cleanup(srv.Close)
			return target{office, srv.URL}
		},
		Profile: func(n int) connectors.Profile {
			return connectors.Profile{ResourceID: fmt.Sprintf("0198f000-0000-7000-8000-%012d", n),
				Values: map[string]any{attrName: fmt.Sprintf("user%d", n), attrTitle: "Analyst", attrActive: true}}
		},
		Change:  connectortest.Setting{Key: attrName, Value: "somebody.else"},
		Foreign: connectortest.Setting{Key: attrActive, Value: true},
		Clear:   attrTitle,
		Rename: func(p, q connectors.Profile) connectors.Profile {
			return connectors.Profile{ResourceID: p.ResourceID, Values: q.Values}
		},
	})
}
