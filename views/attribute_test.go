package views

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"usher/directory"
	"usher/views/ui"
)

// filled is a user whose every attribute says what it is.
func filled() directory.User {
	u := directory.User{ID: "1"}
	for _, a := range directory.Attributes() {
		a.Set(&u, "the "+a.Label)
	}
	return u
}

// TestPagesHaveEveryAttribute: the user's form, the page and the page of one's own account leave out no row of the table
// without a reason.
func TestPagesHaveEveryAttribute(t *testing.T) {
	u := filled()
	terms := map[string]string{}
	for _, f := range (UserView{User: u}).facts() {
		terms[f.Term] = f.Text
	}
	form := inputs(UserFormOf(u).Fields())
	own := inputs(OwnAccountView{Form: OwnProfileOf(u)}.ProfileFields())
	for _, a := range directory.Attributes() {
		want := "the " + a.Label
		if got := form[a.Field]; got != want && a.NotByHand == "" {
			t.Errorf("the form has %q for %s", got, a.Path)
		}
		if got := terms[a.Label]; got != want && a.NotByHand == "" && notOnPage()[a.Path] == "" {
			t.Errorf("the page has %q for %s", got, a.Path)
		}
		if got := own[a.Field]; got != want && a.NotByHand == "" && a.Writer == directory.UserWrites && notOwn()[a.Path] == "" {
			t.Errorf("the page of one's own account has %q for %s", got, a.Path)
		}
		if own[a.Field] != "" && a.Writer != directory.UserWrites {
			t.Errorf("people can change %s of their own", a.Path)
		}
	}
	left := notOnPage()
	maps.Copy(left, notOwn())
	for path, why := range left {
		if _, known := directory.AttributeOf(path); !known || why == "" {
			t.Errorf("%q is left out because %q", path, why)
		}
	}
	var b bytes.Buffer
	if err := userFields(UserFormOf(u)).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	for name := range form {
		if n := strings.Count(b.String(), ` name="`+name+`"`); n != 1 {
			t.Errorf("%s is drawn %d times", name, n)
		}
	}
}

func inputs(fields []ui.Field) map[string]string {
	out := map[string]string{}
	for _, f := range fields {
		out[f.Name] = f.Value
	}
	return out
}

// TestOrdersNameAttributes: a name that no row has would be passed over in silence.
func TestOrdersNameAttributes(t *testing.T) {
	for _, path := range slices.Concat(userOrder(), ownOrder()) {
		if _, known := directory.AttributeOf(path); !known {
			t.Errorf("there is no %s", path)
		}
	}
}
