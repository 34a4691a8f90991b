package provisioning

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"usher/connectors"
	"usher/directory"
	"usher/expression"
)

// Mapping turns a user into what an account should have, by one expression an attribute.
type Mapping struct {
	rules []rule
	fixed map[string]any // what expressions see besides the user: connection, settings
}

type rule struct {
	attr       connectors.Attribute
	expression *expression.Expression
}

// CompileMapping checks and compiles the expressions that a kind comes with.
func CompileMapping(def connectors.Definition) (*Mapping, error) {
	return MappingOf(def, directory.Connector{})
}

// MappingOf checks and compiles the expressions of a connector: what an administrator wrote, else the kind's own. What
// cannot be used is a *connectors.Error of Kind Misconfigured that names the attributes.
func MappingOf(def connectors.Definition, c directory.Connector) (*Mapping, error) {
	m, wrong, err := CheckMapping(def, c)
	if err != nil || len(wrong) == 0 {
		return m, err
	}
	var words []string
	for _, a := range def.Attributes {
		if w, ok := wrong[a.Key]; ok {
			words = append(words, a.Label+": "+w.Message)
		}
	}
	return nil, &connectors.Error{Kind: connectors.Misconfigured, Op: "map", Message: "The attribute mapping cannot be used. " + strings.Join(words, " "),
		Remedy: "Open the connector's attribute mapping and correct these expressions."}
}

// CheckMapping is MappingOf for people who are still writing: wrong says by Attribute.Key what cannot be used, and the
// mapping works out the others.
func CheckMapping(def connectors.Definition, c directory.Connector) (m *Mapping, wrong map[string]expression.Error, err error) {
	language, err := expression.New(userSubject())
	if err != nil {
		return nil, nil, err
	}
	m, wrong = &Mapping{fixed: map[string]any{"connection": &connectionSubject{c.Connection}, "settings": settingsSubject(def, c.Settings)}}, map[string]expression.Error{}
	for _, a := range Mapped(def, c.Mapping).Attributes {
		if a.Default == "" {
			if _, chosen := c.Mapping[a.Key]; chosen && a.Required {
				wrong[a.Key] = expression.Error{Message: "The target needs a value. Enter an expression, or reset to the default."}
			}
			continue
		}
		e, w := language.Compile(a.Default, resultOf(a.Type))
		if w != nil {
			wrong[a.Key] = *w
			continue
		}
		m.rules = append(m.rules, rule{a, e})
	}
	return m, wrong, nil
}

// Mapped is the kind with what an administrator changed about its attributes: Default is the expression in force, ""
// when nothing is sent. Changes about attributes that the kind does not have are not looked at.
func Mapped(def connectors.Definition, m directory.Mapping) connectors.Definition {
	def.Attributes = slices.Clone(def.Attributes)
	for i, a := range def.Attributes {
		if r, ok := m[a.Key]; ok {
			def.Attributes[i].Default = strings.TrimSpace(r.Expression)
			def.Attributes[i].OnCreate = a.OnCreate || r.OnCreate // a target that takes it once cannot be asked for more
		}
	}
	return def
}

// Attributes are what the mapping sends something to.
func (m *Mapping) Attributes() []connectors.Attribute {
	var all []connectors.Attribute
	for _, r := range m.rules {
		all = append(all, r.attr)
	}
	return all
}

// Profile evaluates every expression for the user. Empty text and empty lists are left out: the attribute is
// not there. The error is a *connectors.Error of Kind Invalid that names the attribute.
func (m *Mapping) Profile(u directory.User) (connectors.Profile, error) {
	p := connectors.Profile{ResourceID: u.ID, Values: make(map[string]any, len(m.rules))}
	vars := m.vars(u)
	for _, r := range m.rules {
		v, wrong := r.eval(vars)
		if wrong != nil {
			return p, badMapping(r.attr, wrong)
		}
		if v != nil {
			p.Values[r.attr.Key] = v
		}
	}
	return p, nil
}

// Preview is Profile for people who look: it goes on after a mistake, and says by Attribute.Key what is wrong.
func (m *Mapping) Preview(u directory.User) (connectors.Profile, map[string]expression.Error) {
	p, wrong := connectors.Profile{ResourceID: u.ID, Values: make(map[string]any, len(m.rules))}, map[string]expression.Error{}
	vars := m.vars(u)
	for _, r := range m.rules {
		v, w := r.eval(vars)
		if w != nil {
			wrong[r.attr.Key] = *w
		} else if v != nil {
			p.Values[r.attr.Key] = v
		}
	}
	return p, wrong
}

func (m *Mapping) vars(u directory.User) map[string]any {
	vars := maps.Clone(m.fixed)
	vars["user"] = subjectOf(u)
	return vars
}

// eval gives the value, nil when there is none, or says why there is no value that the target could take.
func (r rule) eval(vars map[string]any) (any, *expression.Error) {
	v, wrong := r.expression.Eval(vars)
	if wrong == nil && r.attr.Type == connectors.List && v != nil {
		v, wrong = items(v.([]any))
	}
	if wrong == nil && v == nil && r.attr.Required {
		wrong = &expression.Error{Message: "The user has no value for it."}
	}
	return v, wrong
}

func resultOf(t connectors.AttributeType) expression.Result {
	switch t {
	case connectors.Boolean:
		return expression.Flag
	case connectors.List:
		return expression.List
	}
	return expression.Text
}

// items makes a list what a list of SCIM is: a text in it stands for an item with that value (RFC 7643 §2.4).
func items(list []any) (any, *expression.Error) {
	for i, v := range list {
		switch v := v.(type) {
		case string:
			list[i] = map[string]any{"value": v}
		case map[string]any:
		default:
			return nil, &expression.Error{Message: "The expression gives a list with " + expression.Kind(v) + " in it, where texts or objects with a value are needed."}
		}
	}
	return list, nil
}

func badMapping(a connectors.Attribute, why *expression.Error) error {
	return &connectors.Error{Kind: connectors.Invalid, Op: "map", Message: fmt.Sprintf("%s could not be worked out. %s", cmp.Or(a.Label, a.Key), why.Message),
		Remedy: "Complete the user's attributes, or change the connector's attribute mapping."}
}
