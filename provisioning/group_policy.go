package provisioning

import (
	"context"

	"usher/connectors"
	"usher/directory"
)

// GroupPolicy is what an administrator chose about the groups that a connector pushes.
type GroupPolicy struct {
	On            bool // off: nothing is read or written there
	MembersOnly   bool // only into groups that the target has already
	Authoritative bool // members whom we did not add are removed
	OnGone        string
	Rule          *GroupRule
	RuleError     error // why the rule is of no use; groups chosen by hand are pushed all the same
}

// GroupPolicyOf reads the policy from a connector's settings.
func GroupPolicyOf(def connectors.Definition, c connectors.Config) GroupPolicy {
	if def.Groups == nil || !c.On(connectors.PushGroups) {
		return GroupPolicy{}
	}
	p := GroupPolicy{On: true, Authoritative: c.On(connectors.Authoritative), OnGone: c.Text(connectors.OnGroupGone),
		MembersOnly: !def.Groups.Create || c.Text(connectors.GroupMode) == connectors.MembersOnly}
	if p.OnGone == "" {
		p.OnGone = connectors.GoneMembers
	}
	p.Rule, p.RuleError = CompileGroupRule(c.Text(connectors.GroupRule))
	return p
}

// Wants reports whether a group that exists is pushed.
func (p GroupPolicy) Wants(g directory.Group, byHand bool) (bool, error) {
	switch {
	case !p.On:
		return false, nil
	case byHand:
		return true, nil
	case p.RuleError != nil:
		return false, p.RuleError
	}
	return p.Rule.Has(g)
}

// Pushed is one membership in the ledger: whom we made a member, or want to.
type Pushed struct {
	UserID   string
	RemoteID string // of the user's account
	Refused  string // why the target will not have it, in its words; "" when it did not refuse
}

// GroupStore keeps which memberships at a target are ours. Its writes are fenced by the lease of the group's account:
// ErrLeaseLost.
type GroupStore interface {
	// ToRemove are memberships that we made or may have made, and refusals, that are not wanted any more, by user ID
	// after a user; none is wanted when the group is not. Members who changed their account are among them.
	ToRemove(ctx context.Context, t Task, wanted bool, after string, n int) ([]Pushed, error)

	// ToAdd are members whose account is known at the target, and of whom it is not certain that we made them members,
	// by user ID after a user. Those whom the target refused are left out.
	ToAdd(ctx context.Context, t Task, after string, n int) ([]Pushed, error)

	// IntendMembers remembers that a call about these memberships is about to be sent.
	IntendMembers(ctx context.Context, t Task, ms []Pushed) error

	// RecordMembers writes what is certain now: who is a member or refused, and whose membership is no more.
	RecordMembers(ctx context.Context, t Task, made []Pushed, ended []string) error

	// Unmanaged are those of some account IDs at the target who are no wanted member of the group.
	Unmanaged(ctx context.Context, t Task, remoteIDs []string) ([]string, error)

	// Arriving reports whether some wanted member's account is not known yet and being made.
	Arriving(ctx context.Context, t Task) (bool, error)

	// DoubtMembers remembers that account IDs are about to be removed whoever they are: memberships of theirs that were
	// certain are not any more.
	DoubtMembers(ctx context.Context, t Task, remoteIDs []string) error
}
