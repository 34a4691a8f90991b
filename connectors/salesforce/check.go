package salesforce

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"usher/connectors"
)

// inspection is a check under way.
type inspection struct {
	*connector
	connectors.Report
}

func (i *inspection) add(name string, state connectors.StepState, detail, remedy string) {
	i.Steps = append(i.Steps, connectors.Step{Name: name, State: state, Detail: detail, Remedy: remedy})
}

func (i *inspection) can(name string, can bool, note string) {
	i.Capabilities = append(i.Capabilities, connectors.Capability{Name: name, Can: can, Note: note})
}

// failed records a step that ended the check.
func (i *inspection) failed(name string, err error) error {
	remedy := ""
	if e, ok := err.(*connectors.Error); ok { //nolint:errorlint // every error here is one itself
		remedy = e.Remedy
	}
	i.add(name, connectors.StepFailed, err.Error(), remedy)
	return err
}

// Check implements connectors.Connector with reads only. Login, API version, fields and profile must be right; seats,
// limits and groups warn.
func (k *connector) Check(ctx context.Context) (connectors.Report, error) {
	i := &inspection{connector: k}
	for _, step := range []func(context.Context) error{i.checkLogin, i.checkVersion, i.checkFields, i.checkProfile} {
		if err := step(ctx); err != nil {
			return i.Report, err
		}
	}
	i.checkSeats(ctx)
	i.checkLimits(ctx)
	i.checkGroups(ctx)
	i.can("Create users", true, "")
	i.can("Remove users", false, "Salesforce users cannot be deleted, only deactivated or frozen.")
	i.can("Freeze users", true, "Needs the permission Manage Users.")
	i.can("Set passwords", true, "Only those that fit the organization's password policies.")
	return i.Report, nil
}

func (i *inspection) checkLogin(ctx context.Context) error {
	const name, op = "Log in", connectors.OpCheck
	s, err := i.login.get(ctx, op, "")
	if err != nil {
		return i.failed(name, err)
	}
	if s.user == "" {
		i.add(name, connectors.StepWarning, "Salesforce gave a session, but did not say of which user.", "")
		return nil
	}
	u, err := i.byID(ctx, op, s.user)
	if err != nil {
		return i.failed(name, err)
	}
	i.add(name, connectors.StepOK, fmt.Sprintf("Usher runs as %s (profile %s) in the organization %s.", u.Username, u.Profile.Name, s.org), "")
	i.login.mu.Lock()
	pinned := i.login.org
	i.login.mu.Unlock()
	if pinned != "" {
		i.Proposals = append(i.Proposals, connectors.Proposal{Key: keyOrgID, Value: pinned, Why: "So that exchanged credentials can never move provisioning to another organization."})
	}
	return nil
}

func (i *inspection) checkVersion(ctx context.Context) error {
	const name = "Find the API version"
	c := call{op: connectors.OpCheck, open: true}.get("/services/data/")
	a, err := i.do(ctx, c)
	if err != nil {
		return i.failed(name, err)
	}
	var offered []struct{ Version string }
	if err := i.decode(c, a, &offered); err != nil {
		return i.failed(name, err)
	}
	newest := ""
	for _, o := range offered {
		if "v"+o.Version == i.version {
			i.add(name, connectors.StepOK, i.version+" is offered.", "")
			return nil
		}
		newest = o.Version
	}
	return i.failed(name, &connectors.Error{Kind: connectors.Misconfigured, Op: connectors.OpCheck, Message: fmt.Sprintf("Salesforce does not offer %s; the last in its list is v%s.", i.version, newest), Remedy: remedyVersion})
}

func (i *inspection) checkFields(ctx context.Context) error {
	const name, op = "Read the fields of users", connectors.OpCheck
	s, err := i.describe(ctx, op)
	if err != nil {
		return i.failed(name, err)
	}
	var closed []string
	for _, key := range mustHave() {
		if f, ok := s[key]; key != attrNickname && (!ok || !f.Createable) {
			closed = append(closed, key)
		}
	}
	f, there := s[i.correlation]
	switch {
	case len(closed) > 0:
		err = &connectors.Error{Kind: connectors.Misconfigured, Op: op, Message: "The user that Usher runs as may not write " + strings.Join(closed, ", ") + ".", Remedy: remedyRights}
	case !there:
		err = &connectors.Error{Kind: connectors.Misconfigured, Op: op, Message: "Users have no field " + i.correlation + ", which is the correlation field.", Remedy: remedyFields}
	case i.stamps() && !f.Createable:
		err = &connectors.Error{Kind: connectors.Misconfigured, Op: op, Message: "The user that Usher runs as may not write the correlation field " + i.correlation + ".", Remedy: remedyFields}
	}
	if err != nil {
		return i.failed(name, err)
	}
	i.add(name, connectors.StepOK, fmt.Sprintf("%d fields. Every one that Usher needs can be written.", len(s)), "")
	i.checkMapped(s)
	i.can("Repeat a create safely (upsert)", s.upserts(i.correlation), "When the correlation field is a custom External ID field.")
	if !i.stamps() {
		i.add("Read the correlation field", connectors.StepWarning, "Usher writes no ID of its own, so that every account that it finds counts as somebody else's.", "Choose a custom External ID field or FederationIdentifier.")
	}
	return nil
}

