package provisioning

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"usher/connectors"
)

// plain turns a CEL value into the JSON value that is sent, stored and compared; nil when it is empty. words say what
// is not a JSON value.
func plain(v ref.Val) (_ any, words string) {
	switch x := v.(type) {
	case types.String:
		if x == "" {
			return nil, ""
		}
		return string(x), ""
	case types.Bool:
		return bool(x), ""
	case types.Int:
		return float64(x), "" // as it comes back from the store
	case types.Uint:
		return float64(x), ""
	case types.Double:
		return float64(x), ""
	case types.Null:
		return nil, ""
	case *types.Optional:
		if !x.HasValue() {
			return nil, ""
		}
		return plain(x.GetValue())
	case traits.Lister:
		return plainList(x)
	case traits.Mapper:
		return plainMap(x)
	}
	switch x := v.Value().(type) {
	case subjectValue:
		return object(text{"value", x.Value}, text{"display", x.Display}, text{"type", x.Type}, text{"primary", yes(x.Primary)}), ""
	case subjectPlace:
		return object(text{"formatted", x.Formatted}, text{"streetAddress", x.StreetAddress}, text{"locality", x.Locality}, text{"region", x.Region},
			text{"postalCode", x.PostalCode}, text{"country", x.Country}, text{"type", x.Type}, text{"primary", yes(x.Primary)}), ""
	case subjectManager:
		return object(text{"value", x.Value}, text{"displayName", x.DisplayName}), ""
	}
	return nil, "the expression gives " + valueWords(v.Type()) + ", which cannot be sent"
}

// text is a key and its value: a string, or true.
type text struct {
	key   string
	value any
}

func yes(b bool) any {
	if b {
		return true
	}
	return nil
}

// object has what is not empty; nil when everything is.
func object(fields ...text) any {
	m := map[string]any{}
	for _, f := range fields {
		if f.value != nil && f.value != "" {
			m[f.key] = f.value
		}
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

func plainList(l traits.Lister) (any, string) {
	var out []any
	for it := l.Iterator(); it.HasNext() == types.True; {
		v, words := plain(it.Next())
		if words != "" {
			return nil, words
		}
		if v != nil {
			out = append(out, v)
		}
	}
	if len(out) == 0 {
		return nil, ""
	}
	return out, ""
}

func plainMap(m traits.Mapper) (any, string) {
	out := map[string]any{}
	for it := m.Iterator(); it.HasNext() == types.True; {
		key := it.Next()
		name, ok := key.(types.String)
		if !ok {
			return nil, "the expression gives an object whose keys are not text"
		}
		v, words := plain(m.Get(key))
		if words != "" {
			return nil, words
		}
		if v != nil {
			out[string(name)] = v
		}
	}
	if len(out) == 0 {
		return nil, ""
	}
	return out, ""
}

// fit makes a value what an attribute of the type holds, or says in words why it cannot be. A list has SCIM's shape:
// a text in it stands for an item with that value (RFC 7643 §2.4).
func fit(t connectors.AttributeType, v any) (any, string) {
	if v == nil {
		return nil, ""
	}
	switch x := v.(type) {
	case string:
		if t == connectors.String {
			return x, ""
		}
	case bool:
		if t == connectors.Boolean {
			return x, ""
		}
	case []any:
		if t == connectors.List {
			return items(x)
		}
	}
	return nil, "the expression gives " + jsonWords(v) + " where " + neededWords(t) + " is needed"
}

func items(list []any) (any, string) {
	for i, v := range list {
		switch v.(type) {
		case string:
			list[i] = map[string]any{"value": v}
		case map[string]any:
		default:
			return nil, "the expression gives a list with " + jsonWords(v) + " in it, where texts or objects with a value are needed"
		}
	}
	return list, ""
}
