package google

import (
	"context"
	"errors"
	"fmt"

	"usher/connectors"
)

// Check implements connectors.Connector with reads only. The key, a token for users and their list must work;
// the rest warns.
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
	groups := k.checkGroups(ctx, &r)
	archives := "Only with Archived User licences; known for certain once Usher has archived one."
	r.Capabilities = append(r.Capabilities,
		connectors.Capability{Name: "Create users", Can: creates, Note: "Only a super administrator can."},
		connectors.Capability{Name: "Remove accounts", Can: true, Note: "Google keeps a deleted user for 20 days."},
		connectors.Capability{Name: "Restore deleted users", Can: creates && k.restores, Note: "Within 20 days, when it is switched on and the address is free."},
		connectors.Capability{Name: "Archive users", Can: k.archives, Note: archives},
		connectors.Capability{Name: "Tell when a group has an address", Can: groups, Note: "Needs the scope " + groupScope + "."})
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
	if _, err := k.tokens.get(ctx, userScope, ""); err != nil {
		e := k.failure(connectors.OpCheck, err)
		if t, ok := errors.AsType[*tokenError](err); ok && t.code == codeUnauthorized {
			if _, err := k.tokens.get(ctx, groupScope, ""); err == nil {
				e.Remedy = "The scope " + userScope + " is missing, the other is there. " + e.Remedy
			}
		}
		return failStep(r, name, e)
	}
	addStep(r, name, connectors.StepOK, "For "+k.subject+", to manage users.", "")
	return nil
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

// checkGroups reports whether groups can be read. Without it Usher works, and knows less about taken addresses.
func (k *connector) checkGroups(ctx context.Context, r *connectors.Report) bool {
	const name = "Read groups"
	if _, err := k.groups.List().Customer(k.customer).MaxResults(1).Context(ctx).Do(); err != nil {
		e := k.failure(connectors.OpCheck, err)
		remedy := e.Remedy
		if t, ok := errors.AsType[*tokenError](err); ok && t.code == codeUnauthorized {
			remedy = k.delegateRemedy(fmt.Sprintf("%s,%s", userScope, groupScope))
		}
		addStep(r, name, connectors.StepWarning, "Usher cannot see whether a group has an address: "+e.Error(), remedy)
		return false
	}
	addStep(r, name, connectors.StepOK, "Google answered.", "")
	return true
}
