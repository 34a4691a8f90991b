package expression

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// What the reference says must be true.
func TestExamples(t *testing.T) {
	l, err := New(Subject{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Functions() {
		v, wrong := l.value(f.Example, Anything)
		if wrong != nil {
			t.Errorf("%s: %v", f.Signature, wrong)
			continue
		}
		var got strings.Builder
		e := json.NewEncoder(&got)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil || strings.TrimSpace(got.String()) != f.Result {
			t.Errorf("%s: %s gives %s, and the reference says %s (%v)", f.Signature, f.Example, got.String(), f.Result, err)
		}
		if !f.operator() && !strings.Contains(f.Example, f.Name) || !strings.HasSuffix(f.About, ".") {
			t.Errorf("%s: the example does not use it, or its sentence does not end", f.Signature)
		}
	}
}

// leftOut are functions that the reference does not have, and why.
func leftOut() map[string]string {
	const (
		inside = "CEL's own, which nobody writes"
		times  = "parts of times: SCIM and claims have hardly any, and getFullYear shows the way"
		rare   = "a kind of value that nothing here has"
	)
	return map[string]string{"@not_strictly_false": inside, "__not_strictly_false__": inside, "_in_": inside, "in": inside,
		"getDate": times, "getDayOfMonth": times, "getDayOfWeek": times, "getDayOfYear": times, "getHours": times, "getMilliseconds": times,
		"getMinutes": times, "getMonth": times, "getSeconds": times, "duration": rare, "bytes": rare, "uint": rare}
}

func TestReferenceIsComplete(t *testing.T) {
	l, err := New(Subject{})
	if err != nil {
		t.Fatal(err)
	}
	left := leftOut()
	var known []string
	for _, f := range Functions() {
		known = append(known, f.Name)
	}
	has := l.env.Functions()
	names := slices.Collect(func(yield func(string) bool) {
		for name := range has {
			if !yield(name) {
				return
			}
		}
		for _, m := range l.env.Macros() {
			if !yield(m.Function()) {
				return
			}
		}
	})
	for _, name := range names {
		_, out := left[name]
		if slices.Contains(known, name) == out {
			t.Errorf("%s is neither in the reference nor left out with a reason, or both", name)
		}
	}
	for _, name := range known {
		if !slices.Contains(names, name) {
			t.Errorf("the reference has %s, and the language has not", name)
		}
	}
	for name := range left {
		if !slices.Contains(names, name) {
			t.Errorf("%s is left out, and there is no such function", name)
		}
	}
}

// The advice after a mistake leads to what there is.
func TestHabitsOfFunctions(t *testing.T) {
	for habit, name := range functionHabits() {
		if usage(name) == "" {
			t.Errorf("%s leads to %s, which is not in the reference", habit, name)
		}
		if got := meantFunction(habit); !strings.Contains(got, name+"(") {
			t.Errorf("%s leads to %q", habit, got)
		}
	}
}
