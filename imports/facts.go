package imports

import (
	"context"

	"usher/directory"
)

// facts are what the directory knows about the people of one batch, read in a few queries.
type facts struct {
	users    map[string]directory.User    // by key, see named
	groups   map[string]directory.Group   // by folded name
	groupsOf map[string]map[string]bool   // IDs of groups, by user ID
	earlier  [4]map[string]int64          // the line of the first row with a folded key, before the row; by Trait
	alike    [4]map[string]directory.User // who has what rows say, by Trait and the row's value
}

func (im *Importer) facts(ctx context.Context, people []person) (facts, error) {
	f := facts{users: map[string]directory.User{}, groups: map[string]directory.Group{}, groupsOf: map[string]map[string]bool{}}
	var names, groups []string
	seen, wanted := map[string]bool{}, map[string]bool{}
	for _, p := range people {
		for _, key := range directory.NameKeys(p.name) {
			addKey(&names, seen, key)
		}
		for _, g := range p.groups {
			addKey(&groups, wanted, directory.Key(g))
		}
	}
	users, err := im.Store.UsersByName(ctx, names)
	if err != nil {
		return f, err
	}
	f.keep(users)
	if err := im.alike(ctx, &f, people); err != nil {
		return f, err
	}
	if len(groups) == 0 {
		return f, nil
	}
	return f, im.groupFacts(ctx, &f, groups)
}

// keep makes users found by their names. One who is called exactly so goes before one whose name is the same otherwise.
func (f facts) keep(users []directory.User) {
	for _, u := range users {
		f.users[directory.Key(u.UserName)] = u
	}
	for _, u := range users {
		if _, ok := f.users[directory.NameKey(u.UserName)]; !ok {
			f.users[directory.NameKey(u.UserName)] = u
		}
	}
}

// named is the user whom a row is about.
func (f facts) named(name string) (u directory.User, ok bool) {
	for _, key := range directory.NameKeys(name) {
		if u, ok = f.users[key]; ok {
			break
		}
	}
	return u, ok
}

// addKey collects the keys that are not there yet.
func addKey(to *[]string, seen map[string]bool, k string) {
	if k != "" && !seen[k] {
		seen[k] = true
		*to = append(*to, k)
	}
}

const lookUp = 500 // names in one query

func (im *Importer) groupFacts(ctx context.Context, f *facts, names []string) error {
	for len(names) > 0 {
		n := min(len(names), lookUp)
		found, err := im.Directory.Store.GroupsByName(ctx, names[:n])
		if err != nil {
			return err
		}
		for _, g := range found {
			f.groups[directory.Key(g.DisplayName)] = g
		}
		names = names[n:]
	}
	var ids []string
	for _, u := range f.users {
		ids = append(ids, u.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	of, err := im.Directory.Store.GroupsOf(ctx, ids)
	for id, groups := range of {
		f.groupsOf[id] = map[string]bool{}
		for _, g := range groups {
			f.groupsOf[id][g.ID] = true
		}
	}
	return err
}

// unknown are the groups of the person that are not there.
func (f facts) unknown(p person) (names []string) {
	for _, g := range p.groups {
		if _, ok := f.groups[directory.Key(g)]; !ok {
			names = append(names, g)
		}
	}
	return names
}

// joining are the groups that the person names and the user is not in; those that are not there yet among them.
func (f facts) joining(p person, userID string) (names []string) {
	for _, name := range p.groups {
		if g, ok := f.groups[directory.Key(name)]; !ok || !f.groupsOf[userID][g.ID] {
			names = append(names, name)
		}
	}
	return names
}
