package scim2

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"usher/connectors"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// withoutReadOnly writes what is left of a PATCH that the service refused because it names attributes which nobody may
// change (RFC 7644 §3.12, mutability). Its error says which ones were left out, or what the service said.
func (k *connector) withoutReadOnly(ctx context.Context, p wire.Call, ops []scim.Operation, refused wire.Answer) error {
	said := k.wire.Said(refused)
	if said.ScimType != scim.Mutability {
		return k.failure(refused)
	}
	var rest []scim.Operation
	var readOnly []string
	for _, op := range ops {
		if names(said.Detail, op.Path) {
			readOnly = append(readOnly, op.Path)
		} else {
			rest = append(rest, op)
		}
	}
	if len(rest) == 0 || len(readOnly) == 0 {
		return k.failure(refused)
	}
	a, err := k.patch(ctx, p, rest)
	if err != nil {
		return err
	}
	if !a.OK() {
		return k.failure(a)
	}
	return &connectors.Error{Kind: connectors.Invalid, Op: p.Op, Status: http.StatusBadRequest, Code: scim.Mutability,
		Message: "The target wrote everything but " + strings.Join(readOnly, " and ") + ", which it does not let anybody change: " + said.Detail,
		Remedy:  "On the mapping page, have it written only when an account is made, or change it by hand at the target."}
}

// names reports whether the words name the attribute, by its whole path or its last part.
func names(words, path string) bool {
	parts := wire.SplitKey(path)
	last := parts[len(parts)-1]
	return slices.ContainsFunc(strings.FieldsFunc(words, func(r rune) bool {
		return r != '.' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}), func(w string) bool {
		w = strings.Trim(w, ".")
		return strings.EqualFold(w, path) || strings.EqualFold(w, last)
	})
}
