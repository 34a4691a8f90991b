package oidc

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"

	"usher/directory"
)

// costLimit bounds one expression; a thousand times what a default expression costs.
const costLimit = 100_000

// maxClaims bounds what is pasted into the test box, in bytes.
const maxClaims = 64 << 10

// Claims are what a provider says about somebody: the decoded JSON object of the ID token, completed from UserInfo.
type Claims map[string]any

// Text is a claim as text, "" when it is missing or something else.
func (c Claims) Text(name string) string { s, _ := c[name].(string); return s }

// Mapping turns claims into attributes, by one expression an attribute.
type Mapping struct{ rules []rule }

type rule struct {
	attr    Attribute
	program cel.Program // nil when the attribute is not mapped
}

// Mapped is what the claims gave, by Attribute.Key: a key without values is mapped and empty, an absent key is not
// mapped at all.
type Mapped map[string][]string

// Expression is what the attribute is computed by: what an administrator wrote, else the default. Writing nothing
// leaves the attribute out.
func (s Settings) Expression(a Attribute) string {
	if text, ok := s.Mapping[a.Key]; ok {
		return strings.TrimSpace(text)
	}
	return a.Default
}

func (s Settings) checkMapping(f directory.FieldErrors) {
	_, wrong, err := compileMapping(s)
	if err != nil {
		f.Add("", "The expressions could not be checked: "+err.Error())
	}
	for field, words := range wrong {
		f.Add(field, words)
	}
}

// CompileMapping checks and compiles the expressions. Invalid names the fields, see Attribute.FieldName.
func CompileMapping(s Settings) (*Mapping, error) {
	m, wrong, err := compileMapping(s)
	if err != nil {
		return nil, err
	}
	return m, wrong.Err()
}

func compileMapping(s Settings) (*Mapping, directory.FieldErrors, error) {
	env, err := cel.NewEnv(ext.Strings(), cel.OptionalTypes(), cel.Variable("claims", cel.MapType(cel.StringType, cel.DynType)))
	if err != nil {
		return nil, nil, fmt.Errorf("prepare expressions: %w", err)
	}
	m, wrong := &Mapping{}, directory.FieldErrors{}
	for _, a := range Attributes() {
		r := rule{attr: a}
		if text := s.Expression(a); text != "" {
			var words string
			if r.program, words = compile(env, a, text); words != "" {
				wrong.Add(a.FieldName(), words)
			}
		} else if a.Required {
			wrong.Add(a.FieldName(), "Enter an expression: every user needs a user name.")
		}
		m.rules = append(m.rules, r)
	}
	return m, wrong, nil
}

// compile gives the program, or says in words what is wrong with the expression.
func compile(env *cel.Env, a Attribute, text string) (cel.Program, string) {
	if utf8.RuneCountInString(text) > maxExpression {
		return nil, fmt.Sprintf("An expression has at most %d characters.", maxExpression)
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		return nil, issueWords(issues)
	}
	if !takes(a, ast.OutputType()) {
		return nil, outputWords(a, ast.OutputType())
	}
	p, err := env.Program(ast, cel.CostLimit(costLimit), cel.EvalOptions(cel.OptOptimize))
	if err != nil { // constant parts are worked out here, and can fail like any others
		return nil, "The expression cannot be used: " + sentence(err.Error())
	}
	return p, ""
}

func takes(a Attribute, t *cel.Type) bool {
	switch t.Kind() {
	case cel.StringKind, cel.DynKind, cel.NullTypeKind:
		return true
	case cel.ListKind:
		return a.List && slices.Contains([]cel.Kind{cel.StringKind, cel.DynKind}, t.Parameters()[0].Kind())
	}
	return false
}

func outputWords(a Attribute, t *cel.Type) string {
	need := "text"
	if a.List {
		need = "text or a list of texts"
	}
	words := fmt.Sprintf("The expression gives %s where %s is needed.", typeWords(t), need)
	switch {
	case optional(t):
		words += ` Add what to take when the claim is missing, such as .orValue("").`
	case t.Kind() == cel.IntKind, t.Kind() == cel.DoubleKind, t.Kind() == cel.UintKind, t.Kind() == cel.BoolKind:
		words += " Put it into string(…)."
	}
	return words
}

func optional(t *cel.Type) bool { return t.TypeName() == "optional_type" }

