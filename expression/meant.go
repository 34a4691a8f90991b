package expression

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// names are the names in expressions, with how each is written: those that expressions begin with, the attributes of
// these, and of the objects in them.
func (s Subject) names() map[string]string {
	names := map[string]string{}
	for _, v := range s.Variables {
		names[v.Name] = v.Name
	}
	for _, v := range s.Variables {
		addNames(names, v.Name+".", v.Type)
	}
	return names
}

func addNames(names map[string]string, before string, t reflect.Type) {
	if t.Kind() != reflect.Struct {
		return
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, full := f.Tag.Get("cel"), before+f.Tag.Get("cel")
		if f.Type.Kind() == reflect.Slice && hasValue(f.Type.Elem()) {
			full += `[?0].value.orValue("")`
		}
		if _, ok := names[name]; !ok {
			names[name] = full
		}
	}
	for i := range t.NumField() {
		if f := t.Field(i); !hasValue(f.Type) { // the parts of an item are called the same in every list
			addNames(names, before+f.Tag.Get("cel")+".", f.Type)
		}
	}
}

// hasValue reports whether a struct is an item of SCIM: a value, with its type and more (RFC 7643 §2.4).
func hasValue(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	_, ok := t.FieldByNameFunc(func(name string) bool { return name == "Value" })
	return ok
}

// meant is a question after a name that is nearly one that there is; "" when none is near.
func (l *Language) meant(name string) string {
	return question(name, l.subject.names(), l.subject.Habits)
}

// meantFunction is the same after the name of a function.
func meantFunction(name string) string {
	names := map[string]string{}
	for _, f := range Functions() {
		if _, ok := names[f.Name]; !ok && !f.operator() {
			names[f.Name] = f.Signature
		}
	}
	for habit, name := range functionHabits() {
		names[habit] = names[name]
	}
	return question(name, names, nil)
}

// functionHabits are functions as other languages call them, in small letters.
func functionHabits() map[string]string {
	return map[string]string{"lower": "lowerAscii", "lowercase": "lowerAscii", "tolower": "lowerAscii", "tolowercase": "lowerAscii",
		"upper": "upperAscii", "uppercase": "upperAscii", "toupper": "upperAscii", "touppercase": "upperAscii", "len": "size", "length": "size", "count": "size",
		"left": "first", "substr": "substring", "slice": "substring", "tostring": "string", "str": "string", "strip": "trim", "includes": "contains",
		"any": "exists", "some": "exists", "every": "all", "select": "map", "where": "filter", "replaceall": "replace", "normalize": "ascii"}
}

// question finds the nearest of some names. Habits are certain.
func question(name string, names, habits map[string]string) string {
	low := strings.ToLower(name)
	best, distance := habits[low], 3
	for _, n := range slices.Sorted(maps.Keys(names)) {
		other, d := strings.ToLower(n), 0
		switch {
		case best != "" && distance == 3:
			continue
		case other == low:
		case len(low) >= 4 && strings.HasPrefix(other, low):
			d = 1
		default:
			d = edits(low, other)
		}
		if d < distance && d*2 < len(low) {
			best, distance = names[n], d
		}
	}
	if best == "" {
		return ""
	}
	return " Did you mean " + best + "?"
}

// edits is how many letters must be added, taken away or changed (Levenshtein).
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
