package expression

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func TestValues(t *testing.T) {
	l := language(t)
	for _, c := range []struct {
		text   string
		result Result
		want   any
	}{
		{`user.title`, Text, "Writer"},
		{`user.title.size() > 9 ? "long" : ""`, Text, nil},
		{`null`, Text, nil},
		{`bag[?"none"]`, Text, nil},
		{`bag[?"text"]`, Text, "x"},
		{`user.groups[?0]`, Text, "Authors"},
		{`user.groups[?7]`, Text, nil},
		{`user.active`, Flag, false},
		{`bag.object.none`, Flag, nil},
		{`user.title == "Writer"`, Condition, true},
		{`user.groups[?7].orValue("") == "x"`, Condition, false},
		{`user.emails`, List, []any{map[string]any{"value": "ada@example.com", "primary": true}}},
		{`user.emails.map(e, e.value)`, List, []any{"ada@example.com"}},
		{`[]`, List, nil},
		{`bag.list`, Texts, []any{"a", "b"}},
		{`user.groups`, Texts, []any{"Authors"}},
		{`user.title`, Texts, "Writer"},
		{`bag.object`, Anything, map[string]any{"city": "Paris"}},
		{`[1, 2u, 3.5]`, Anything, []any{1.0, 2.0, 3.5}},
		{`user.name`, Anything, map[string]any{"givenName": "Ada"}},
	} {
		if got, wrong := l.value(c.text, c.result); wrong != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s gives %#v, want %#v (%v)", c.text, got, c.want, wrong)
		}
	}
}

// mistake is an expression that cannot be used, or has no value.
type mistake struct {
	text   string
	result Result
	says   string
	caret  string // the last line
}

// check: an error has plain words, and shows the place if one is to blame.
func (m mistake) check(t *testing.T, l *Language) {
	t.Helper()
	_, wrong := l.value(m.text, m.result)
	if wrong == nil {
		t.Errorf("%.60s is taken", m.text)
		return
	}
	lines := strings.Split(wrong.Caret, "\n")
	if !strings.Contains(wrong.Message, m.says) || lines[len(lines)-1] != m.caret {
		t.Errorf("%.60s:\n%v\nwant %q and %q", m.text, wrong, m.says, m.caret)
	}
	told(t, m.text, wrong)
}

func TestWordsOfMistakesThatAreFoundAtOnce(t *testing.T) {
	l := language(t)
	for _, m := range []mistake{
		{"team", Text, "There is no “team”. It is not “team” but user.", "^"},
		{"usr", Text, "Did you mean user?", "^"},
		{"user.titel", Text, "There is no attribute “titel” here. Names are ours. Did you mean user.title?", "....^"},
		{"user.firstName", Text, "Did you mean user.name.givenName?", "....^"},
		{"user.email", Text, `Did you mean user.emails[?0].value.orValue("")?`, "....^"},
		{"user.title.toUpperCase()", Text, "There is no function “toUpperCase”. Did you mean text.upperAscii()?", "......................^"},
		{"sizes(user.title)", Text, "Did you mean text.size()?", ".....^"},
		{"user.groups.exists(g)", Flag, "“exists” is not written like this. Write list.exists(x, condition).", "..................^"},
		{"user.title.first('x')", Text, "These values do not go together: “first” does not take them. Write text.first(number), or list.first().", "................^"},
		{"user.title + 1", Text, "“+” does not take them. It joins two texts or two lists, or adds two numbers; string(…) makes text of a number.", "...........^"},
		{"user == 1", Flag, "“==” does not take them. Both sides must be of the same kind", ".....^"},
		{"user.title[0]", Text, "“[ ]” does not take them. A list takes a number in it", "..........^"},
		{"user.active ? 'a' : 1", Text, "“? :” does not take them. Both values must be of the same kind", "............^"},
		{"user in user.groups", Flag, "“in” does not take them.", ".....^"},
		{"user.title.foo", Text, "There is no “foo” here: it is asked of text.", "..........^"},
		{"user.emails.value", Text, "There is no “value” here: it is asked of a list. Take one of the values first, such as user.groups[?0].", "...........^"},
		{"user.title.all(x, true)", Flag, "Only a list or an object has values to go through, and this is text.", "....^"},
		{"user.emails.all(1, true)", Flag, "The first argument must be a name for the values", "................^"},
		{"user.title && true", Flag, "There is text where true or false is needed. Compare it with something, such as user.title == \"Writer\".", "....^"},
		{"has(user)", Flag, "has(…) takes something with a dot in it", "....^"},
		{"'%d'.format(['x'])", Text, "The text and the values of format(…) do not fit:", ".............^"},
		{"for", Text, "“for” is a word of the language", "^"},
		{"user.", Text, "or has a sign in the wrong place: something is missing after “.”.", ".....^"},
		{"user.title +", Text, "The expression is not complete, or has a sign in the wrong place: it ends too early.", "............^"},
		{"user.title)", Text, "“)” does not belong here.", "..........^"},
		{"user.title #", Text, "“#” means nothing.", "...........^"},
		{"user.title = 'x'", Flag, "things are compared with ==.", "...........^"},
		{"'abc", Text, "a text begins here that does not end", "^"},
		{strings.Repeat("(", 300) + "1", Text, "The expression is nested too deeply: at most 100 levels.", ""},
		{strings.Repeat("x", MaxLength+1), Text, "An expression has at most 2000 characters.", ""},
	} {
		m.check(t, l)
	}
}

