package google

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	directory "google.golang.org/api/admin/directory/v1"

	"usher/connectors"
)

// Find implements connectors.Connector. The address is asked for first, for that is answered at once, while
// searches may lag behind for hours; but an account that bears our ID wins over one that has the name. An
// account that has the address only as an alias is somebody else's.
func (k *connector) Find(ctx context.Context, p connectors.Profile) (connectors.Account, error) {
	named, err := k.named(ctx, p)
	if err != nil {
		return connectors.Account{}, err
	}
	if p.ResourceID == "" {
		return k.found(named)
	}
	if named != nil && connectors.SameID(k.stamp(named), p.ResourceID) {
		return k.account(named), nil
	}
	ours, err := k.search(ctx, connectors.OpFind, "externalId="+quote(p.ResourceID), false, func(u *directory.User) bool { return connectors.SameID(k.stamp(u), p.ResourceID) })
	switch {
	case err != nil:
		return connectors.Account{}, err
	case len(ours) == 1:
		return k.account(ours[0]), nil
	case len(ours) > 1:
		ids := make([]string, len(ours))
		for i, u := range ours {
			ids[i] = u.Id
		}
		return connectors.Account{}, &connectors.Error{Kind: connectors.Invalid, Op: connectors.OpFind,
			Message: fmt.Sprintf("Google has %d users that match this user: %s.", len(ours), strings.Join(ids, " and ")),
			Remedy:  "Remove the external ID from all but one in the Admin console, then retry."}
	}
	if named != nil && !strings.EqualFold(named.PrimaryEmail, k.addressOf(p)) {
		named = nil
	}
	return k.found(named)
}

func (k *connector) found(u *directory.User) (connectors.Account, error) {
	if u == nil {
		return connectors.Account{}, &connectors.Error{Kind: connectors.NotFound, Op: connectors.OpFind, Message: "Google has no account for this user."}
	}
	return k.account(u), nil
}

// Read implements connectors.Connector.
func (k *connector) Read(ctx context.Context, id string) (connectors.Account, error) {
	if err := usableID(connectors.OpRead, id); err != nil {
		return connectors.Account{}, err
	}
	u, err := k.current(ctx, connectors.OpRead, id)
	if err != nil {
		return connectors.Account{}, err
	}
	return k.account(u), nil
}

// addressOf is the address that a profile stands for, "" when it has none that may be used.
func (k *connector) addressOf(p connectors.Profile) string {
	address, err := k.names.address(p.Text(attrEmail))
	if err != nil {
		return ""
	}
	return address
}

// named is the user that has the profile's address, as an alias perhaps; nil for none.
func (k *connector) named(ctx context.Context, p connectors.Profile) (*directory.User, error) {
	address := k.addressOf(p)
	if address == "" {
		return nil, nil
	}
	return k.get(ctx, connectors.OpFind, address)
}

// get reads a user by ID or address, nil when there is none.
func (k *connector) get(ctx context.Context, op, key string) (*directory.User, error) {
	u, err := k.users.Get(key).Projection("full").Context(ctx).Do()
	if err != nil {
		e := k.failure(op, err)
		if e.Kind == connectors.NotFound {
			return nil, nil
		}
		return nil, e
	}
	if u.Id == "" {
		return nil, &connectors.Error{Kind: connectors.Temporary, Op: op, Status: u.HTTPStatusCode, Message: "Google's answer holds no user.",
			Remedy: "Usher tries again by itself. If this lasts, check the connector's endpoint."}
	}
	return u, nil
}

// quote writes a value of Google's search language.
func quote(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), "'", `\'`) + "'"
}

const (
	pageSize = 500
	maxPages = 200
)

// search reads a list to its end and keeps what matches; what Google thinks of it does not count. A page token
// that expired restarts the list, once.
func (k *connector) search(ctx context.Context, op, query string, deleted bool, keep func(*directory.User) bool) ([]*directory.User, error) {
	for restarted := false; ; restarted = true {
		found, stale, err := k.pages(ctx, query, deleted, keep)
		switch {
		case err == nil:
			return found, nil
		case !stale || restarted:
			return nil, k.failure(op, err)
		}
	}
}

// pages makes one pass. stale: the error is a page token that Google does not know any more.
func (k *connector) pages(ctx context.Context, query string, deleted bool, keep func(*directory.User) bool) (found []*directory.User, stale bool, err error) {
	call := k.users.List().Customer(k.customer).MaxResults(pageSize).Projection("full").Context(ctx)
	if query != "" {
		call.Query(query)
	}
	if deleted {
		call.ShowDeleted("true")
	}
	for token, page := "", 0; page < maxPages; page++ {
		if token != "" {
			call.PageToken(token)
		}
		list, err := call.Do()
		if err != nil {
			return nil, token != "" && statusOf(err) == http.StatusBadRequest, err
		}
		for _, u := range list.Users {
			if u.Id != "" && keep(u) {
				found = append(found, u)
			}
		}
		if token = list.NextPageToken; token == "" {
			break
		}
	}
	return found, false, nil
}
