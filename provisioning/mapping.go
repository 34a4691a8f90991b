package provisioning

import (
	"fmt"
	"reflect"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"

	"usher/connectors"
	"usher/directory"
)

// Mapping turns a user into what an account should have, by one expression an attribute.
type Mapping struct {
	rules []rule
}

type rule struct {
	attr    connectors.Attribute
	program cel.Program
}

// costLimit bounds one expression; a thousand times what a default expression costs.
const costLimit = 100_000

// subject is `user` as expressions see it: SCIM's names, every field always there.
type subject struct {
	ID           string         `cel:"id"`
	ExternalID   string         `cel:"externalId"`
	UserName     string         `cel:"userName"`
	Name         subjectName    `cel:"name"`
	DisplayName  string         `cel:"displayName"`
	Title        string         `cel:"title"`
	Department   string         `cel:"department"`
	Emails       []subjectValue `cel:"emails"`
	PhoneNumbers []subjectValue `cel:"phoneNumbers"`
	Active       bool           `cel:"active"`
	Source       string         `cel:"source"`
}

type subjectName struct {
	GivenName  string `cel:"givenName"`
	FamilyName string `cel:"familyName"`
}

type subjectValue struct {
	Value   string `cel:"value"`
	Type    string `cel:"type"`
	Primary bool   `cel:"primary"`
}

func subjectOf(u directory.User) *subject {
	s := &subject{ID: u.ID, ExternalID: u.ExternalID, UserName: u.UserName, Name: subjectName{u.Name.GivenName, u.Name.FamilyName}, DisplayName: u.DisplayName,
		Title: u.Title, Department: u.Department, Active: u.Active, Source: string(u.Source),
		Emails: make([]subjectValue, len(u.Emails)), PhoneNumbers: make([]subjectValue, len(u.PhoneNumbers))}
	for i, e := range u.Emails {
		s.Emails[i] = subjectValue{e.Value, e.Type, e.Primary}
	}
	for i, p := range u.PhoneNumbers {
		s.PhoneNumbers[i] = subjectValue{p.Value, p.Type, p.Primary}
	}
	return s
}

// CompileMapping checks and compiles the expressions of a kind's attributes.
func CompileMapping(def connectors.Definition) (*Mapping, error) {
	env, err := cel.NewEnv(
		ext.NativeTypes(reflect.TypeFor[subject](), reflect.TypeFor[subjectName](), reflect.TypeFor[subjectValue](), ext.ParseStructTags(true)),
		ext.Strings(),
		cel.OptionalTypes(),
		cel.Variable("user", cel.ObjectType("provisioning.subject")),
	)
	if err != nil {
		return nil, fmt.Errorf("prepare expressions: %w", err)
	}
	m := &Mapping{}
	for _, a := range def.Attributes {
		if a.Default == "" {
			continue
		}
		p, err := compile(env, a)
		if err != nil {
			return nil, fmt.Errorf("%s: attribute %s: %w", def.Kind, a.Key, err)
		}
		m.rules = append(m.rules, rule{a, p})
	}
	return m, nil
}

var outputs = map[connectors.AttributeType]cel.Kind{connectors.String: cel.StringKind, connectors.Boolean: cel.BoolKind, connectors.List: cel.ListKind}

func compile(env *cel.Env, a connectors.Attribute) (cel.Program, error) {
	ast, iss := env.Compile(a.Default)
	if iss.Err() != nil {
		return nil, iss.Err()
	}
	if k := ast.OutputType().Kind(); k != outputs[a.Type] && k != cel.DynKind {
		return nil, fmt.Errorf("the expression gives a %s where a %s is needed", ast.OutputType(), a.Type)
	}
	return env.Program(ast, cel.CostLimit(costLimit), cel.EvalOptions(cel.OptOptimize))
}

// Profile evaluates every expression for the user. Empty text and empty lists are left out: the attribute is
// not there. The error is a *connectors.Error of Kind Invalid that names the attribute.
func (m *Mapping) Profile(u directory.User) (connectors.Profile, error) {
	p := connectors.Profile{ResourceID: u.ID, Values: make(map[string]any, len(m.rules))}
	vars := map[string]any{"user": subjectOf(u)}
	for _, r := range m.rules {
		out, _, err := r.program.Eval(vars)
		if err != nil {
			return p, badMapping(r.attr, err.Error())
		}
		v, err := plain(out)
		if err != nil {
			return p, badMapping(r.attr, err.Error())
		}
		if v != nil {
			p.Values[r.attr.Key] = v
		} else if r.attr.Required {
			return p, badMapping(r.attr, "the user has no value for it")
		}
	}
	return p, nil
}

func badMapping(a connectors.Attribute, why string) error {
	return &connectors.Error{Kind: connectors.Invalid, Op: "map", Message: fmt.Sprintf("%s could not be worked out: %s.", a.Label, why),
		Remedy: "Complete the user's attributes, then save the user."}
}

// plain turns a CEL value into the JSON value that is sent, stored and compared; nil when it is empty.
func plain(v ref.Val) (any, error) {
	switch x := v.Value().(type) {
	case string:
		if x == "" {
			return nil, nil
		}
		return x, nil
	case bool:
		return x, nil
	case []subjectValue:
		return plainValues(x), nil
	}
	j, err := v.ConvertToNative(reflect.TypeFor[any]())
	if err != nil {
		return nil, err
	}
	return j, nil
}

func plainValues(vs []subjectValue) any {
	if len(vs) == 0 {
		return nil
	}
	out := make([]any, len(vs))
	for i, v := range vs {
		m := map[string]any{"value": v.Value}
		if v.Type != "" {
			m["type"] = v.Type
		}
		if v.Primary {
			m["primary"] = true
		}
		out[i] = m
	}
	return out
}
