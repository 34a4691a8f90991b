package google

import (
	"context"
	"errors"
	"slices"
	"strings"

	"usher/connectors"
)

// Check implements connectors.Connector with reads only. The key, the tokens and the lists that the
// configuration needs must work; the rest warns.
func (k *connector) Check(ctx context.Context) (connectors.Report, error) {
	var r connectors.Report
	addStep(&r, "Read the key", connectors.StepOK, "Service account "+k.key.ClientEmail+", client ID "+k.key.ClientID+".", "")
	if err := k.checkToken(ctx, &r); err != nil {
		return r, err
	}
	if err := k.checkUsers(ctx, &r); err != nil {
		return r, err
	}
	creates, err := k.checkSubjectRights(ctx, &r)
	if err != nil {
		return r, err
	}
	if err := k.checkGroups(ctx, &r); err != nil {
		return r, err
	}
	k.checkUnits(ctx, &r)
	archives := "Only with Archived User licences; known for certain once Usher has archived one."
	r.Capabilities = append(r.Capabilities,
		connectors.Capability{Name: "Create users", Can: creates, Note: "Only a super administrator can."},
		connectors.Capability{Name: "Remove accounts", Can: true, Note: "Google keeps a deleted user for 20 days."},
		connectors.Capability{Name: "Restore deleted users", Can: creates && k.restores, Note: "Within 20 days, when it is switched on and the address is free."},
		connectors.Capability{Name: "Archive users", Can: k.archives, Note: archives},
		connectors.Capability{Name: "Push groups", Can: k.pushes, Note: "Needs the scope " + groupScope + ". With it Usher also tells when an address belongs to a group."})
	return r, nil
}

func addStep(r *connectors.Report, name string, state connectors.StepState, detail, remedy string) {
	r.Steps = append(r.Steps, connectors.Step{Name: name, State: state, Detail: detail, Remedy: remedy})
}

func failStep(r *connectors.Report, name string, e *connectors.Error) error {
	addStep(r, name, connectors.StepFailed, e.Error(), e.Remedy)
	return e
}

// checkToken asks for one token a scope, so that the scope which was not delegated has a name.
func (k *connector) checkToken(ctx context.Context, r *connectors.Report) error {
	const name = "Get an access token"
	for _, scope := range k.scopes() {
		_, err := k.tokens.get(ctx, scope, "")
		if err == nil {
			continue
		}
		e := k.failure(connectors.OpCheck, err)
		if t, ok := errors.AsType[*tokenError](err); ok && t.code == codeUnauthorized {
			e.Remedy = k.missing(ctx) + e.Remedy
		}
		return failStep(r, name, e)
	}
	detail := "For " + k.subject + ", to manage users."
	if k.pushes {
		detail = "For " + k.subject + ", to manage users, groups and their members."
	}
	addStep(r, name, connectors.StepOK, detail, "")
	return nil
}

// missing names the scopes that were not delegated; "" when it is all of them, for then something else is wrong.
func (k *connector) missing(ctx context.Context) string {
	var lacking []string
	for _, scope := range k.scopes() {
		_, err := k.tokens.get(ctx, scope, "")
		if t, ok := errors.AsType[*tokenError](err); ok && t.code == codeUnauthorized {
			lacking = append(lacking, scope)
		}
	}
	switch len(lacking) {
	case 0, len(k.scopes()):
		return ""
	case 1:
		return "The scope " + lacking[0] + " is missing, the others are there. "
	}
	return "The scopes " + strings.Join(lacking, ",") + " are missing. "
}

func (k *connector) checkUsers(ctx context.Context, r *connectors.Report) error {
	const name = "List users"
	if _, err := k.users.List().Customer(k.customer).MaxResults(1).Context(ctx).Do(); err != nil {
		return failStep(r, name, k.failure(connectors.OpCheck, err))
	}
	addStep(r, name, connectors.StepOK, "Google answered. Nothing was changed.", "")
	return nil
}

// checkSubjectRights reports whether the administrator can create users.
func (k *connector) checkSubjectRights(ctx context.Context, r *connectors.Report) (bool, error) {
	const name = "Read the administrator"
	u, err := k.users.Get(k.subject).Context(ctx).Do()
	if err != nil {
		return false, failStep(r, name, k.failure(connectors.OpCheck, err))
	}
	switch {
	case u.IsAdmin:
		addStep(r, name, connectors.StepOK, k.subject+" is a super administrator.", "")
	case u.IsDelegatedAdmin:
		addStep(r, name, connectors.StepWarning, k.subject+" is a delegated administrator, who can change users but not create or restore them.", "Act as a super administrator.")
	default:
		addStep(r, name, connectors.StepWarning, k.subject+" is no administrator.", "Act as a super administrator.")
	}
	return u.IsAdmin, nil
}

// checkGroups reads a group, where groups are pushed: nothing else needs them, and their scope.
func (k *connector) checkGroups(ctx context.Context, r *connectors.Report) error {
	if !k.pushes {
		return nil
	}
	const name = "Read groups"
	if _, err := k.groups.List().Customer(k.customer).MaxResults(1).Context(ctx).Do(); err != nil {
		return failStep(r, name, k.groupFailure(connectors.OpCheck, err))
	}
	addStep(r, name, connectors.StepOK, "Google answered. Nothing was changed.", "")
	return nil
}

// checkUnits looks for the org units that the configuration names. That needs a scope which nothing else does, and is
// left out without.
func (k *connector) checkUnits(ctx context.Context, r *connectors.Report) {
	for _, unit := range slices.Compact([]string{k.orgUnit, k.disabledUnit}) {
		if unit == "" || unit == "/" {
			continue
		}
		name := "Read the org unit " + unit
		_, err := k.units.Get(k.customer, strings.TrimPrefix(unit, "/")).Context(ctx).Do()
		if t, ok := errors.AsType[*tokenError](err); ok && t.code == codeUnauthorized {
			addStep(r, name, connectors.StepSkipped, "Whether it exists was not looked at.", "To have it checked, also delegate the scope "+unitScope)
			continue
		}
		if err == nil {
			addStep(r, name, connectors.StepOK, "It exists.", "")
			continue
		}
		e := k.failure(connectors.OpFind, err)
		if e.Kind == connectors.NotFound {
			e.Remedy = remedyUnit
		}
		addStep(r, name, connectors.StepWarning, e.Error(), e.Remedy)
	}
}
