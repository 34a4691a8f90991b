package provisioning

import (
	"reflect"

	"usher/connectors"
	"usher/directory"
	"usher/expression"
)

// GroupRule says which groups a connector pushes besides those that were chosen by hand. A nil one has none.
type GroupRule struct{ condition *expression.Expression }

// groupSubject is `group` as rules see it.
type groupSubject struct {
	ID          string `cel:"id"`
	DisplayName string `cel:"displayName"`
}

// ruleSubject is what rules for groups are about.
func ruleSubject() expression.Subject {
	return expression.Subject{
		Variables:  []expression.Variable{{Name: "group", Type: reflect.TypeFor[groupSubject]()}},
		Whose:      "for this group",
		Use:        "used",
		Begin:      func(string) string { return "A rule is about group, such as group.displayName." },
		Attributes: "A group has displayName and id, and the case of letters counts.",
		Compared:   `group.displayName == "Sales"`,
		Habits:     map[string]string{"name": "group.displayName", "title": "group.displayName", "label": "group.displayName"},
	}
}

// CompileGroupRule checks and compiles an expression over `group`, which must give true or false. "" is nil: no group.
// The error is a *connectors.Error of Kind Invalid around an *expression.Error for whoever wrote the rule.
func CompileGroupRule(text string) (*GroupRule, error) {
	if text == "" {
		return nil, nil
	}
	language, err := expression.New(ruleSubject())
	if err != nil {
		return nil, err
	}
	e, wrong := language.Compile(text, expression.Condition)
	if wrong != nil {
		return nil, badRule(wrong)
	}
	return &GroupRule{e}, nil
}

// Has reports whether the rule takes the group.
func (r *GroupRule) Has(g directory.Group) (bool, error) {
	if r == nil {
		return false, nil
	}
	v, wrong := r.condition.Eval(map[string]any{"group": &groupSubject{ID: g.ID, DisplayName: g.DisplayName}})
	if wrong != nil {
		return false, badRule(wrong)
	}
	return v.(bool), nil
}

func badRule(why *expression.Error) error {
	return &connectors.Error{Kind: connectors.Invalid, Op: "rule", Message: "The rule for groups cannot be used. " + why.Message,
		Remedy: "Correct the rule in the connector's settings, or choose the groups by hand.", Err: why}
}
