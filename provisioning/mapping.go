package provisioning

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"usher/connectors"
	"usher/directory"
)

// Mapping turns a user into what an account should have, by one expression an attribute.
type Mapping struct {
	rules []rule
	fixed map[string]any // what expressions see besides the user: connection, settings
}

type rule struct {
	attr    connectors.Attribute
	program cel.Program
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
func CheckMapping(def connectors.Definition, c directory.Connector) (m *Mapping, wrong map[string]Wrong, err error) {
	env, err := expressions()
	if err != nil {
		return nil, nil, fmt.Errorf("prepare expressions: %w", err)
	}
	m, wrong = &Mapping{fixed: map[string]any{"connection": &connectionSubject{c.Connection}, "settings": settingsSubject(def, c.Settings)}}, map[string]Wrong{}
	for _, a := range Mapped(def, c.Mapping).Attributes {
		if a.Default == "" {
			if _, chosen := c.Mapping[a.Key]; chosen && a.Required {
				wrong[a.Key] = Wrong{Message: "The target needs a value. Enter an expression, or reset to the default."}
			}
			continue
		}
		p, w := compile(env, a)
		if w.Message != "" {
			wrong[a.Key] = w
			continue
		}
		m.rules = append(m.rules, rule{a, p})
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
		v, words := r.eval(vars)
		if words != "" {
			return p, badMapping(r.attr, words)
		}
		if v != nil {
			p.Values[r.attr.Key] = v
		}
	}
	return p, nil
}

// Preview is Profile for people who look: it goes on after a mistake, and says by Attribute.Key what is wrong.
func (m *Mapping) Preview(u directory.User) (connectors.Profile, map[string]string) {
	p, wrong := connectors.Profile{ResourceID: u.ID, Values: make(map[string]any, len(m.rules))}, map[string]string{}
	vars := m.vars(u)
	for _, r := range m.rules {
		v, words := r.eval(vars)
		if words != "" {
			wrong[r.attr.Key] = words
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

// eval gives the value, nil when there is none, or says in words why there is no value that the target could take.
func (r rule) eval(vars map[string]any) (any, string) {
	out, _, err := r.program.Eval(vars)
	if err != nil {
		return nil, evalWords(err)
	}
	v, words := plain(out)
	if words == "" {
		v, words = fit(r.attr.Type, v)
	}
	if words == "" && v == nil && r.attr.Required {
		words = "the user has no value for it"
	}
	return v, words
}

func badMapping(a connectors.Attribute, why string) error {
	return &connectors.Error{Kind: connectors.Invalid, Op: "map", Message: fmt.Sprintf("%s could not be worked out: %s.", cmp.Or(a.Label, a.Key), why),
		Remedy: "Complete the user's attributes, or change the connector's attribute mapping."}
}