func TestWordsOfMistakesThatAValueShows(t *testing.T) {
	l := language(t)
	for _, m := range []mistake{
		{"user.groups[3]", Text, "The list has fewer values: [3] is not there for this user. Write [?3] and .orValue(\"\") to allow for that.", "...........^"},
		{"\nsettings.nothing", Text, "“nothing” is not there for this user. Write [?\"nothing\"] and .orValue(\"\") to allow for that.", "........^"},
		{"dyn(user).titel", Text, "There is no attribute “titel” here. Names are ours. Did you mean user.title?", ".........^"},
		{"user.groups[?3].value()", Text, "Write .orValue(\"\") in place of .value()", ".....................^"},
		{"string(1 / user.groups.filter(g, false).size())", Text, "The expression divides by zero.", ".........^"},
		{"string(9223372036854775807 + user.groups.size())", Text, "too large", "...........................^"},
		{"string(int(user.title))", Text, "A value that is text cannot be made a number here.", "..........^"},
		{"dyn(bag.number) + 'x'", Text, "These values do not go together: “+” does not take them.", "................^"},
		{"string(dyn(user))", Text, "These values do not go together: “string” does not take them.", "......^"},
		{"user.title.substring(9)", Text, "past the end of a text (index out of range: 9)", "....................^"},
		{"user.title.substring(3, 1)", Text, "a part of a text that ends before it begins", "....................^"},
		{"user.title.matches(user.title + '[') ? 'a' : 'b'", Text, "The pattern of matches(…) cannot be read: missing closing ]: `[`.", "..................^"},
		{"bag.list.foo", Text, "A value of a list is taken by its number, such as [?0].", "........^"},
		{"dyn(user.title).all(x, true) ? 'a' : 'b'", Text, "Only a list or an object has values to go through, and this is none.", ".............................^"},
		{"'%d'.format([dyn(user.title)])", Text, "The text and the values of format(…) do not fit:", "...........^"},
		{"string(timestamp(user.title))", Text, "The expression cannot be worked out for this user: invalid RFC 3339 timestamp", "................^"},
		{"user.title" + strings.Repeat(`.replace("e", "eeeeeeeeeeeeeeeeeeee")`, 40), Text, "The expression takes too long to work out: it is over the cost limit.", ""},
	} {
		m.check(t, l)
	}
}

// told looks at the form of an error, and for names of Go, which nobody here knows.
func told(t *testing.T, text string, e *Error) {
	t.Helper()
	if e.Message == "" || strings.Contains(e.Message, "\n") || !strings.ContainsAny(e.Message[len(e.Message)-1:], ".?") || strings.Contains(e.Message, "expression.") && !strings.Contains(text, "expression.") {
		t.Errorf("%.60s is told as %q", text, e.Message)
	}
}

