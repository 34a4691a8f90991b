package scim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// AppendValue appends a JSON value as encoding/json reads it into any, with the names of objects sorted and
// without escapes for HTML. It is the quick way for the many small bodies of a first sync.
func AppendValue(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case string:
		return AppendString(b, v), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case json.Number:
		return append(b, v...), nil
	case []string:
		b = append(b, '[')
		for i, s := range v {
			b = AppendString(comma(b, i), s)
		}
		return append(b, ']'), nil
	case []any:
		return appendList(b, v)
	case map[string]any:
		return appendObject(b, v)
	}
	enc, err := Encode(v)
	if err != nil {
		return nil, err
	}
	return append(b, enc...), nil
}

func appendList(b []byte, v []any) ([]byte, error) {
	var err error
	b = append(b, '[')
	for i, x := range v {
		if b, err = AppendValue(comma(b, i), x); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendObject(b []byte, v map[string]any) ([]byte, error) {
	var names [24]string
	var err error
	keys := slices.AppendSeq(names[:0], maps.Keys(v))
	slices.Sort(keys)
	b = append(b, '{')
	for i, k := range keys {
		b = append(AppendString(comma(b, i), k), ':')
		if b, err = AppendValue(b, v[k]); err != nil {
			return nil, fmt.Errorf("%s: %w", k, err)
		}
	}
	return append(b, '}'), nil
}

func comma(b []byte, i int) []byte {
	if i > 0 {
		return append(b, ',')
	}
	return b
}
