package oidc

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"usher/directory"
	"usher/expression"
)

// maxClaims bounds what is pasted into the test box, in bytes.
const maxClaims = 64 << 10

// Claims are what a provider says about somebody: the decoded JSON object of the ID token, completed from UserInfo.
type Claims map[string]any

// Text is a claim as text, "" when it is missing or something else.
func (c Claims) Text(name string) string { s, _ := c[name].(string); return s }

// Mapping turns claims into attributes, by one expression an attribute.
type Mapping struct{ rules []rule }

type rule struct {
	attr       Attribute
	expression *expression.Expression // nil when the attribute is not mapped
}

// Mapped is what the claims gave, by Attribute.Key: a key without values is mapped and empty, an absent key is not
// mapped at all.
type Mapped map[string][]string

// claimsSubject is what the expressions are about.
func claimsSubject() expression.Subject {
	return expression.Subject{
		Variables: []expression.Variable{{Name: "claims", Type: reflect.TypeFor[map[string]any]()}},
		Whose:     "in these claims",
		Use:       "kept",
		Begin: func(name string) string {
			return fmt.Sprintf("What the provider says is in claims: write claims[?%q].orValue(\"\").", name)
		},
		OneOf:    `claims.emails[?0].orValue("")`,
		Compared: `claims[?"department"].orValue("") == "Sales"`,
	}
}

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
	language, err := expression.New(claimsSubject())
	if err != nil {
		return nil, nil, err
	}
	m, wrong := &Mapping{}, directory.FieldErrors{}
	for _, a := range Attributes() {
		r := rule{attr: a}
		if text := s.Expression(a); text != "" {
			var why *expression.Error
			if r.expression, why = language.Compile(text, a.result()); why != nil {
				wrong.Add(a.FieldName(), why.Error())
			}
		} else if a.Required {
			wrong.Add(a.FieldName(), "Enter an expression: every user needs a user name.")
		}
		m.rules = append(m.rules, r)
	}
	return m, wrong, nil
}

// result is what an expression for the attribute must give.
func (a Attribute) result() expression.Result {
	if a.List {
		return expression.Texts
	}
	return expression.Text
}

// Map works out every attribute. Errors name the fields as CompileMapping does; a claim that is not there, or says
// nothing, counts as empty.
func (m *Mapping) Map(c Claims) (Mapped, directory.FieldErrors) {
	c = c.present()
	out, wrong := Mapped{}, directory.FieldErrors{}
	for _, r := range m.rules {
		if r.expression == nil {
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
	v, why := r.expression.Eval(map[string]any{"claims": map[string]any(c)})
	switch {
	case why != nil && why.Missing:
		return nil, ""
	case why != nil:
		return nil, why.Error()
	}
	var texts []string
	switch v := v.(type) {
	case string:
		texts = []string{v}
	case []any:
		for _, item := range v {
			texts = append(texts, item.(string)) // the result is Texts
		}
	}
	return nonEmpty(texts), ""
}

func nonEmpty(list []string) (out []string) {
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
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
