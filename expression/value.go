package expression

import (
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// plain turns a CEL value into the JSON value that it stands for, as it comes back from a store: numbers are float64.
// What is empty is nil, and left out of lists and objects. what names a value that is no JSON value.
func plain(v ref.Val) (_ any, what string) {
	switch x := v.(type) {
	case types.String:
		if x == "" {
			return nil, ""
		}
		return string(x), ""
	case types.Bool:
		return bool(x), ""
	case types.Int:
		return float64(x), ""
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
	what = nameWords(v.Type().TypeName())
	if s := reflect.Indirect(reflect.ValueOf(v.Value())); what == unknown && s.Kind() == reflect.Struct {
		return plainStruct(s)
	}
	return nil, what
}

func plainList(l traits.Lister) (any, string) {
	var out []any
	for it := l.Iterator(); it.HasNext() == types.True; {
		v, what := plain(it.Next())
		if what != "" {
			return nil, what
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
			return nil, "an object whose keys are not text"
		}
		v, what := plain(m.Get(key))
		if what != "" {
			return nil, what
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

// plainStruct has the texts and the flags that are true. A struct with more in it than those is no value: nobody wants
// to send a whole user.
func plainStruct(s reflect.Value) (any, string) {
	out := map[string]any{}
	for i := range s.NumField() {
		name, f := s.Type().Field(i).Tag.Get("cel"), s.Field(i)
		switch f.Kind() {
		case reflect.String:
			if f.String() != "" {
				out[name] = f.String()
			}
		case reflect.Bool:
			if f.Bool() {
				out[name] = true
			}
		default:
			return nil, "an object with everything in it"
		}
	}
	if len(out) == 0 {
		return nil, ""
	}
	return out, ""
}
