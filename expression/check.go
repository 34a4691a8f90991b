package expression

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
)

// syntaxError is the first thing that is wrong with the signs of a text.
func (l *Language) syntaxError(text string, issues *cel.Issues) *Error {
	first := firstOf(issues)
	e := &Error{Caret: source{text: text}.caret(first.Location)}
	message, syntax := strings.CutPrefix(first.Message, "Syntax error: ")
	switch {
	case syntax:
		e.Message = "The expression is not complete, or has a sign in the wrong place: " + signWords(message)
	case strings.Contains(message, "recursion") || strings.Contains(message, "nesting"):
		e.Message, e.Caret = fmt.Sprintf("The expression is nested too deeply: at most %d levels.", maxDepth), ""
	case strings.HasPrefix(message, "reserved identifier"):
		_, name, _ := strings.Cut(message, ": ")
		e.Message = fmt.Sprintf("“%s” is a word of the language and cannot be a name.", name)
	case strings.HasPrefix(message, "argument"): // of a macro such as map
		e.Message = "The first argument must be a name for the values, such as x in list.map(x, x.trim())."
	case strings.HasPrefix(message, "invalid argument to has"):
		e.Message = "has(…) takes something with a dot in it, such as has(a.b)."
	default:
		e.Message = l.rest(message)
	}
	return e
}

func firstOf(issues *cel.Issues) *common.Error {
	if errs := issues.Errors(); len(errs) > 0 {
		return errs[0]
	}
	return common.NewError(0, "it cannot be read", common.NoLocation)
}

// signWords says in a few words what the parser stumbled over.
func signWords(message string) string {
	sign := strings.TrimSpace(between(message))
	if token, ok := strings.CutPrefix(message, "token recognition error at: '"); ok {
		sign = strings.TrimSpace(strings.TrimSuffix(token, "'"))
		switch {
		case strings.HasPrefix(sign, "="):
			return "things are compared with ==."
		case strings.ContainsAny(sign, `"'`):
			return "a text begins here that does not end, or has a \\ that means nothing."
		}
		return "“" + sign + "” means nothing."
	}
	if text, ok := strings.CutPrefix(message, "extraneous input '"); ok {
		sign, _, _ = strings.Cut(text, "' expecting")
	}
	switch {
	case sign == "<EOF>":
		return "it ends too early."
	case strings.HasPrefix(message, "no viable alternative"):
		return "something is missing after “" + sign + "”."
	case strings.HasPrefix(message, "extraneous input"), strings.HasPrefix(message, "mismatched input"):
		return "“" + sign + "” does not belong here."
	}
	return sentence(message)
}

// checkError is the first thing that is wrong with the names and the kinds of values.
func (l *Language) checkError(s source, issues *cel.Issues) *Error {
	first := firstOf(issues)
	message, name := first.Message, between(first.Message)
	e := &Error{Caret: s.caret(first.Location)}
	switch {
	case strings.HasPrefix(message, "undeclared reference to"):
		e.Message = l.unknownName(s, first.ExprID, name)
	case strings.HasPrefix(message, "undefined field"):
		e.Message = l.noAttribute(name)
	case strings.HasPrefix(message, "found no matching overload"):
		e.Message = apart(name)
	case strings.HasPrefix(message, "expected type 'bool'"):
		_, found, _ := strings.Cut(message, "but found")
		e.Message = "There is " + l.quoted(found) + " where true or false is needed." + with(" Compare it with something, such as ", l.subject.Compared)
	case strings.HasSuffix(message, "does not support field selection"):
		e.Message = l.noAttributes(s, first.ExprID, l.quoted(message))
	case strings.Contains(message, "range of a comprehension"):
		e.Message = notAList(l.quoted(message))
	case strings.Contains(message, "formatting"):
		e.Message = l.formatWords(message)
	default:
		e.Message = l.rest(message)
	}
	return e
}

// quoted is what values of the type are called that a message has in quotes.
func (l *Language) quoted(message string) string {
	name, _, _ := strings.Cut(between(message), "(")
	for _, o := range l.objects {
		if name == o {
			return anObject
		}
	}
	return nameWords(name)
}

func (l *Language) noAttribute(name string) string {
	return fmt.Sprintf("There is no attribute “%s” here. ", name) + l.subject.Attributes + l.meant(name)
}

// unknownName is about a name, or a function, that there is not.
func (l *Language) unknownName(s source, id int64, name string) string {
	if s.function(id) == "" {
		return fmt.Sprintf("There is no “%s”. ", name) + l.subject.Begin(name) + l.meant(name)
	}
	if usage := usage(name); usage != "" { // a macro with too few or too many arguments is not known as one
		return fmt.Sprintf("“%s” is not written like this.", name) + usage
	}
	return fmt.Sprintf("There is no function “%s”.", name) + meantFunction(name)
}

// apart is about values that a function or an operator does not take.
func apart(function string) string {
	sign, advice := function, usage(function)
	if o, ok := operators()[function]; ok {
		sign, advice = o.sign, o.advice
	}
	return "These values do not go together: “" + sign + "” does not take them." + advice
}

// operators are those that can be given what they do not take, with what they do.
func operators() map[string]struct{ sign, advice string } {
	const (
		same    = " Both sides must be of the same kind; string(…) makes text of a number."
		numbers = " It takes numbers; int(…) makes a number of a text."
		flags   = " It takes what is true or false."
		index   = " A list takes a number in it, an object takes a text, and a text is taken apart with substring(…)."
	)
	return map[string]struct{ sign, advice string }{
		"_+_": {"+", " It joins two texts or two lists, or adds two numbers; string(…) makes text of a number."},
		"_-_": {"-", numbers}, "_*_": {"*", numbers}, "_/_": {"/", numbers}, "_%_": {"%", numbers}, "-_": {"-", numbers},
		"_==_": {"==", same}, "_!=_": {"!=", same}, "_<_": {"<", same}, "_<=_": {"<=", same}, "_>_": {">", same}, "_>=_": {">=", same},
		"_&&_": {"&&", flags}, "_||_": {"||", flags}, "!_": {"!", flags},
		"_?_:_": {"? :", " Both values must be of the same kind, and before the ? stands what is true or false."},
		"_[_]":  {"[ ]", index}, "_[?_]": {"[?]", index},
		"@in": {"in", " To its right stands a list, with values of the kind that stands to its left, or an object."},
	}
}

func (l *Language) noAttributes(s source, id int64, given string) string {
	name := "…"
	if n := s.node(id); n != nil && n.Kind() == ast.SelectKind {
		name = n.AsSelect().FieldName()
	}
	words := fmt.Sprintf("There is no “%s” here: it is asked of %s.", name, given)
	if given == aList {
		words += with(" Take one of the values first, such as ", l.subject.OneOf)
	}
	return words
}

func notAList(given string) string {
	return "Only a list or an object has values to go through, and this is " + given + "."
}

// formatWords passes on which value a text for format(…) does not take.
func (l *Language) formatWords(message string) string {
	_, what, _ := strings.Cut(message, ": ")
	return "The text and the values of format(…) do not fit: " + sentence(l.hidden(what))
}

// rest passes on what CEL says.
func (l *Language) rest(message string) string {
	return "The expression cannot be used: " + sentence(l.hidden(message))
}
