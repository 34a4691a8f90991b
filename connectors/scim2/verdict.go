package scim2

import (
	"context"
	"net/http"
	"strings"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// verdict gives what an answer contradicts, after a look at the account itself. With sure, an answer that shows nothing is
// looked into, too.
func (k *connector) verdict(ctx context.Context, a wire.Answer, c connectors.Changes, sure bool) (wire.Answer, []service.Contradiction, error) {
	if k.service.Unconfirmed {
		if err := k.applied(ctx, a, c); err != nil {
			return a, nil, err
		}
	}
	lost := service.Contradictions(a.Body, c)
	if (len(lost) == 0 && (!sure || len(a.Body) > 0)) || a.Status == http.StatusAccepted {
		return a, nil, nil
	}
	now, err := k.wire.Send(ctx, wire.Call{Op: a.Op, Method: http.MethodGet, URL: a.URL, Secrets: a.Secrets})
	if err != nil {
		return a, nil, err
	}
	if !now.OK() {
		return a, lost, nil
	}
	return now, service.Contradictions(now.Body, c), nil
}

// codeNotKept is Error.Code of a write that the service took and did not do. Stored: never rename.
const codeNotKept = "notKept"

// notKept says attribute by attribute what was sent and what the service shows.
func notKept(a wire.Answer, lost []service.Contradiction) error {
	e := &connectors.Error{Kind: connectors.Invalid, Op: a.Op, Status: a.Status, Code: codeNotKept}
	if len(lost) == 1 && lost[0].Key == service.AttrActive {
		state := "active"
		if lost[0].Sent == true {
			state = "inactive"
		}
		e.Message = "The target said yes, but the account is still " + state + ": it ignores the attribute active."
		e.Remedy = "Change the account by hand at the target, and choose another policy for leavers, such as Remove the account."
		return e
	}
	words := make([]string, len(lost))
	for i, l := range lost {
		words[i] = l.Key + ": sent " + shownValue(l.Sent) + ", kept " + shownValue(l.Kept)
	}
	e.Message = "The target took the change and did not apply all of it. " + strings.Join(words, "; ") + "."
	e.Remedy = "Look at the account at the target: something there may set these attributes, or they can only be read. Where the target never takes them, send nothing to them on the mapping page."
	return e
}

// shownValue is a value for people to read, cut to a length.
func shownValue(v any) string {
	if wire.Blank(v) {
		return "nothing"
	}
	text, ok := v.(string)
	if !ok {
		b, err := scim.AppendValue(nil, v)
		if err != nil {
			return "a value"
		}
		text = string(b)
	}
	const enough = 80
	if r := []rune(text); len(r) > enough {
		text = string(r[:enough]) + "…"
	}
	return "“" + text + "”"
}

// applied is Kind Pending when nothing of what was asked is there: the user has not accepted the invitation yet. It is
// asked only where a service is known to do so; others may keep a value in another form than it was sent.
func (k *connector) applied(ctx context.Context, a wire.Answer, c connectors.Changes) error {
	if len(a.Body) == 0 {
		var err error
		if a, err = k.wire.Send(ctx, wire.Call{Op: a.Op, Method: http.MethodGet, URL: a.URL}); err != nil {
			return err
		}
		if !a.OK() {
			return k.failure(a)
		}
	}
	d, err := wire.DecodeDocument(a.Body)
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
		if key != service.AttrPassword {
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
