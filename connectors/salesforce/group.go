package salesforce

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"usher/connectors"
)

// kindOfGroup is what groups become: public groups, or permission sets.
type kindOfGroup struct {
	object, prefix  string // of the group itself
	label, devName  string // its fields for people and for code
	member          string // the object that joins a user and a group
	group, assignee string // its two fields
	where           string // which of the objects count
	noun            string
}

func (k *connector) groups() kindOfGroup {
	if k.sets {
		return kindOfGroup{"PermissionSet", "0PS", "Label", "Name", "PermissionSetAssignment", "PermissionSetId", "AssigneeId", "IsOwnedByProfile = false", "permission set"}
	}
	return kindOfGroup{"Group", "00G", "Name", "DeveloperName", "GroupMember", "GroupId", "UserOrGroupId", "Type = 'Regular'", "public group"}
}

// developerName is our ID as a public group's name for code, which is unique and has letters, digits and underscores
// only; "" when it cannot be one.
func developerName(resourceID string) string {
	const prefix, longest = "usher_", 80
	name := prefix + strings.ReplaceAll(resourceID, "-", "_")
	if resourceID == "" || len(name) > longest || strings.Contains(name, "__") || strings.HasSuffix(name, "_") || strings.Trim(name, letters+"_") != "" {
		return ""
	}
	return name
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// groupRow is a group as a query gives it.
type groupRow struct {
	ID            string `json:"Id"`
	Name          string // the name for people of a public group, for code of a permission set
	Label         string
	DeveloperName string
}

// FindGroup implements connectors.GroupConnector. A public group bears our ID as its developer name; a permission set,
// which we never make, is found by its label or its API name.
func (k *connector) FindGroup(ctx context.Context, g connectors.GroupProfile) (connectors.Account, error) {
	const op = connectors.OpFind
	t, stamp := k.groups(), developerName(g.ResourceID)
	if k.sets {
		stamp = ""
	}
	name, err := literal(op, g.Name)
	if err != nil {
		return connectors.Account{}, err
	}
	where := t.label + " = " + name
	switch {
	case k.sets:
		where += " OR " + t.devName + " = " + name
	case stamp != "":
		where += " OR " + t.devName + " = '" + stamp + "'"
	}
	found, err := query[groupRow](ctx, k, op, fmt.Sprintf("SELECT Id, %s, %s FROM %s WHERE %s AND (%s)", t.label, t.devName, t.object, t.where, where))
	if err != nil {
		return connectors.Account{}, err
	}
	return k.chooseGroup(found, g, stamp)
}

func (k *connector) chooseGroup(found []groupRow, g connectors.GroupProfile, stamp string) (connectors.Account, error) {
	const op = connectors.OpFind
	t := k.groups()
	var named []groupRow
	for _, r := range found {
		switch {
		case !isID(r.ID, t.prefix):
		case stamp != "" && strings.EqualFold(r.DeveloperName, stamp):
			return k.groupAccount(r, g), nil
		case strings.EqualFold(r.Name, g.Name), k.sets && strings.EqualFold(r.Label, g.Name):
			named = append(named, r)
		}
	}
	switch len(named) {
	case 0:
		return connectors.Account{}, &connectors.Error{Kind: connectors.NotFound, Op: op, Message: fmt.Sprintf("Salesforce has no %s “%s”.", t.noun, g.Name)}
	case 1:
		return k.groupAccount(named[0], g), nil
	}
	ids := make([]string, len(named))
	for i, r := range named {
		ids[i] = r.ID
	}
	return connectors.Account{}, &connectors.Error{Kind: connectors.Invalid, Op: op, Message: fmt.Sprintf("Salesforce has %d %ss “%s”: %s.", len(ids), t.noun, g.Name, strings.Join(ids, " and ")),
		Remedy: "Rename all but one in Setup, then retry."}
}

// groupAccount tells whose a public group is by its developer name: ours, another of ours, or nobody's.
func (k *connector) groupAccount(r groupRow, g connectors.GroupProfile) connectors.Account {
	a := connectors.Account{ID: r.ID, Shown: map[string]any{connectors.GroupName: r.Name}}
	if k.sets {
		a.Shown[connectors.GroupName] = r.Label
		return a
	}
	if stamped, ours := strings.CutPrefix(strings.ToLower(r.DeveloperName), "usher_"); ours {
		a.ExternalID = strings.ReplaceAll(stamped, "_", "-")
		if strings.EqualFold(r.DeveloperName, developerName(g.ResourceID)) {
			a.ExternalID = g.ResourceID
		}
	}
	return a
}

// longestGroupName is of Group.Name, in characters (Object Reference, Group).
const longestGroupName = 40

func (k *connector) nameFits(op, name string) error {
	longest := longestGroupName
	if k.sets {
		longest = 80
	}
	if cutTo(name, longest) == name && strings.TrimSpace(name) != "" {
		return nil
	}
	return &connectors.Error{Kind: connectors.Invalid, Op: op, Message: fmt.Sprintf("A %s's name has 1 to %d characters, and “%s” does not fit.", k.groups().noun, longest, cutTo(name, 100)),
		Remedy: "Give the group a shorter name."}
}

// CreateGroup implements connectors.GroupConnector.
func (k *connector) CreateGroup(ctx context.Context, g connectors.GroupProfile) (connectors.Account, error) {
	const op = connectors.OpCreate
	if k.sets {
		return connectors.Account{}, &connectors.Error{Kind: connectors.Misconfigured, Op: op, Message: fmt.Sprintf("There is no permission set “%s”, and Usher does not make permission sets.", g.Name),
			Remedy: "Make the permission set in Setup, with this label. Or push only the members of groups that are there, or let groups become public groups."}
	}
	if err := k.nameFits(op, g.Name); err != nil {
		return connectors.Account{}, err
	}
	stamp := developerName(g.ResourceID)
	if stamp == "" {
		return connectors.Account{}, &connectors.Error{Kind: connectors.Invalid, Op: op, Message: "The group's ID cannot be a developer name in Salesforce.", Remedy: "Make the group in Setup, and let Usher adopt it."}
	}
	c := call{op: op, creates: true, method: http.MethodPost, path: "sobjects/Group", body: map[string]string{"Name": g.Name, "DeveloperName": stamp, "Type": "Regular"}}
	a, err := k.do(ctx, c)
	if err != nil {
		if code(err) == "DUPLICATE_DEVELOPER_NAME" {
			err = duplicateGroup(err)
		}
		return connectors.Account{}, err
	}
	var m made
	if err := k.decode(c, a, &m); err != nil {
		return connectors.Account{}, err
	}
	if !isID(m.ID, k.groups().prefix) || !m.Success {
		return connectors.Account{}, &connectors.Error{Kind: connectors.Unknown, Op: op, Status: a.status, Message: "Salesforce said yes, but did not say what the group's ID is.", Remedy: remedyDoubt}
	}
	return connectors.Account{ID: m.ID, ExternalID: g.ResourceID}, nil
}

func duplicateGroup(err error) error {
	e, _ := err.(*connectors.Error) //nolint:errorlint // code knew it
	e.Kind, e.Remedy = connectors.Conflict, "The group is there already. Usher looks for it."
	return e
}

// ReadGroup implements connectors.GroupConnector with one query.
func (k *connector) ReadGroup(ctx context.Context, id string) (connectors.Account, error) {
	const op = connectors.OpRead
	t := k.groups()
	if !isID(id, t.prefix) {
		return connectors.Account{}, k.noGroup(op)
	}
	found, err := query[groupRow](ctx, k, op, fmt.Sprintf("SELECT Id, %s, %s FROM %s WHERE %s AND Id = '%s'", t.label, t.devName, t.object, t.where, id))
	switch {
	case err != nil:
		return connectors.Account{}, err
	case len(found) != 1 || !sameID(found[0].ID, id):
		return connectors.Account{}, k.noGroup(op)
	}
	return k.groupAccount(found[0], connectors.GroupProfile{}), nil
}

// UpdateGroup implements connectors.GroupConnector. Salesforce answers a PATCH without a body.
func (k *connector) UpdateGroup(ctx context.Context, id string, g connectors.GroupProfile) (connectors.Account, error) {
	return connectors.Account{}, k.renameGroup(ctx, id, g)
}

func (k *connector) renameGroup(ctx context.Context, id string, g connectors.GroupProfile) error {
	const op = connectors.OpUpdate
	t := k.groups()
	if !isID(id, t.prefix) {
		return k.noGroup(op)
	}
	if err := k.nameFits(op, g.Name); err != nil {
		return err
	}
	_, err := k.do(ctx, call{op: op, method: http.MethodPatch, path: record(t.object, id), body: map[string]string{t.label: g.Name}})
	return k.written(ctx, op, id, err)
}

// DeleteGroup implements connectors.GroupConnector.
func (k *connector) DeleteGroup(ctx context.Context, id string) error {
	const op = connectors.OpDeprovision
	t := k.groups()
	switch {
	case k.sets:
		return &connectors.Error{Kind: connectors.Misconfigured, Op: op, Message: "Usher does not delete permission sets.", Remedy: "Choose to remove the memberships only, when a group is deleted or not pushed any more."}
	case !isID(id, t.prefix):
		return k.noGroup(op)
	}
	_, err := k.do(ctx, call{op: op, method: http.MethodDelete, path: record(t.object, id)})
	return k.written(ctx, op, id, err)
}

func (k *connector) noGroup(op string) error {
	return &connectors.Error{Kind: connectors.NotFound, Op: op, Message: "Salesforce has no " + k.groups().noun + " with this ID.", Remedy: remedyGone}
}
