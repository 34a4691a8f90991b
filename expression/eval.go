package expression

import (
	"errors"
	"fmt"
	"strings"

	"cel.dev/cel-go/common/types"
)

// evalError says why an expression has no value.
func (l *Language) evalError(s source, err error) *Error {
	e, id := &Error{}, int64(0)
	if at, ok := errors.AsType[*types.Err](err); ok && at.NodeID() > 0 {
		id = at.NodeID()
		e.Caret = s.caret(s.ast.SourceInfo().GetStartLocation(id))
	}
	message := err.Error()
	switch {
	case strings.Contains(message, "cost limit"):
		e.Message, e.Caret = "The expression takes too long to work out: it is over the cost limit.", ""
	case strings.HasPrefix(message, "no such field"):
		e.Message = l.noAttribute(strings.TrimPrefix(message, "no such field: "))
	case strings.HasPrefix(message, "no such key"):
		_, name, _ := strings.Cut(message, ": ")
		e.Missing = true
		e.Message = fmt.Sprintf("“%s” is not there %s. Write [?%q] and .orValue(\"\") to allow for that.", name, l.subject.Whose, name)
	case strings.HasPrefix(message, "index out of bounds"):
		_, index, _ := strings.Cut(message, ": ")
		e.Message = fmt.Sprintf("The list has fewer values: [%s] is not there %s. Write [?%s] and .orValue(\"\") to allow for that.", index, l.subject.Whose, index)
	case strings.HasPrefix(message, "optional.none()"):
		e.Message = fmt.Sprintf("A value that may be missing is not there %s. Write .orValue(\"\") in place of .value() to allow for that.", l.subject.Whose)
	case strings.HasPrefix(message, "no such overload"):
		e.Message = apart(s.function(id))
	default:
		e.Message = l.valueWords(message)
	}
	return e
}

// valueWords are about values that a function or an operator takes, and can do nothing with.
func (l *Language) valueWords(message string) string {
	switch {
	case strings.HasPrefix(message, "index out of range"):
		return "The expression counts past the end of a text (" + message + "). first(n) takes what is there."
	case strings.HasPrefix(message, "invalid substring range"):
		return "The expression takes a part of a text that ends before it begins."
	case strings.HasSuffix(message, "by zero"):
		return "The expression divides by zero."
	case strings.HasSuffix(message, "overflow"):
		return "The expression comes to a number, or a time, that is too large."
	case strings.HasPrefix(message, "type conversion error"), strings.HasPrefix(message, "strconv."):
		_, to, _ := strings.Cut(message, " to '")
		to, _, _ = strings.Cut(to, "'")
		return fmt.Sprintf("A value that is %s cannot be made %s here.", l.quoted(message), nameWords(to))
	case strings.HasPrefix(message, "error parsing regexp"):
		return "The pattern of matches(…) cannot be read: " + sentence(strings.TrimPrefix(message, "error parsing regexp: "))
	case strings.Contains(message, "expected iterable type"):
		return notAList("none")
	case strings.HasPrefix(message, "unsupported index type"):
		return "A value of a list is taken by its number, such as [?0]."
	case strings.Contains(message, "formatting"):
		return l.formatWords(message)
	case strings.Contains(message, "internal error"):
		return "The expression cannot be worked out " + l.subject.Whose + "."
	}
	return "The expression cannot be worked out " + l.subject.Whose + ": " + sentence(l.hidden(message))
}
