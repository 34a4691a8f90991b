package scim2

import (
	"context"
	"net/http"
	"strings"

	"usher/connectors"
)

// applied is Kind Pending when nothing of what was asked is there: the user has not accepted the invitation yet. It is
// asked only where a service is known to do so; others may keep a value in another form than it was sent.
func (k *connector) applied(ctx context.Context, a Answer, c connectors.Changes) error {
	if len(a.Body) == 0 {
		var err error
		if a, err = k.send(ctx, Call{Op: a.Op, Method: http.MethodGet, URL: a.URL}); err != nil {
			return err
		}
		if !a.OK() {
			return k.failure(a)
		}
	}
	d, err := DecodeDocument(a.Body)
	if err != nil {
		return nil //nolint:nilerr // an answer that says nothing speaks neither for nor against
	}
	asked := 0
	for key, v := range c.Set {
		switch v := v.(type) {
		case bool:
			if d.Get(key) == v {
				return nil
			}
		case string:
			if is, _ := d.Get(key).(string); strings.EqualFold(is, v) {
				return nil
			}
		default:
			continue
		}
		if key != AttrPassword {
			asked++
		}
	}
	if asked == 0 {
		return nil
	}
	return &connectors.Error{Kind: connectors.Pending, Op: a.Op, Status: a.Status,
		Message: "The target took the change and has not applied it: the user has probably not accepted the invitation yet.",
		Remedy:  "Nothing has to be done. Usher writes it again once the user has accepted, and looks every few minutes."}
}
