package provisioning

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"

	"usher/connectors"
)

// Wrong says why an expression cannot be used.
type Wrong struct {
	Message string // one sentence
	Caret   string // the line of the expression and, below it, a mark at the place; "" when no place is to blame
}

// compile gives the program, or says in words what is wrong with the expression.
func compile(env *cel.Env, a connectors.Attribute) (cel.Program, Wrong) {
	if utf8.RuneCountInString(a.Default) > MaxExpression {
		return nil, Wrong{Message: fmt.Sprintf("An expression has at most %d characters.", MaxExpression)}
	}
	ast, issues := env.Compile(a.Default)
	if issues.Err() != nil {
		return nil, issueWords(a.Default, issues)
	}
	if !gives(ast.OutputType(), a.Type) {
		return nil, Wrong{Message: outputWords(ast.OutputType(), a.Type)}
	}
	p, err := env.Program(ast, cel.CostLimit(costLimit), cel.EvalOptions(cel.OptOptimize))
	if err != nil { // constant parts are worked out here, and can fail like any others
		return nil, Wrong{Message: "The expression cannot be used: " + sentence(err.Error())}
	}
	return p, Wrong{}
}

// gives reports whether a value of the type can be what the attribute needs. What is known only when a user is looked
// at is checked then.
func gives(t *cel.Type, need connectors.AttributeType) bool {
	if inner, ok := unwrapped(t); ok {
		return gives(inner, need)
	}
	switch t.Kind() {
	case cel.DynKind, cel.NullTypeKind:
		return true
	case cel.StringKind:
		return need == connectors.String
	case cel.BoolKind:
		return need == connectors.Boolean
	case cel.ListKind:
		return need == connectors.List
	}
	return false
}

func unwrapped(t *cel.Type) (*cel.Type, bool) {
	if t.TypeName() == "optional_type" && len(t.Parameters()) == 1 {
		return t.Parameters()[0], true
	}
	return nil, false
}

func outputWords(t *cel.Type, need connectors.AttributeType) string {
	if inner, ok := unwrapped(t); ok {
		t = inner
	}
	words := fmt.Sprintf("The expression gives %s where %s is needed.", valueWords(t), neededWords(need))
	switch k := t.Kind(); {
	case need == connectors.String && k == cel.ListKind:
		words += " Take one of them, such as user.emails[?0].value.orValue(\"\")."
	case need == connectors.String && (k == cel.IntKind || k == cel.DoubleKind || k == cel.UintKind || k == cel.BoolKind):
		words += " Put it into string(…)."
	case need == connectors.List:
		words += " Put it into [ ]."
	case need == connectors.Boolean:
		words += " Compare it with something, such as user.title == \"Manager\"."
	}
	return words
}

func neededWords(t connectors.AttributeType) string {
	switch t {
	case connectors.Boolean:
		return "true or false"
	case connectors.List:
		return "a list"
	}
	return "text"
}

// kinded is what a type and a value's type have in common.
type kinded interface{ TypeName() string }

func valueWords(t kinded) string {
	switch name := t.TypeName(); name {
	case "string":
		return "text"
	case "bool":
		return "true or false"
	case "int", "uint", "double":
		return "a number"
	case "list":
		return "a list"
	case "map":
		return "an object"
	case "provisioning.subjectValue", "provisioning.subjectPlace", "provisioning.subjectManager", "provisioning.subjectName":
		return "an object with several values"
	case "provisioning.subject", "provisioning.connectionSubject":
		return "an object with everything in it"
	case "google.protobuf.Timestamp":
		return "a time"
	case "google.protobuf.Duration":
		return "a duration"
	case "bytes":
		return "bytes"
	}
	return "something else"
}

func jsonWords(v any) string {
	switch v.(type) {
	case string:
		return "text"
	case bool:
		return "true or false"
	case float64:
		return "a number"
	case []any:
		return "a list"
	}
	return "an object"
}

// issueWords is the first thing that is wrong with a text, in one sentence, with its place.
func issueWords(text string, issues *cel.Issues) Wrong {
	errs := issues.Errors()
	if len(errs) == 0 {
		return Wrong{Message: "The expression cannot be read."}
	}
	message := errs[0].Message
	w := Wrong{Caret: caret(errs[0].ToDisplayString(common.NewTextSource(text)))}
	switch {
	case strings.HasPrefix(message, "undeclared reference to"):
		w.Message = fmt.Sprintf("There is no “%s”. Expressions begin with user, connection or settings, such as user.userName.", between(message)) + meant(between(message))
	case strings.HasPrefix(message, "undefined field"):
		w.Message = fmt.Sprintf("There is no attribute “%s” here. Names are SCIM’s, such as user.name.givenName, and the case of letters counts.", between(message)) + meant(between(message))
	case strings.HasPrefix(message, "found no matching overload"):
		w.Message = "These values do not go together: “" + strings.Trim(between(message), "_@") + "” does not take them."
	case strings.HasPrefix(message, "Syntax error"):
		w.Message = "The expression is not complete, or has a sign in the wrong place: " + sentence(strings.TrimPrefix(message, "Syntax error: "))
	default:
		w.Message = "The expression cannot be used: " + sentence(message)
	}
	return w
}

// between is what a message has in its first quotes.
func between(message string) string {
	_, rest, _ := strings.Cut(message, "'")
	name, _, _ := strings.Cut(rest, "'")
	return name
}

// caret is the part of a message that shows the place: the lines that begin with a bar.
func caret(display string) string {
	var lines []string
	for line := range strings.Lines(display) {
		if rest, ok := strings.CutPrefix(line, " | "); ok {
			lines = append(lines, strings.TrimRight(rest, "\n"))
		}
	}
	return strings.Join(lines, "\n")
}

// evalWords is why an expression had no result for a user, in words that end without a full stop.
func evalWords(err error) string {
	message := err.Error()
	switch {
	case strings.Contains(message, "cost limit"):
		return "it takes too long to work out"
	case strings.Contains(message, "index out of bounds"), strings.Contains(message, "no such key"):
		return "it takes something out of a list or a map that is not there for this user; write [?0] and .orValue(\"\") to allow for that"
	}
	return strings.TrimRight(sentence(message), ".")
}

// sentence makes somebody else's message end as one, on one line and not endless.
func sentence(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200]) + "…"
	}
	return strings.TrimRight(s, ".") + "."
}
