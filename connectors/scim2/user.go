package scim2

import (
	"slices"
	"strings"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// newUser is the body of a create.
func newUser(p connectors.Profile) wire.Document {
	d := make(wire.Document, len(p.Values)+3)
	d["schemas"] = []any{scim.UserURN}
	d[service.AttrExternalID] = p.ResourceID
	for key, v := range p.Values {
		if !wire.Blank(v) {
			d.Put(key, v)
		}
	}
	return d
}

// seen is what the connector looks at in a user that the service sent.
type seen struct {
	ID         scim.Text    `json:"id"`
	ExternalID scim.Text    `json:"externalId"`
	UserName   scim.Text    `json:"userName"`
	Active     scim.Bool    `json:"active"`
	UserType   scim.Text    `json:"userType"`
	Roles      []scim.Value `json:"roles"`
	Emails     []scim.Value `json:"emails"`
}

func (s seen) account() connectors.Account {
	return connectors.Account{ID: string(s.ID), ExternalID: string(s.ExternalID), Protected: s.administrator()}
}

// accountIn is the account that the answer to a write shows; the zero Account when it shows none (RFC 7644 §3.5.2: a
// PATCH may be answered without a body).
func accountIn(body []byte) connectors.Account {
	var s seen
	if err := scim.Decode(body, &s); err != nil || s.ID == "" {
		return connectors.Account{}
	}
	a := s.account()
	a.Shown = shown(body)
	return a
}

// administrator errs on the safe side: a role or type with a word that ends in admin or administrator.
func (s seen) administrator() bool {
	if adminWord(string(s.UserType)) {
		return true
	}
	return slices.ContainsFunc(s.Roles, func(v scim.Value) bool {
		return adminWord(string(v.Value)) || adminWord(string(v.Display)) || adminWord(string(v.Type))
	})
}

func adminWord(s string) bool {
	if s == "" {
		return false
	}
	return slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r < 'a' || r > 'z' }), func(w string) bool {
		w = strings.TrimSuffix(w, "s")
		return strings.HasSuffix(w, "admin") || strings.HasSuffix(w, "administrator")
	})
}

// shown is what the service said, by our attributes' keys.
func shown(raw []byte) map[string]any {
	d, err := wire.DecodeDocument(raw)
	if err != nil {
		return nil
	}
	out := map[string]any{}
	for _, a := range service.Attributes() {
		if v := d.Get(a.Key); !wire.Blank(v) {
			out[a.Key] = v
		}
	}
	return out
}
