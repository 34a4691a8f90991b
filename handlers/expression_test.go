package handlers

import (
	"strings"
	"testing"

	"usher/expression"
	"usher/views"
)

// Whoever writes an expression has the reference of the language on the same page, and it is one.
func TestPagesWithExpressionsHaveTheReference(t *testing.T) {
	mapping, sign := newMappingConsole(t), newOIDCConsole(t)
	office := newTargetConsole(t)
	wizard := office.connection("Warehouse") + "/connectors/new"
	for name, page := range map[string]answer{
		"attribute mapping": mapping.get(mapping.at),
		"sign-in":           sign.get("/connections/" + sign.id + "/jit"),
		"rule for groups":   office.get(wizard + "?kind=scim2"),
	} {
		text := page.doc.Find("details:contains('Functions for expressions')").Text()
		for _, f := range expression.Functions() {
			if !strings.Contains(text, f.Signature) || !strings.Contains(text, f.Example) || !strings.Contains(text, f.About) {
				t.Errorf("%s: nothing about %s", name, f.Signature)
			}
		}
	}
}

func TestAnExpressionThatFailsForAUserSaysWhere(t *testing.T) {
	o := newMappingConsole(t)
	res := o.post(o.at+"/preview", o.get(o.at).form(views.MappingExpression("title"), "user.roles[3].value")...).ok(t)
	if got := o.value(t, res, "title"); !strings.HasPrefix(got, "The list has fewer values: [3] is not there for this user.") || !strings.HasSuffix(got, "user.roles[3].value .............^") {
		t.Errorf("it is told as %q", got)
	}
}
