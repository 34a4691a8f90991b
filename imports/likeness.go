package imports

import (
	"context"
	"fmt"
	"strings"

	"usher/directory"
)

// Trait is something by which two rows, or a row and a user, are taken for one person.
type Trait int

// The traits: user name, e-mail address, employee number, external ID.
const (
	ByName Trait = iota
	ByEmail
	ByNumber
	ByExternal
)

// traits are looked at beside the user name, in this order.
var traits = [...]struct {
	Trait
	key  string
	noun string
}{{ByExternal, "externalId", "external ID"}, {ByNumber, "employeeNumber", "employee number"}, {ByEmail, keyEmail, "email"}}

// fold makes values comparable.
func (t Trait) fold(value string) string {
	if t == ByExternal {
		return value
	}
	return directory.Key(value)
}

func (p person) traits() (all Traits) {
	all[ByName] = directory.NameKey(p.name)
	for _, t := range traits {
		all[t.Trait] = t.fold(p.values[t.key])
	}
	return all
}

// alike reads who has what the people have.
func (im *Importer) alike(ctx context.Context, f *facts, people []person) error {
	for _, t := range traits {
		var values []string
		seen := map[string]bool{}
		for _, p := range people {
			if v := p.values[t.key]; v != "" && !seen[v] {
				seen[v], values = true, append(values, v)
			}
		}
		if len(values) == 0 {
			continue
		}
		var err error
		if f.alike[t.Trait], err = im.Store.UsersAlike(ctx, t.Trait, values); err != nil {
			return err
		}
	}
	return nil
}

// likeness says whom a row is like who is not the user that it makes or changes; nil when nobody. What the user has
// already is no likeness.
func (c columns) likeness(p person, own *directory.User, f facts) *problem {
	for _, t := range traits {
		v := p.values[t.key]
		if v == "" || own != nil && t.fold(c.valueOf(t.key, own)) == t.fold(v) {
			continue
		}
		if u, ok := f.alike[t.Trait][v]; ok && (own == nil || u.ID != own.ID) {
			return &problem{t.key, fmt.Sprintf("%s has the same %s.", whose(u), t.noun), "Another user has the same " + t.noun + "."}
		}
		if line, ok := f.earlier[t.Trait][t.fold(v)]; ok {
			return &problem{t.key, fmt.Sprintf("Line %d has the same %s.", line, t.noun), "A line before it has the same " + t.noun + "."}
		}
	}
	return nil
}

func (c columns) valueOf(key string, u *directory.User) string {
	for _, a := range c.what {
		if a.Key == key && a.get != nil {
			return a.get(u)
		}
	}
	return ""
}

// whose names a user so that a person knows who it is.
func whose(u directory.User) string {
	if label := u.Label(); !strings.EqualFold(label, u.UserName) {
		return fmt.Sprintf("%s (%s)", cutAt(u.UserName, 80), cutAt(label, 80))
	}
	return cutAt(u.UserName, 80)
}
