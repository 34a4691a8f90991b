package service

import (
	"strings"

	"usher/connectors/scim2/wire"
	"usher/scim"
)

// Style is the PATCH dialect in force for accounts: the configured one, or the one that the service turned out to speak.
func (s *Service) Style() string {
	if s.patchStyle != "" {
		return s.patchStyle
	}
	if s.Learned.ObjectPatch.Load() {
		return styleObject
	}
	return styleRFC
}

// OtherStyle is worth one try when the service does not understand the first; "" where the dialect is settled. A
// dialect that writes other values, such as text for a boolean, is never guessed.
func (s *Service) OtherStyle() string {
	if s.patchStyle != "" || s.Learned.ObjectPatch.Load() {
		return ""
	}
	return styleObject
}

// GroupStyle is the dialect in force for groups.
func (s *Service) GroupStyle() string {
	if style := s.Style(); style != styleRFC || !s.Learned.Groups.ObjectPatch.Load() {
		return style
	}
	return styleObject
}

// OtherGroupStyle is OtherStyle for groups.
func (s *Service) OtherGroupStyle() string {
	if s.patchStyle != "" || s.GroupStyle() != styleRFC {
		return ""
	}
	return styleObject
}

// PatchBody is operations with a path (RFC 7644 §3.5.2) as the dialect writes them. An operation on members is not
// for it but for MemberPatch.
func PatchBody(style string, ops []scim.Operation) ([]byte, error) {
	return scim.Encode(scim.NewPatch(speak(style, ops)...))
}

func speak(style string, ops []scim.Operation) []scim.Operation {
	switch style {
	case styleObject, styleSalesforce:
		return gather(ops, func(d wire.Document, key string, v any) { d.Put(key, v) })
	case styleEntraNew:
		return gather(ops, func(d wire.Document, key string, v any) { d[key] = v })
	case styleEntraLegacy:
		out := make([]scim.Operation, len(ops))
		for i, op := range ops {
			out[i] = scim.Operation{Op: capital(op.Op), Path: op.Path, Value: legacyValue(op.Value)}
		}
		return out
	}
	return ops
}

// gather puts everything that is set into one operation without a path. What is removed keeps its path, for there is
// no other way to say it.
func gather(ops []scim.Operation, put func(d wire.Document, key string, v any)) []scim.Operation {
	set, out := wire.Document{}, []scim.Operation{}
	for _, op := range ops {
		if op.Op == scim.Remove {
			out = append(out, op)
		} else {
			put(set, op.Path, op.Value)
		}
	}
	delete(set, "schemas") // Put notes the extensions of a whole resource, which this is not
	if len(set) == 0 {
		return out
	}
	return append([]scim.Operation{{Op: scim.Replace, Value: map[string]any(set)}}, out...)
}

// MemberPatch are the operations that add or remove members in a dialect (RFC 7644 §3.5.2).
func MemberPatch(style string, ids []string, add bool, memberType string) []scim.Operation {
	if add {
		list := MemberValues(ids, memberType)
		switch style {
		case styleObject:
			return []scim.Operation{{Op: scim.Add, Value: map[string]any{"members": list}}}
		case styleSalesforce:
			return []scim.Operation{{Op: scim.Add, Path: "members", Value: map[string]any{"members": list}}}
		case styleEntraLegacy:
			return []scim.Operation{{Op: capital(scim.Add), Path: "members", Value: list}}
		}
		return []scim.Operation{{Op: scim.Add, Path: "members", Value: list}}
	}
	if style == styleEntraLegacy {
		return []scim.Operation{{Op: capital(scim.Remove), Path: "members", Value: MemberValues(ids, "")}}
	}
	ops := make([]scim.Operation, len(ids))
	for i, id := range ids {
		ops[i] = scim.Operation{Op: scim.Remove, Path: "members[value eq " + scim.Quote(id) + "]"}
	}
	return ops
}

// MemberValues are members as a group lists them (RFC 7643 §4.2). memberType is sent with each; "" is left out.
func MemberValues(ids []string, memberType string) []any {
	list := make([]any, len(ids))
	for i, id := range ids {
		m := map[string]any{"value": id}
		if memberType != "" {
			m["type"] = memberType
		}
		list[i] = m
	}
	return list
}

func capital(op string) string { return strings.ToUpper(op[:1]) + op[1:] }

// legacyValue is a boolean as text, which is how Entra writes it without its feature flag.
func legacyValue(v any) any {
	switch v {
	case true:
		return "True"
	case false:
		return "False"
	}
	return v
}
