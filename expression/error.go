package expression

import (
	"strings"

	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
)

// Error says what is wrong with an expression, or why it has no value for one subject.
type Error struct {
	Message string // one line, of whole sentences
	Caret   string // the line of the expression and, below it, a mark at the place; "" when no place is to blame

	// Missing: something was looked for by its name in a map or an object, and is not there.
	Missing bool
}

// Error is the message and, on the lines below it, the place.
func (e *Error) Error() string {
	if e.Caret == "" {
		return e.Message
	}
	return e.Message + "\n" + e.Caret
}

// source is an expression as it was written and as it was read.
type source struct {
	text string
	ast  *ast.AST
}

// caret shows a place.
func (s source) caret(at common.Location) string {
	if at.Line() < 1 {
		return ""
	}
	return caret(common.NewError(0, "", at).ToDisplayString(common.NewTextSource(s.text)))
}

// node is a part of the expression by CEL's number; nil when there is none.
func (s source) node(id int64) ast.Expr {
	var found ast.Expr
	if s.ast != nil {
		ast.PostOrderVisit(s.ast.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
			if e.ID() == id {
				found = e
			}
		}))
	}
	return found
}

// function is what a part of the expression calls; "" when it is no call.
func (s source) function(id int64) string {
	if n := s.node(id); n != nil && n.Kind() == ast.CallKind {
		return n.AsCall().FunctionName()
	}
	return ""
}

// caret is the part of one of CEL's messages that shows the place: the lines that begin with a bar.
func caret(display string) string {
	var lines []string
	for line := range strings.Lines(display) {
		if rest, ok := strings.CutPrefix(line, " | "); ok {
			lines = append(lines, strings.TrimRight(rest, "\n"))
		}
	}
	return strings.Join(lines, "\n")
}

// between is what a message has in its first quotes.
func between(message string) string {
	_, rest, _ := strings.Cut(message, "'")
	name, _, _ := strings.Cut(rest, "'")
	return name
}

// sentence makes somebody else's message end as one, on one line and not endless.
func sentence(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200]) + "…"
	}
	return strings.TrimRight(s, ".") + "."
}
