package provisioning

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"usher/connectors"
)

// What tells whose an account is that was found or read, and who may have it.

// mayAdopt is how an account is tied to us that was found and that we did not stamp; or the question to an administrator.
func (u *userRemote) mayAdopt(ctx context.Context, a connectors.Account) (Link, error) {
	c := u.c
	left, returns, err := u.earlier(ctx, a)
	if err != nil {
		return Link{}, err
	}
	c.r.Found, c.r.Adoptable = a, !a.Protected && (a.ExternalID == "" || returns)
	policy := c.o.Policy.OnExisting
	switch {
	case a.Protected:
		return Link{}, inTheWay("The account %s at the target has this user's name and is an administrator or service account, which Usher never adopts.", a,
			"Give this user another name, or rename the account at the target.")
	case returns && (policy == connectors.AdoptExisting || a.ID == c.task.Approved):
		return takeBack(a, left), nil
	case returns && policy != connectors.FailExisting:
		return Link{}, isBack(a, left)
	case a.ExternalID != "":
		return Link{}, inTheWay("The account %s at the target has this user's name and belongs to somebody else (external ID "+quoted(a.ExternalID)+").", a,
			"Clear the external ID at the target if the account is this user's, then try again; otherwise give this user another name.")
	case policy == connectors.AdoptExisting || a.ID == c.task.Approved:
		return Link{RemoteID: a.ID, Origin: Adopted}, nil
	}
	return Link{}, c.existing(a)
}

// earlier is what is known of an account that Usher disabled or kept when its user left, for the same person may be
// back. It counts while the account bears that user's stamp, or is ours by its ID where there are no stamps.
func (u *userRemote) earlier(ctx context.Context, a connectors.Account) (LeftAccount, bool, error) {
	left, ok, err := u.c.store.Left(ctx, u.c.task, a.ID, a.ExternalID)
	return left, ok && left.Bears(a), err
}

// takeBack gives the account to the person who is back: one that we made is stamped again.
func takeBack(a connectors.Account, left LeftAccount) Link {
	l := Link{RemoteID: a.ID, Origin: left.Origin, ReturnedFrom: left.ResourceID}
	if left.Origin != Created {
		l.ReturnedFrom = ""
	}
	return l
}

func isBack(a connectors.Account, left LeftAccount) error {
	did := "and left it as it was"
	if left.Reason == LeftDisabled {
		did = "and disabled it"
	}
	return inTheWay(fmt.Sprintf("The account %%s with this user's name is the earlier account of %s: Usher kept it in step %s on %s, when that user left.",
		left.Name, did, left.At.UTC().Format("2 January 2006")), a,
		"If this is the same person, adopt the account: Usher activates it and writes the attributes. Otherwise give this user another name.")
}

func (u *userRemote) stamped() bool { return true }

// looksOurs: the values that an account is recognised by must be there still. While a write is in doubt, the account may
// have those that it wrote as well, or, in a circle of accounts that wait for each other, one that was made for it alone.
func (u *userRemote) looksOurs(a connectors.Account) bool {
	task := u.c.task
	wanted, written := u.shown(u.profile().Values), u.shown(task.Profile)
	names, _ := task.Profile[namesKey].(map[string]any)
	before := u.shown(names)
	same := 0
	for _, key := range u.matching() {
		old, known := written[key]
		switch {
		case a.Shown[key] == nil || !known && wanted[key] == nil && before[key] == nil:
			continue
		case known && alike(a.Shown[key], old), alike(a.Shown[key], before[key]):
		case (!known || !task.NoWriteInDoubt) && alike(a.Shown[key], wanted[key]):
		case !task.NoWriteInDoubt && freed(a.Shown[key], task.ID()):
		default:
			return false
		}
		same++
	}
	return same > 0
}

// mayHaveMade: where accounts can bear our ID, one without it was not made by us. Elsewhere, whoever was there before is
// called so, too, and has another address.
func (u *userRemote) mayHaveMade(a connectors.Account) bool {
	if s, ok := u.c.o.Connector.(connectors.Stampless); !ok || !s.Stampless() {
		return false
	}
	values := u.shown(u.profile().Values)
	same := 0
	for key, v := range values {
		matching := slices.Contains(u.matching(), key)
		address := slices.ContainsFunc(texts(v), func(text string) bool { return strings.Contains(text, "@") })
		switch {
		case a.Shown[key] == nil || !matching && !address:
		case !alike(a.Shown[key], v):
			return false
		case matching:
			same++
		}
	}
	return same > 0
}

// withNames remembers, beside what is known to be written, by what the account was recognised before a write in doubt.
func (u *userRemote) withNames(written map[string]any) map[string]any {
	was := u.c.task.Profile
	names := map[string]any{}
	if earlier, ok := was[namesKey].(map[string]any); ok {
		maps.Copy(names, earlier)
	}
	for _, key := range u.matching() {
		if v, known := was[key]; known {
			names[key] = v
		}
		if _, known := written[key]; known {
			delete(names, key)
		}
	}
	if len(names) > 0 {
		written[namesKey] = names
	}
	return written
}

func (u *userRemote) matching() []string {
	var keys []string
	for _, a := range u.c.o.Definition.Attributes {
		if a.Matching {
			keys = append(keys, a.Key)
		}
	}
	return keys
}

func (u *userRemote) shown(values map[string]any) map[string]any {
	return u.c.o.sent(connectors.Profile{ResourceID: u.c.task.UserID, Values: values}).Values
}

func (u *userRemote) movesAway(h Holder) bool {
	theirs, err := u.c.o.Mapping.Profile(h.User)
	if err != nil {
		return false
	}
	mine, wanted := u.shown(u.values.Values), u.c.o.sent(theirs).Values
	return !slices.ContainsFunc(u.matching(), func(key string) bool { return alike(mine[key], wanted[key]) })
}

func (u *userRemote) contenders(ctx context.Context) ([]Account, error) {
	return u.c.store.Contenders(ctx, u.c.task, mostContenders)
}
