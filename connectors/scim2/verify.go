package scim2

import (
	"context"
	"net/http"
	"strings"

	"usher/connectors"
)

// applied is Kind Pending when nothing of what was asked is there: the user has not accepted the invitation yet. It is
// asked only where a service is known to do so; others may keep a value in another form than it was sent.
func (k *connector) applied(ctx context.Context, a answer, c connectors.Changes) error {
	if len(a.body) == 0 {
		var err error
		if a, err = k.send(ctx, call{op: a.op, method: http.MethodGet, url: a.url}); err != nil {
			return err
		}
		if !a.ok() {
			return k.failure(a)
		}
	}
	d, err := decodeDocument(a.body)
	if err != nil {
		return nil //nolint:nilerr // an answer that says nothing speaks neither for nor against
	}
	asked := 0
	for key, v := range c.Set {
		switch v := v.(type) {
		case bool:
			if d.get(key) == v {
				return nil
			}
		case string:
			if is, _ := d.get(key).(string); strings.EqualFold(is, v) {
				return nil
			}
		default:
			continue
		}
		if key != attrPassword {
			asked++
		}
	}
	if asked == 0 {
		return nil
	}
	return &connectors.Error{Kind: connectors.Pending, Op: a.op, Status: a.status,
		Message: "The target took the change and has not applied it: the user has probably not accepted the invitation yet.",
		Remedy:  "Nothing has to be done. Usher writes it again once the user has accepted, and looks every few minutes."}
}
