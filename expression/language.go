package expression

import (
	"fmt"
	"path"
	"reflect"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"
)

// Bounds of one expression.
const (
	MaxLength = 2000    // characters
	maxDepth  = 100     // of what is nested in each other
	costLimit = 100_000 // in CEL's units; a thousand times what a usual expression costs
)

// Subject is what the expressions of one place are about, and how people are told so. The words stand in sentences of
// this package.
type Subject struct {
	Variables []Variable

	// Whose is whom a value is worked out for, such as "for this user".
	Whose string

	// Use is what is done with a value, such as "sent".
	Use string

	// Begin says how expressions begin, after a name was used that there is not.
	Begin func(name string) string

	// Attributes says which attributes there are, after one was used that there is not.
	Attributes string

	// OneOf is an expression that takes one text out of a list, and Compared one that gives true or false.
	OneOf, Compared string

	// Habits are names, in small letters, that people know from other systems, with the expressions for what they mean.
	Habits map[string]string
}

// Variable is a name that expressions can begin with.
type Variable struct {
	Name string

	// Type is a struct, whose fields with a tag `cel` are its attributes, or a map with texts as keys.
	Type reflect.Type
}

// Language compiles the expressions about one subject. It can be used by several goroutines.
type Language struct {
	subject Subject
	env     *cel.Env
	objects []string // what CEL calls the structs
}

// New makes the language for a subject. That it fails is a mistake in the program.
func New(s Subject) (*Language, error) {
	l := &Language{subject: s}
	options := []cel.EnvOption{
		ext.Strings(),
		cel.OptionalTypes(),
		cel.ParserExpressionSizeLimit(MaxLength),
		cel.ParserRecursionLimit(maxDepth),
		textFunctions(),
	}
	native := []any{ext.ParseStructTags(true)}
	for _, v := range s.Variables {
		options = append(options, cel.Variable(v.Name, celType(v.Type)))
		if v.Type.Kind() == reflect.Struct {
			native = append(native, v.Type)
			l.objects = append(l.objects, objectNames(v.Type)...)
		}
	}
	if len(l.objects) > 0 {
		options = append(options, ext.NativeTypes(native...))
	}
	var err error
	if l.env, err = cel.NewEnv(options...); err != nil {
		return nil, fmt.Errorf("prepare expressions: %w", err)
	}
	return l, nil
}

func celType(t reflect.Type) *cel.Type {
	switch t.Kind() {
	case reflect.Struct:
		return cel.ObjectType(objectName(t))
	case reflect.Map:
		return cel.MapType(celType(t.Key()), celType(t.Elem()))
	case reflect.String:
		return cel.StringType
	}
	return cel.DynType
}

// objectName is what ext.NativeTypes calls a struct.
func objectName(t reflect.Type) string { return path.Base(t.PkgPath()) + "." + t.Name() }

// objectNames are those of a struct and of the structs in it.
func objectNames(t reflect.Type) []string {
	if t.Kind() == reflect.Slice {
		return objectNames(t.Elem())
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	names := []string{objectName(t)}
	for _, f := range reflect.VisibleFields(t) {
		names = append(names, objectNames(f.Type)...)
	}
	return names
}

// Expression is compiled and can be worked out for one subject after the other, by several goroutines at once.
type Expression struct {
	language *Language
	source   source
	program  cel.Program
	result   Result
}

// Compile checks an expression, which is not "", and makes it ready. The error is nil when it can be used.
func (l *Language) Compile(text string, result Result) (*Expression, *Error) {
	if utf8.RuneCountInString(text) > MaxLength {
		return nil, &Error{Message: fmt.Sprintf("An expression has at most %d characters.", MaxLength)}
	}
	parsed, issues := l.env.Parse(text)
	if issues.Err() != nil {
		return nil, l.syntaxError(text, issues)
	}
	src := source{text, parsed.NativeRep()}
	checked, issues := l.env.Check(parsed)
	if issues.Err() != nil {
		return nil, l.checkError(src, issues)
	}
	if words := l.refused(checked.OutputType(), result); words != "" {
		return nil, &Error{Message: words}
	}
	src.ast = checked.NativeRep()
	p, err := l.env.Program(checked, cel.CostLimit(costLimit), cel.EvalOptions(cel.OptOptimize))
	if err != nil { // constant parts are worked out here, and can fail like any others
		return nil, l.evalError(src, err)
	}
	return &Expression{l, src, p, result}, nil
}

// Eval works the expression out. vars has a value for each variable: a pointer to its struct, or its map. The value is
// what the Result says, and nil when there is none: an empty text, an empty list, null, or an optional without a value.
func (e *Expression) Eval(vars map[string]any) (any, *Error) {
	out, _, err := e.program.Eval(vars)
	if err != nil {
		return nil, e.language.evalError(e.source, err)
	}
	v, what := plain(out)
	if what != "" {
		return nil, &Error{Message: "The expression gives " + what + ", which cannot be " + e.language.subject.Use + "."}
	}
	if words := e.language.unfit(v, e.result); words != "" {
		return nil, &Error{Message: words}
	}
	return v, nil
}

// hidden replaces what CEL and Go call types by words, for the few messages of CEL that are passed on.
func (l *Language) hidden(message string) string {
	for _, name := range l.objects {
		message = strings.ReplaceAll(message, name, "object")
	}
	return strings.NewReplacer("google.protobuf.Timestamp", "time", "google.protobuf.Duration", "duration").Replace(message)
}
