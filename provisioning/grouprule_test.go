package provisioning

import (
	"errors"
	"strings"
	"testing"

	"usher/connectors"
	"usher/directory"
	"usher/expression"
)

// A rule has the functions of every expression, and is told about groups, never about users.
func TestGroupRulesSpeakTheOneLanguage(t *testing.T) {
	g := directory.Group{ID: "g1", DisplayName: "App Wäschë@home"}
	for rule, want := range map[string]bool{
		`group.displayName.first(4) == "App "`: true, `group.displayName.ascii().endsWith("Wasche@home")`: true, `group.displayName.localPart().size() == 10`: true,
		`group.displayName.domain() == "home"`: true, `group.displayName.split(" ")[?2].orValue("") == ""`: true, `has(group.id)`: true,
	} {
		r, err := CompileGroupRule(rule)
		if err != nil {
			t.Fatal(rule, err)
		}
		if got, err := r.Has(g); got != want || err != nil {
			t.Error(rule, got, err)
		}
	}
	for rule, says := range map[string]string{
		`name == "x"`: "A rule is about group, such as group.displayName. Did you mean group.displayName?", `group.displayname == "x"`: "There is no attribute “displayname” here. A group has displayName and id",
		`group`: "Compare it with something, such as group.displayName == \"Sales\".", `group.displayName`: "Compare it with something, such as group.displayName == \"Sales\".",
		`group.displayName.split(" ")[?0]`: "true or false is needed", `[true][?0]`: ".orValue(false)", `null`: "gives nothing where", `group + 1 == 2`: "“+” does not take them.",
		`group.all(x, true)`: "Only a list or an object",
	} {
		_, err := CompileGroupRule(rule)
		if e, _ := errors.AsType[*connectors.Error](err); e == nil || !strings.Contains(e.Message, says) || strings.Contains(e.Message, "user") || strings.Contains(e.Message, "Subject") {
			t.Errorf("%s: %v", rule, err)
		}
	}
	r, err := CompileGroupRule(`group.displayName.split(" ")[5] == "x"`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Has(g)
	if why, _ := errors.AsType[*expression.Error](err); why == nil || !strings.Contains(why.Message, "is not there for this group") || why.Caret == "" {
		t.Errorf("%v", err)
	}
}
