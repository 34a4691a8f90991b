package scim2

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

func (k *connector) sought(p connectors.Profile) sought {
	var s sought
	for _, attr := range k.service.Match {
		switch attr {
		case service.AttrExternalID:
			s.externalID = p.ResourceID
		case service.AttrUserName:
			s.name = p.Text(service.AttrUserName)
		case service.AttrEmails:
			s.mail = mainAddress(p)
		}
	}
	return s
}

func mainAddress(p connectors.Profile) string {
	list, _ := p.Values[service.AttrEmails].([]any)
	for _, e := range service.PrimaryFirst(list) {
		if m, ok := e.(map[string]any); ok {
			address, _ := m["value"].(string)
			return address
		}
	}
	return ""
}

// Find implements connectors.Connector: by each of the matching attributes in turn, then in the whole list where the
// service cannot filter.
func (k *connector) Find(ctx context.Context, p connectors.Profile) (connectors.Account, error) {
	s := k.sought(p)
	if k.service.NeverFilters() {
		return k.scan(ctx, s, 0)
	}
	mustScan := false
	for _, attr := range k.service.Match {
		value, off := s.value(attr), k.service.Learned.NoFilterBy(attr)
		if value == "" {
			continue
		}
		found, trust, err := k.ask(ctx, attr, value, off)
		if err != nil {
			return connectors.Account{}, err
		}
		// An address that came with strangers may be there twice.
		if len(found) > 0 && (trust == reliable || attr != service.AttrEmails || k.service.AlwaysFilters()) {
			return one(found)
		}
		mustScan = mustScan || trust != reliable
	}
	if mustScan && k.service.Learned.NoNameFilter.Load() {
		k.service.Learned.NoIDFilter.Store(true) // a service that ignores one filter does not look at any
	}
	if mustScan && !k.service.AlwaysFilters() {
		return k.scan(ctx, s, 0)
	}
	if k.service.Learned.Taken.Take(p.Text(service.AttrUserName)) {
		return k.scan(ctx, s, maxGuessPages)
	}
	return connectors.Account{}, notFound()
}

// trust is what an empty-handed filter is worth.
type trust int

const (
	reliable trust = iota
	doubtful       // what came back cannot be compared: the service does not send externalId
	useless        // refused, or answered with strangers
)

// ask filters by one attribute. A user name is tried once more in lower case, for services that compare by
// case. A useless filter is not asked again.
func (k *connector) ask(ctx context.Context, attr, value string, off *atomic.Bool) (found []candidate, t trust, err error) {
	if off.Load() && !k.service.AlwaysFilters() {
		return nil, useless, nil
	}
	values := []string{value}
	if lower := strings.ToLower(value); attr == service.AttrUserName && lower != value {
		values = append(values, lower)
	}
	for _, v := range values {
		found, t, err = k.filter(ctx, attr, v)
		if err != nil {
			return nil, useless, err
		}
		if t == useless && !k.service.AlwaysFilters() {
			off.Store(true)
		}
		if len(found) > 0 || t != reliable {
			break
		}
	}
	return found, t, nil
}

// filter makes one filtered request and compares what came back.
func (k *connector) filter(ctx context.Context, attr, value string) ([]candidate, trust, error) {
	path := attr
	if attr == service.AttrEmails {
		path = "emails.value"
	}
	query := wire.FilterBy(path, value) + "&" + k.window(2)
	a, err := k.get(ctx, connectors.OpFind, k.wire.Users+"?"+query)
	if err != nil {
		return nil, useless, err
	}
	if !a.OK() {
		t, err := k.unfiltered(ctx, a)
		return nil, t, err
	}
	l, err := k.page(a)
	if err != nil {
		return nil, useless, err
	}
	var found []candidate
	worth := reliable
	for _, c := range l.users {
		switch {
		case c.matches(attr, value):
			found = append(found, c)
		case attr == service.AttrExternalID && c.ExternalID == "":
			worth = max(worth, doubtful)
		default:
			worth = useless
		}
	}
	return found, worth, nil
}

// saysNone knows the words for "no such user" in a refusal of the filter.
func saysNone(said scim.Error) bool {
	text := strings.ToLower(said.Detail)
	return said.ScimType != scim.InvalidFilter && (strings.Contains(text, "not exist") || strings.Contains(text, "not found"))
}

// unfiltered says what a filtered request that failed means: no user, no filters, or an error.
func (k *connector) unfiltered(ctx context.Context, a wire.Answer) (trust, error) {
	said, conforms := scim.ParseError(a.Body)
	switch {
	case a.Status == http.StatusNotFound:
		return reliable, k.bareNotFound(ctx, a, conforms)
	case a.Status == http.StatusBadRequest && saysNone(said):
		return reliable, nil
	case k.service.AlwaysFilters():
	case a.Status == http.StatusBadRequest, a.Status == http.StatusMethodNotAllowed, a.Status == http.StatusNotImplemented:
		return useless, nil
	}
	return useless, k.failure(a)
}
