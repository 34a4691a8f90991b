package views

import (
	"testing"

	"usher/auth/oidc"
	"usher/auth/signup"
	"usher/directory"
	"usher/imports"
)

// Every act that makes accounts due can be the cause of an attempt, so each has words.
func TestEveryCauseHasWords(t *testing.T) {
	for _, action := range []string{directory.ActionUserCreate, directory.ActionUserUpdate, directory.ActionUserEnable, directory.ActionUserDisable,
		directory.ActionUserDelete, directory.ActionUserReject, directory.ActionUserTakeBack, directory.ActionRetryAccount, directory.ActionAdoptAccount,
		directory.ActionConnectorUpdate, directory.ActionScopeUpdate, directory.ActionGroupMembers, imports.ActionStart, oidc.ActionUnlink, signup.ActionUpdate, directory.ActionProvisionerCreate, directory.ActionProvisionerUpdate, directory.ActionProvisionerResync} {
		if actionWords(action) == action {
			t.Errorf("%s is shown as it is stored", action)
		}
	}
}

// A row leads to its user: to the page of one that was made or changed, and to a search for one who was there before.
func TestRowsLeadToTheirUsers(t *testing.T) {
	for _, c := range []struct {
		row  imports.Row
		want string
	}{
		{imports.Row{Verdict: imports.Created, UserID: "u1"}, "/users/u1"},
		{imports.Row{Verdict: imports.Same, Name: "ada & co"}, "/users?q=ada+%26+co"},
		{imports.Row{Verdict: imports.WillCreate, Name: "ada"}, ""},
		{imports.Row{Verdict: imports.Refused, Name: "ada"}, ""},
	} {
		if got := rowUser(c.row); got != c.want {
			t.Errorf("%s leads to %q", c.row.Verdict, got)
		}
	}
}
