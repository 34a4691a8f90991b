package views

import (
	"strconv"
	"time"

	"usher/auth"
	"usher/auth/oidc"
	"usher/auth/signup"
	"usher/directory"
	"usher/imports"
	"usher/mail"
	"usher/provisioning"
)

// doneWords says of each act what somebody did. Every stored action has its words here.
var doneWords = map[string]string{
	directory.ActionUserCreate:        "created the user",
	directory.ActionUserUpdate:        "edited the user",
	directory.ActionUserEnable:        "enabled the user",
	directory.ActionUserDisable:       "disabled the user",
	directory.ActionUserDelete:        "deleted the user",
	directory.ActionUserReject:        "took the refused user back",
	directory.ActionUserTakeBack:      "took back a user whose creation was broken off",
	directory.ActionGroupCreate:       "created a group",
	directory.ActionGroupUpdate:       "changed a group",
	directory.ActionGroupDelete:       "deleted a group",
	directory.ActionGroupMembers:      "changed the members of a group",
	directory.ActionScopeUpdate:       "changed the connection’s groups",
	directory.ActionBrandingUpdate:    "changed the branding",
	directory.ActionRetryAccount:      "pressed Retry now",
	directory.ActionAdoptAccount:      "had the account adopted",
	directory.ActionRelocateAccount:   "had the account looked for again",
	directory.ActionConnectionCreate:  "created the connection",
	directory.ActionConnectionUpdate:  "changed the connection",
	directory.ActionConnectionDelete:  "deleted the connection",
	directory.ActionConnectorCreate:   "saved the connector",
	directory.ActionConnectorUpdate:   "saved the connector",
	directory.ActionConnectorDelete:   "deleted the connector",
	directory.ActionProvisionerCreate: "added the provisioner",
	directory.ActionProvisionerUpdate: "changed the provisioner",
	directory.ActionProvisionerDelete: "removed the provisioner",
	directory.ActionProvisionerResync: "started a sync of all users",
	directory.ActionConnectorMapping:  "changed the attribute mapping",
	directory.ActionConnectorGroups:   "chose the groups to push",
	directory.ActionGroupRetry:        "tried the group again",

	oidc.ActionUpdate:       "changed how people sign in with a provider",
	oidc.ActionUpdateJIT:    "changed Just-in-Time Provisioning",
	oidc.ActionUnlink:       "unlinked the user from a provider",
	signup.ActionUpdate:     "changed Self Registration",
	mail.ActionServerUpdate: "changed the mail server",

	auth.ActionAdminCreate:   "added an administrator",
	auth.ActionAdminPassword: "changed an administrator’s password",
	auth.ActionUserPassword:  "changed the user’s password",
	auth.ActionTokenCreate:   "created an API token",
	auth.ActionTokenRevoke:   "revoked an API token",

	imports.ActionUpload: "uploaded a file of users",
	imports.ActionStart:  "started an import",
	imports.ActionPause:  "paused an import",
	imports.ActionResume: "resumed an import",
	imports.ActionCancel: "cancelled an import",
	imports.ActionPurge:  "deleted the rows of an import",
}

// actionWords says what somebody did; an action that has no words yet is shown as it is stored.
func actionWords(action string) string {
	if words, ok := doneWords[action]; ok {
		return words
	}
	return action
}

// causeWords is actionWords of somebody in particular: people who act on their own account did not “create the user”.
func causeWords(a directory.Actor, action string) string {
	if a.Kind == directory.ByUser {
		switch action {
		case directory.ActionUserCreate:
			return "signed up, or signed in for the first time"
		case directory.ActionUserUpdate:
			return "changed their profile, or signed in with new details"
		case directory.ActionUserReject:
			return "was refused by a target"
		}
	}
	return actionWords(action)
}

func actorWords(a directory.Actor) string {
	switch a.Kind {
	case directory.ByCLI:
		return "the usher command"
	case directory.ByToken:
		return "API client " + a.Name
	case directory.BySystem, "":
		return "Usher"
	}
	return a.Name
}

func outcomeWords(o provisioning.Outcome) string {
	if o == provisioning.Again {
		return "to be retried"
	}
	return string(o)
}

func operationWords(o provisioning.Operation) string {
	if o == provisioning.OpNone {
		return "nothing sent"
	}
	return string(o)
}

func tookWords(d time.Duration) string {
	if d < time.Second {
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	}
	return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
}

func statusWords(status int) string {
	if status == 0 {
		return ""
	}
	return strconv.Itoa(status)
}