// checkMapped tells which mapped fields stop every user, for Usher sends nothing that Salesforce would refuse for certain.
func (i *inspection) checkMapped(s schema) {
	const name = "Compare the mapping with the fields"
	var unknown, closed []string
	for _, m := range i.mapped {
		switch f, there := s[m.Key]; {
		case !there:
			unknown = append(unknown, m.Key)
		case !f.Createable, !f.Updateable && !m.OnCreate:
			closed = append(closed, m.Key)
		}
	}
	if len(unknown) > 0 {
		i.add(name, connectors.StepWarning, "Users of this organization have no field "+strings.Join(unknown, ", ")+", and the mapping sends something to it. No user with a value for it will be sent.",
			"On the mapping page, send nothing to it, or have the field made visible to the user that Usher runs as.")
	}
	if len(closed) > 0 {
		i.add(name, connectors.StepWarning, "The user that Usher runs as may not write "+strings.Join(closed, ", ")+", and the mapping sends something to it. No user with a value for it will be sent.",
			"Give the user that Usher runs as the right in the field-level security, or send nothing to it on the mapping page.")
	}
}

func (i *inspection) checkProfile(ctx context.Context) error {
	const name = "Find the profile for new users"
	p, err := i.readProfile(ctx, connectors.OpCheck, i.profile)
	if err != nil {
		return i.failed(name, err)
	}
	i.add(name, connectors.StepOK, fmt.Sprintf("%s, of the licence %s.", p.Name, p.License.Name), "")
	return nil
}

func (i *inspection) checkSeats(ctx context.Context) {
	const name = "Count free licences"
	type row struct {
		Name  string  `json:"Name"`
		Total float64 `json:"TotalLicenses"`
		Used  float64 `json:"UsedLicenses"`
	}
	rows, err := query[row](ctx, i.connector, connectors.OpCheck, "SELECT Name, TotalLicenses, UsedLicenses FROM UserLicense WHERE Status = 'Active'")
	if err != nil {
		i.add(name, connectors.StepWarning, "Usher cannot see the licences: "+err.Error(), "Creating users works without it.")
		return
	}
	var words []string
	for _, r := range rows {
		words = append(words, fmt.Sprintf("%s: %.0f of %.0f free", r.Name, r.Total-r.Used, r.Total))
	}
	slices.Sort(words)
	i.add(name, connectors.StepOK, strings.Join(words, "; ")+".", "")
}

func (i *inspection) checkLimits(ctx context.Context) {
	const name = "Read the limits"
	c := call{op: connectors.OpCheck}.get("limits")
	var said struct {
		Daily struct{ Max, Remaining int } `json:"DailyApiRequests"`
	}
	a, err := i.do(ctx, c)
	if err == nil {
		err = i.decode(c, a, &said)
	}
	if err != nil {
		i.add(name, connectors.StepSkipped, "Usher may not see the organization's limits. It works without.", "")
		return
	}
	i.add(name, connectors.StepOK, fmt.Sprintf("%d of %d daily API requests are left.", said.Daily.Remaining, said.Daily.Max), "")
}

func (i *inspection) checkGroups(ctx context.Context) {
	t := i.groups()
	name := "Read " + t.noun + "s"
	found, err := query[groupRow](ctx, i.connector, connectors.OpCheck, fmt.Sprintf("SELECT Id FROM %s WHERE %s LIMIT 1", t.object, t.where))
	switch {
	case err != nil:
		i.add(name, connectors.StepWarning, "Usher cannot see them: "+err.Error(), "Needed only to push groups. Give the user that Usher runs as Manage Users and Assign Permission Sets.")
	case len(found) == 0:
		i.add(name, connectors.StepOK, "There is none yet.", "")
	default:
		i.add(name, connectors.StepOK, "Salesforce answered.", "")
	}
	i.can("Push groups", err == nil, "As "+t.noun+"s.")
}
