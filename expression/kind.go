package expression

import (
	"cel.dev/cel-go/cel"
)

// What people are told that a value is.
const (
	nothing   = "nothing"
	aText     = "text"
	aFlag     = "true or false"
	aNumber   = "a number"
	aList     = "a list"
	anObject  = "an object with several values"
	aMap      = "an object"
	aTime     = "a time"
	aDuration = "a duration"
	someBytes = "bytes"
	unknown   = "something else"
)

// typeWords is what values of a type are called.
func typeWords(t *cel.Type) string {
	if t.Kind() == cel.ListKind {
		switch t.Parameters()[0].Kind() {
		case cel.IntKind, cel.UintKind, cel.DoubleKind:
			return "a list of numbers"
		}
	}
	if t.Kind() == cel.StructKind {
		return anObject
	}
	return nameWords(t.TypeName())
}

// nameWords is the same for CEL's name of a type.
func nameWords(name string) string {
	switch name {
	case "null_type":
		return nothing
	case "string":
		return aText
	case "bool":
		return aFlag
	case "int", "uint", "double":
		return aNumber
	case "list":
		return aList
	case "map":
		return aMap
	case "google.protobuf.Timestamp", "timestamp":
		return aTime
	case "google.protobuf.Duration", "duration":
		return aDuration
	case "bytes":
		return someBytes
	}
	return unknown
}

// jsonWords is what a value is called that is not the result.
func jsonWords(v any, r Result) string {
	switch x := v.(type) {
	case nil:
		return nothing
	case string:
		return aText
	case bool:
		return aFlag
	case float64:
		return aNumber
	case []any:
		if r == Texts {
			for _, item := range x {
				if _, text := item.(string); !text {
					return "a list with " + jsonWords(item, Anything) + " in it"
				}
			}
		}
		return aList
	}
	return aMap
}

// Kind is what people are told that a JSON value is, such as "a number".
func Kind(v any) string { return jsonWords(v, Anything) }
