package expression

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/cel"
)

// Result is what an expression must give. All but a Condition may also give nothing.
type Result int

// Results, with what Expression.Eval gives for each.
const (
	Anything  Result = iota // any JSON value: string, bool, float64, []any, map[string]any
	Text                    // string
	Flag                    // bool
	List                    // []any of JSON values
	Texts                   // string, or []any of strings
	Condition               // bool, and never nothing
)

func (r Result) words() string {
	switch r {
	case Flag, Condition:
		return "true or false"
	case List:
		return "a list"
	case Texts:
		return "text or a list of texts"
	}
	return "text"
}

// gives reports whether a value of the type can be the result. What is known only when the value is there is checked
// then, by unfit.
func (r Result) gives(t *cel.Type) bool {
	if inner, ok := unwrapped(t); ok {
		return r != Condition && r.gives(inner)
	}
	switch t.Kind() {
	case cel.DynKind:
		return true
	case cel.NullTypeKind:
		return r != Condition
	case cel.StringKind:
		return slices.Contains([]Result{Anything, Text, Texts}, r)
	case cel.BoolKind:
		return slices.Contains([]Result{Anything, Flag, Condition}, r)
	case cel.ListKind:
		element := t.Parameters()[0]
		return r == Anything || r == List || r == Texts && Text.gives(element)
	}
	return r == Anything
}

func unwrapped(t *cel.Type) (*cel.Type, bool) {
	if t.TypeName() == "optional_type" && len(t.Parameters()) == 1 {
		return t.Parameters()[0], true
	}
	return nil, false
}

// refused says why an expression that gives the type cannot be used; "" when it can.
func (l *Language) refused(t *cel.Type, r Result) string {
	if r.gives(t) {
		return ""
	}
	inner, optional := unwrapped(t)
	switch {
	case optional && r == Condition && Flag.gives(inner):
		return "The expression gives a value that may be missing where true or false is needed. Say what holds then: add .orValue(false)."
	case optional:
		t = inner
	}
	return l.mismatch(typeWords(t), r)
}

// unfit says why a value is not the result; "" when it is.
func (l *Language) unfit(v any, r Result) string {
	ok := r == Anything || v == nil && r != Condition
	switch x := v.(type) {
	case string:
		ok = ok || r == Text || r == Texts
	case bool:
		ok = ok || r == Flag || r == Condition
	case []any:
		ok = ok || r == List || r == Texts && !slices.ContainsFunc(x, func(v any) bool { _, text := v.(string); return !text })
	}
	if ok {
		return ""
	}
	return l.mismatch(jsonWords(v, r), r)
}

// mismatch says that something else is needed than what is given, and what can be done about it.
func (l *Language) mismatch(given string, r Result) string {
	words := fmt.Sprintf("The expression gives %s where %s is needed.", given, r.words())
	switch {
	case r == Condition && given == nothing:
		return words + " Say what holds then, with .orValue(false)."
	case r == Flag || r == Condition:
		return words + with(" Compare it with something, such as ", l.subject.Compared)
	case r == List:
		return words + " Put it into [ ]."
	case given == aList:
		return words + with(" Take one of them, such as ", l.subject.OneOf)
	case given == aNumber || given == aFlag || given == aTime || given == aDuration:
		return words + " Put it into string(…)."
	case given == anObject:
		return words + " Take one of its values: write its name after a dot."
	}
	return words
}

// with is advice that ends in an example; "" without one.
func with(advice, example string) string {
	if example == "" {
		return ""
	}
	return advice + example + "."
}
