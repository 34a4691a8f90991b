package expression

import (
	"reflect"
	"testing"
)

// The subject of the tests is a person with a name and addresses, and a bag of anything.
type person struct {
	Title  string   `cel:"title"`
	Name   name     `cel:"name"`
	Emails []email  `cel:"emails"`
	Groups []string `cel:"groups"`
	Active bool     `cel:"active"`
}

type name struct {
	GivenName string `cel:"givenName"`
}

type email struct {
	Value   string `cel:"value"`
	Primary bool   `cel:"primary"`
}

func persons() Subject {
	return Subject{
		Variables: []Variable{{"user", reflect.TypeFor[person]()}, {"settings", reflect.TypeFor[map[string]string]()}, {"bag", reflect.TypeFor[map[string]any]()}},
		Whose:     "for this user", Use: "sent",
		Begin:      func(name string) string { return "It is not “" + name + "” but user." },
		Attributes: "Names are ours.",
		OneOf:      "user.groups[?0]",
		Compared:   `user.title == "Writer"`,
		Habits:     map[string]string{"firstname": "user.name.givenName"},
	}
}

func language(t testing.TB) *Language {
	t.Helper()
	l, err := New(persons())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func vars() map[string]any {
	return map[string]any{
		"user":     &person{Title: "Writer", Name: name{"Ada"}, Emails: []email{{"ada@example.com", true}, {"", false}}, Groups: []string{"Authors"}},
		"settings": map[string]string{"domain": "example.com"},
		"bag":      map[string]any{"text": "x", "number": 1.5, "list": []any{"a", "b"}, "numbers": []any{1.0}, "object": map[string]any{"city": "Paris", "none": nil}},
	}
}

// value is what an expression gives, or the words about it.
func (l *Language) value(text string, r Result) (any, *Error) {
	e, wrong := l.Compile(text, r)
	if wrong != nil {
		return nil, wrong
	}
	return e.Eval(vars())
}
