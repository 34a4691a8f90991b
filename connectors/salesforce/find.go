package salesforce

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"usher/connectors"
)

// user is a User record as a query gives it.
type user struct {
	ID       string
	Username string
	Active   bool
	Type     string // "Standard" for people with a licence of their own
	Stamp    string // in the correlation field
	Profile  struct {
		ID        string
		Name      string
		ModifyAll bool // the permission that makes an administrator, whatever the profile is called
	}
	fields map[string]any
}

// UnmarshalJSON keeps the fields, for the correlation field has any name.
func (u *user) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &u.fields); err != nil {
		return err
	}
	text := func(m map[string]any, key string) string { s, _ := m[key].(string); return s }
	u.ID, u.Username, u.Type = text(u.fields, "Id"), text(u.fields, attrUsername), text(u.fields, "UserType")
	u.Active = u.fields[attrActive] == true
	p, _ := u.fields["Profile"].(map[string]any)
	u.Profile.ID, u.Profile.Name, u.Profile.ModifyAll = text(u.fields, attrProfile), text(p, "Name"), p["PermissionsModifyAllData"] == true
	return nil
}

const administratorProfile = "System Administrator"

func (u user) admin() bool { return u.Profile.Name == administratorProfile || u.Profile.ModifyAll }

func (u user) standard() bool { return u.Type == "Standard" }

// identity is what tells who a user is and whom to leave alone.
const identity = "Id, Username, IsActive, UserType, ProfileId, Profile.Name, Profile.PermissionsModifyAllData"

// columns are what is read of a user that is looked for.
func (k *connector) columns() string {
	out := identity + ", LastName, FirstName, Email, Alias, Title, Department"
	if k.stamps() {
		out += ", " + k.correlation
	}
	return out
}

// users runs a query of users. Inactive ones are among them: a re-hire finds the old user.
func (k *connector) users(ctx context.Context, op, where string) ([]user, error) {
	all, err := query[user](ctx, k, op, "SELECT "+k.columns()+" FROM User WHERE "+where)
	if err != nil {
		return nil, err
	}
	usable := all[:0]
	for _, u := range all {
		if !isID(u.ID, "005") {
			continue
		}
		if k.stamps() {
			u.Stamp, _ = u.fields[k.correlation].(string)
		}
		usable = append(usable, u)
	}
	return usable, nil
}

// Find implements connectors.Connector with one query, by our ID and by the Username. What Salesforce found is compared
// here again; an account that bears our ID wins over one that has the name.
func (k *connector) Find(ctx context.Context, p connectors.Profile) (connectors.Account, error) {
	const op = connectors.OpFind
	names := k.usernames(p)
	found, err := k.lookUp(ctx, op, p.ResourceID, names)
	if err != nil {
		return connectors.Account{}, err
	}
	var ours, named []user
	for _, u := range found {
		switch {
		case connectors.SameID(u.Stamp, p.ResourceID):
			ours = append(ours, u)
		case has(names, u.Username):
			named = append(named, u)
		}
	}
	if len(ours) == 0 {
		ours = named
	}
	switch len(ours) {
	case 0:
		return connectors.Account{}, &connectors.Error{Kind: connectors.NotFound, Op: op, Message: "Salesforce has no user for this."}
	case 1:
		return k.account(ctx, op, ours[0], p.ResourceID)
	}
	ids := make([]string, len(ours))
	for i, u := range ours {
		ids[i] = u.ID
	}
	return connectors.Account{}, &connectors.Error{Kind: connectors.Invalid, Op: op, Message: fmt.Sprintf("Salesforce has %d users that match this user: %s.", len(ids), strings.Join(ids, " and ")),
		Remedy: "Clear the correlation field of all but one in Setup, then retry."}
}

// usernames are the names that the profile's user may have, the one with the suffix included.
func (k *connector) usernames(p connectors.Profile) []string {
	name, err := k.names.username(p.Text(attrUsername))
	switch {
	case err != nil:
		return nil
	case k.suffix != "":
		return []string{name, name + k.suffix}
	}
	return []string{name}
}

func has(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

// lookUp gives the users that bear the ID or have one of the names; no question is asked about nothing.
func (k *connector) lookUp(ctx context.Context, op, resourceID string, names []string) ([]user, error) {
	var terms []string
	add := func(column, value string) error {
		v, err := literal(op, value)
		terms = append(terms, column+" = "+v)
		return err
	}
	if resourceID != "" && k.stamps() {
		if err := add(k.correlation, resourceID); err != nil {
			return nil, err
		}
	}
	for _, n := range names {
		if err := add(attrUsername, n); err != nil {
			return nil, err
		}
	}
	if len(terms) == 0 {
		return nil, nil
	}
	return k.users(ctx, op, strings.Join(terms, " OR "))
}

// account is a user as the engine sees it. Administrators, users of other kinds that we did not make, and the user that
// Usher runs as are protected; so is a stranger of whom Usher may not see what it is.
func (k *connector) account(ctx context.Context, op string, u user, resourceID string) (connectors.Account, error) {
	shown := map[string]any{}
	for _, a := range attributes() {
		if v := u.fields[a.Key]; !blank(v) {
			shown[a.Key] = v
		}
	}
	maps.DeleteFunc(shown, func(key string, _ any) bool { return key == attrProfile })
	if u.Profile.Name != "" {
		shown[attrProfile] = u.Profile.Name
	}
	a := connectors.Account{ID: u.ID, ExternalID: u.Stamp, Protected: u.admin() || k.runsAs(u.ID), Shown: shown}
	if connectors.SameID(u.Stamp, resourceID) || a.Protected {
		return a, nil
	}
	if a.Protected = !u.standard() || u.Profile.Name == ""; a.Protected {
		return a, nil
	}
	admin, err := k.adminBySet(ctx, op, u.ID)
	if connectors.KindOf(err) == connectors.Misconfigured {
		admin, err = true, nil
	}
	a.Protected = admin
	return a, err
}

// Read implements connectors.Connector with one query.
func (k *connector) Read(ctx context.Context, id string) (connectors.Account, error) {
	const op = connectors.OpRead
	if !isID(id, "005") {
		return connectors.Account{}, gone(op)
	}
	found, err := k.users(ctx, op, "Id = '"+id+"'")
	switch {
	case err != nil:
		return connectors.Account{}, err
	case len(found) != 1 || !sameID(found[0].ID, id):
		return connectors.Account{}, gone(op)
	}
	return k.account(ctx, op, found[0], found[0].Stamp)
}

// runsAs reports whether this is the user of our own session.
func (k *connector) runsAs(id string) bool {
	k.login.mu.Lock()
	defer k.login.mu.Unlock()
	return sameID(k.login.runAs, id)
}

// byID reads who a user is, and nothing that an organization may close or rename: a leaver must be found whatever the
// settings say. NotFound when there is none.
func (k *connector) byID(ctx context.Context, op, id string) (user, error) {
	if !isID(id, "005") {
		return user{}, gone(op)
	}
	found, err := query[user](ctx, k, op, "SELECT "+identity+" FROM User WHERE Id = '"+id+"'")
	switch {
	case err != nil:
		return user{}, err
	case len(found) != 1 || !sameID(found[0].ID, id):
		return user{}, gone(op)
	}
	return found[0], nil
}

func gone(op string) error {
	return &connectors.Error{Kind: connectors.NotFound, Op: op, Message: "Salesforce has no user with this ID.", Remedy: remedyGone}
}