func typeWords(t *cel.Type) string {
	switch {
	case optional(t):
		return "a value that may be missing"
	case t.Kind() == cel.ListKind:
		return "a list"
	case t.Kind() == cel.MapKind:
		return "an object"
	case t.Kind() == cel.BoolKind:
		return "true or false"
	case t.Kind() == cel.IntKind, t.Kind() == cel.DoubleKind, t.Kind() == cel.UintKind:
		return "a number"
	}
	return "a " + t.String()
}

func issueWords(issues *cel.Issues) string {
	errs := issues.Errors()
	if len(errs) == 0 {
		return "The expression cannot be read."
	}
	first, message := errs[0], errs[0].Message
	where := fmt.Sprintf(" (at character %d)", first.Location.Column()+1)
	switch {
	case strings.HasPrefix(message, "undeclared reference to"):
		name := strings.Split(message, "'")[1]
		return fmt.Sprintf("There is no “%s” here%s. What the provider says is in claims: write claims[?\"%s\"].orValue(\"\").", name, where, name)
	case strings.HasPrefix(message, "found no matching overload"):
		return "These values do not go together" + where + ": " + sentence(message)
	case strings.HasPrefix(message, "Syntax error"):
		return "The expression is not complete or has a sign in the wrong place" + where + ": " + sentence(strings.TrimPrefix(message, "Syntax error: "))
	}
	return "The expression cannot be used" + where + ": " + sentence(message)
}

// sentence makes somebody else's message end as one, on one line and not endless.
func sentence(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200]) + "…"
	}
	return strings.TrimRight(s, ".") + "."
}

// Map works out every attribute. Errors name the fields as CompileMapping does; a claim that is not there, or says
// nothing, counts as empty.
func (m *Mapping) Map(c Claims) (Mapped, directory.FieldErrors) {
	c = c.present()
	out, wrong := Mapped{}, directory.FieldErrors{}
	for _, r := range m.rules {
		if r.program == nil {
			continue
		}
		values, words := r.eval(c)
		if words == "" && len(values) == 0 && r.attr.Required {
			words = "The claims give no value, and every user needs one."
		}
		if words != "" {
			wrong.Add(r.attr.FieldName(), words)
			continue
		}
		out[r.attr.Key] = values
	}
	return out, wrong
}

func (r rule) eval(c Claims) (values []string, words string) {
	v, _, err := r.program.Eval(map[string]any{"claims": map[string]any(c)})
	if err != nil {
		if strings.HasPrefix(err.Error(), "no such key") {
			return nil, ""
		}
		return nil, "It could not be worked out: " + sentence(err.Error())
	}
	return r.texts(v)
}

func (r rule) texts(v ref.Val) ([]string, string) {
	switch x := v.Value().(type) {
	case string:
		if x = strings.TrimSpace(x); x == "" {
			return nil, ""
		}
		return []string{x}, ""
	}
	if v.Type() == types.NullType {
		return nil, ""
	}
	if opt, ok := v.(*types.Optional); ok {
		if !opt.HasValue() {
			return nil, ""
		}
		return r.texts(opt.GetValue())
	}
	if list, err := v.ConvertToNative(reflect.TypeFor[[]string]()); err == nil && r.attr.List {
		return r.nonEmpty(list.([]string)), ""
	}
	return nil, "The claims give " + valueWords(v) + " where text is needed."
}

func (r rule) nonEmpty(list []string) (out []string) {
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func valueWords(v ref.Val) string {
	switch v.Type() {
	case types.BoolType:
		return "true or false"
	case types.IntType, types.DoubleType, types.UintType:
		return "a number (write string(…) around it)"
	case types.ListType:
		return "a list"
	case types.MapType:
		return "an object"
	}
	return "something else"
}

// ReadClaims reads pasted claims: a JSON object of at most 64 KiB.
func ReadClaims(text string) (Claims, error) {
	if len(text) > maxClaims {
		return nil, invalid("claims", "The claims are too long: at most 64 KiB can be tried.")
	}
	var c Claims
	if err := json.Unmarshal([]byte(text), &c); err != nil || c == nil {
		return nil, invalid("claims", `This is not a JSON object. Paste what an ID token holds, such as {"sub": "1", "email": "ada@example.com"}.`)
	}
	return c, nil
}

func invalid(field, message string) error {
	return &directory.Error{Code: directory.Invalid, Message: message, Fields: map[string]string{field: message}}
}