func TestResults(t *testing.T) {
	l := language(t)
	for _, c := range []struct {
		text   string
		result Result
		says   string
	}{
		{"user.active", Text, "The expression gives true or false where text is needed. Put it into string(…)."},
		{"user.title.size()", Text, "The expression gives a number where text is needed. Put it into string(…)."},
		{"bag.number", Text, "The expression gives a number where text is needed. Put it into string(…)."},
		{"user.groups", Text, "The expression gives a list where text is needed. Take one of them, such as user.groups[?0]."},
		{"bag.list", Text, "The expression gives a list where text is needed. Take one of them, such as user.groups[?0]."},
		{"user.name", Text, "The expression gives an object with several values where text is needed. Take one of its values: write its name after a dot."},
		{"bag.object", Text, "The expression gives an object where text is needed."},
		{"timestamp(0)", Text, "The expression gives a time where text is needed. Put it into string(…)."},
		{"dyn(timestamp(0))", Text, "The expression gives a time, which cannot be sent."},
		{"dyn(b'x')", Text, "The expression gives bytes, which cannot be sent."},
		{"dyn({1: 2})", Text, "The expression gives an object whose keys are not text, which cannot be sent."},
		{"[user]", List, "The expression gives an object with everything in it, which cannot be sent."},
		{"user.title", List, "The expression gives text where a list is needed. Put it into [ ]."},
		{"bag.text", List, "The expression gives text where a list is needed. Put it into [ ]."},
		{"[1]", Texts, "The expression gives a list of numbers where text or a list of texts is needed."},
		{"bag.numbers", Texts, "The expression gives a list with a number in it where text or a list of texts is needed."},
		{"user.title", Condition, "The expression gives text where true or false is needed. Compare it with something, such as user.title == \"Writer\"."},
		{"bag.text", Condition, "The expression gives text where true or false is needed. Compare it with something"},
		{"[true][?0]", Condition, "The expression gives a value that may be missing where true or false is needed. Say what holds then: add .orValue(false)."},
		{"null", Condition, "The expression gives nothing where true or false is needed. Say what holds then, with .orValue(false)."},
		{"bag.object.none", Condition, "The expression gives nothing where true or false is needed."},
	} {
		_, wrong := l.value(c.text, c.result)
		if wrong == nil || !strings.Contains(wrong.Message, c.says) {
			t.Errorf("%s: %v, want %q", c.text, wrong, c.says)
		}
	}
}

func TestMissingNames(t *testing.T) {
	l := language(t)
	for text, missing := range map[string]bool{"bag.nothing": true, "bag.object.nothing": true, "user.groups[9]": false, "dyn(user).nothing": false} {
		if _, wrong := l.value(text, Text); wrong == nil || wrong.Missing != missing {
			t.Errorf("%s: %+v", text, wrong)
		}
	}
}

// Our own functions cost what they read, or many calls with a long text would take long.
func TestLongTextsCost(t *testing.T) {
	l := language(t)
	for _, call := range []string{"ascii()", "localPart()", "domain()", "first(99999)"} {
		e, wrong := l.Compile(fmt.Sprintf(`[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(x, bag.long.%s).size() > 0`, call), Condition)
		if wrong != nil {
			t.Fatal(wrong)
		}
		if _, wrong := e.Eval(map[string]any{"bag": map[string]any{"long": strings.Repeat("a", 200_000)}}); wrong == nil || !strings.Contains(wrong.Message, "cost limit") {
			t.Errorf("%s: %v", call, wrong)
		}
	}
}

func TestAnExpressionServesManyAtOnce(t *testing.T) {
	e, wrong := language(t).Compile(`user.title.first(3) + user.groups[?0].orValue("")`, Text)
	if wrong != nil {
		t.Fatal(wrong)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if v, wrong := e.Eval(vars()); v != "WriAuthors" {
				t.Error(v, wrong)
			}
		})
	}
	all.Wait()
}

// No text, however odd, may break the compiler or the evaluation, or show what only programmers know.
func FuzzExpression(f *testing.F) {
	for _, s := range []string{"user.title", `user.emails.map(e, e.value.localPart().first(3).ascii())`, `settings[?"x"].orValue("")`, "[1][?0]", `{"a": [user.name]}`,
		`"%s %d".format([user.title, 2])`, "user.emails.filter(e, e.primary)[0].value", "timestamp(0)", `b"x"`, "optional.of(user)", "{1: 2}", `"\ufffd".ascii()`,
		"bag.a.b", "dyn(user).x", "type(user)", "user +", "\n\t'", `bag.list[9] + "é"`, "string(dyn(user))", "1u", "user.title.matches('(')"} {
		f.Add(s)
	}
	l := language(f)
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range []Result{Anything, Text, Flag, List, Texts, Condition} {
			v, wrong := l.value(s, r)
			if wrong != nil {
				told(t, s, wrong)
				continue
			}
			if words := l.unfit(v, r); words != "" {
				t.Errorf("%q gives %#v: %s", s, v, words)
			}
		}
	})
}
