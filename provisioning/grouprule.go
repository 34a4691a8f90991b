package provisioning

import (
	"fmt"
	"reflect"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"

	"usher/connectors"
	"usher/directory"
)

// GroupRule says which groups a connector pushes besides those that were chosen by hand. A nil one has none.
type GroupRule struct{ program cel.Program }

// groupSubject is `group` as rules see it.
type groupSubject struct {
	ID          string `cel:"id"`
	DisplayName string `cel:"displayName"`
}

// CompileGroupRule checks and compiles a CEL expression over `group`, which must give true or false. "" is nil: no
// group. The error is a *connectors.Error of Kind Invalid for whoever wrote the rule.
func CompileGroupRule(text string) (*GroupRule, error) {
	if text == "" {
		return nil, nil
	}
	env, err := cel.NewEnv(ext.NativeTypes(reflect.TypeFor[groupSubject](), ext.ParseStructTags(true)), ext.Strings(),
		cel.Variable("group", cel.ObjectType("provisioning.groupSubject")))
	if err != nil {
		return nil, fmt.Errorf("prepare the rule: %w", err)
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		return nil, badRule(ruleWords(text, issues))
	}
	if k := ast.OutputType().Kind(); k != cel.BoolKind && k != cel.DynKind {
		return nil, badRule(fmt.Sprintf("It gives a %s where true or false is needed.", ast.OutputType()))
	}
	p, err := env.Program(ast, cel.CostLimit(costLimit), cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, badRule(sentence(err.Error()))
	}
	return &GroupRule{p}, nil
}

// Has reports whether the rule takes the group.
func (r *GroupRule) Has(g directory.Group) (bool, error) {
	if r == nil {
		return false, nil
	}
	out, _, err := r.program.Eval(map[string]any{"group": &groupSubject{ID: g.ID, DisplayName: g.DisplayName}})
	if err != nil {
		return false, badRule(sentence(err.Error()))
	}
	yes, ok := out.Value().(bool)
	if !ok {
		return false, badRule("It gave neither true nor false.")
	}
	return yes, nil
}

// ruleWords says what is wrong with a rule, with the names that rules know.
func ruleWords(text string, issues *cel.Issues) string {
	if errs := issues.Errors(); len(errs) > 0 {
		switch message := errs[0].Message; {
		case strings.HasPrefix(message, "undeclared reference to"):
			return fmt.Sprintf("There is no “%s”. A rule is about group, such as group.displayName.", between(message))
		case strings.HasPrefix(message, "undefined field"):
			return fmt.Sprintf("A group has no “%s”, only displayName and id, and the case of letters counts.", between(message))
		}
	}
	return issueWords(text, issues).Message
}

// BadRule begins the message about a rule that cannot be used; a form that shows it at the field leaves it out.
const BadRule = "The rule for groups cannot be used: "

func badRule(why string) error {
	return &connectors.Error{Kind: connectors.Invalid, Op: "rule", Message: BadRule + why,
		Remedy: "Correct the rule in the connector's settings, or choose the groups by hand."}
}
