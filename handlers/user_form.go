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
	text := func(name string) string { return strings.TrimSpace(f.Get(name)) }
	return views.UserForm{UserName: text("user_name"), GivenName: text("given_name"), FamilyName: text("family_name"), DisplayName: text("display_name"),
		Named: f.Has("display_name"), Email: text("email"), Department: text("department"), Title: text("title"), Phone: text("phone"),
		PasswordMode: f.Get("password_mode")}
}

// applyUserForm writes what was typed over u, whose other attributes stay.
func applyUserForm(u *directory.User, f views.UserForm) {
	u.UserName = f.UserName
	if u.Name.GivenName != f.GivenName || u.Name.FamilyName != f.FamilyName {
		u.Name.GivenName, u.Name.FamilyName, u.Name.Formatted = f.GivenName, f.FamilyName, "" // it was put together from them
	}
	u.Department, u.Title = f.Department, f.Title
	if f.Named {
		u.DisplayName = f.DisplayName
	}
	u.SetEmail(f.Email)
	u.SetPhone(f.Phone)
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

// overtaken reports that somebody else changed the thing between opening the form and sending it. A name that is
// taken is a Conflict too, but names its field.
func overtaken(e *directory.Error) bool {
	return e.Code == directory.Conflict && len(e.Fields) == 0
}

func incompleteForm() error {
	return &refusal{http.StatusBadRequest, "The form cannot be read", "It arrived incomplete, so Usher cannot tell what you changed.",
		"Open the page again and repeat your entry."}
}
