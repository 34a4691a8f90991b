package handlers

import (
	"net/http"
	"net/url"
	"strings"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

// readUserForm takes what was typed; the password stays where it is.
func readUserForm(f url.Values) views.UserForm {
	out := views.UserForm{Named: f.Has("display_name"), PasswordMode: f.Get("password_mode")}
	out.Values = typedAttributes(f, out.Attributes())
	return out
}

// typedAttributes is what a form says about a user, by path. An attribute that it lacks, as a page from before the
// attribute came, says nothing about it.
func typedAttributes(f url.Values, all []directory.Attribute) map[string]string {
	values := map[string]string{}
	for _, a := range all {
		if f.Has(a.Field) {
			values[a.Path] = strings.TrimSpace(f.Get(a.Field))
		}
	}
	return values
}

// setAttributes writes what was typed over u, whose other attributes stay.
func setAttributes(u *directory.User, all []directory.Attribute, values map[string]string) {
	u.Arrival.Typed = true
	for _, a := range all {
		if v, typed := values[a.Path]; typed {
			a.Set(u, v)
		}
	}
}

func applyUserForm(u *directory.User, f views.UserForm) {
	given, family := u.Name.GivenName, u.Name.FamilyName
	setAttributes(u, f.Attributes(), f.Values)
	if u.Name.GivenName != given || u.Name.FamilyName != family {
		u.Name.Formatted = "" // it was put together from them
	}
}

// outcomeFlash says what was done, and what each target that was waited for made of it.
func outcomeFlash(title string, outcomes []directory.Outcome) ui.Flash {
	return withOutcomes(ui.Flash{Title: title}, outcomes, "has it already", "is not sent this user", "does not have it yet")
}

// withOutcomes puts a sentence for each target in the place of the flash's text, when there is any target.
// done and open end the sentence about a target that agrees and one that does not, none about one where there is nothing.
func withOutcomes(f ui.Flash, outcomes []directory.Outcome, done, none, open string) ui.Flash {
	var lines []string
	for _, o := range outcomes {
		if o.OK && o.RemoteID == "" {
			lines = append(lines, o.Connection+" "+none+".")
			continue
		}
		if o.OK {
			lines = append(lines, o.Connection+" "+done+".")
			continue
		}
		f.Tone = ui.Warning
		lines = append(lines, strings.TrimSpace(o.Connection+" "+open+": "+o.Reason+" "+o.Remedy)+" Usher keeps trying where that can help.")
	}
	if len(lines) > 0 {
		f.Text = strings.Join(lines, " ")
	}
	return f
}

// changedMeanwhile reports that somebody else changed the thing between opening the form and sending it. A name that is
// taken is a Conflict too, but names its field.
func changedMeanwhile(e *directory.Error) bool {
	return e.Code == directory.Conflict && len(e.Fields) == 0
}

func incompleteForm() error {
	return &refusal{http.StatusBadRequest, "The form cannot be read", "It arrived incomplete, so Usher cannot tell what you changed.",
		"Open the page again and repeat your entry."}
}
