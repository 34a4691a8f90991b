package scim2

import (
	"fmt"
	"slices"
	"strings"

	"usher/connectors"
	"usher/scim"
)

// inspection compares what the mapping sends with what the service says that it takes. All of it warns, for services
// publish schemas that are not quite their own.
type inspection struct {
	discovered
	mapped []connectors.Attribute

	unknown, required, readOnly, immutable, lengths []string
	extensions                                      []string // that the mapping sends, and users do not have
}

// inspect adds the steps of the comparison to a report.
func (k *connector) inspect(r *connectors.Report, d discovered) {
	const name = "Compare the mapping with the target's schemas"
	if len(k.mapped) == 0 || (d.schema(scim.UserURN) == nil && len(d.types) == 0) {
		addStep(r, name, connectors.StepSkipped, "The target does not say which attributes it knows. Whether it takes what is sent shows with the first user.", "")
		return
	}
	i := inspection{discovered: d, mapped: k.mapped}
	i.compare()
	i.demand(k.passwords != connectors.PasswordNone && k.passwords != "")
	before := len(r.Steps)
	if at := slices.IndexFunc(i.required, func(key string) bool { return strings.EqualFold(key, AttrPassword) }); at >= 0 {
		i.required = slices.Delete(i.required, at, at+1)
		addStep(r, "Passwords", connectors.StepWarning, "The target's schemas require a password, and none is sent. Creating a user may be refused.", "Use the proposed setting, or send the user's own.")
		r.Proposals = append(r.Proposals, connectors.Proposal{Key: connectors.PasswordKey, Value: string(connectors.PasswordRandom), Why: "The target's schemas require a password."})
	}
	warn := func(title string, keys []string, detail, remedy string) {
		if len(keys) > 0 {
			addStep(r, title, connectors.StepWarning, fmt.Sprintf(detail, strings.Join(keys, ", ")), remedy)
		}
	}
	warn("Extensions", i.extensions, "The target's users do not have %s. It may refuse every user because of it, or drop what is sent.",
		"On the mapping page, send nothing to the attributes that begin with it.")
	warn("Attributes that the target does not know", i.unknown, "The target's schemas do not have %s. It may refuse every user because of it, or drop the value.",
		"On the mapping page, send nothing to it, unless the target's documentation says that it takes it.")
	warn("Attributes that the target requires", i.required, "The target's schemas require %s, and the mapping sends nothing to it. Creating a user may be refused.",
		"On the mapping page, give it an expression; where the page does not offer it, ask whoever runs the target.")
	warn("Attributes that the target sets itself", i.readOnly, "In the target's schemas %s can only be read. It may ignore or refuse what is sent.",
		"On the mapping page, send nothing to it.")
	warn("Attributes that are written once", i.immutable, "In the target's schemas %s can be written when an account is made, and never after. A later change may be refused.",
		"On the mapping page, have it written only when an account is made.")
	if len(i.lengths) > 0 {
		addStep(r, "Limits", connectors.StepOK, "The target states: "+strings.Join(i.lengths, ", ")+".", "")
	}
	if !slices.ContainsFunc(r.Steps[before:], func(s connectors.Step) bool { return s.State == connectors.StepWarning }) {
		addStep(r, name, connectors.StepOK, "Its schemas have everything that is sent.", "")
	}
}

// compare looks at each attribute that is sent.
func (i *inspection) compare() {
	for _, m := range i.mapped {
		first, _, _ := CutKey(m.Key)
		if IsURN(first) {
			if yes, said := i.extends(first); said && !yes {
				if !slices.Contains(i.extensions, first) {
					i.extensions = append(i.extensions, first)
				}
				continue
			}
		}
		at, known := i.attribute(m.Key)
		switch {
		case !known:
		case at == nil:
			i.unknown = append(i.unknown, m.Key)
		case anyIs(at, "readOnly"):
			i.readOnly = append(i.readOnly, m.Key)
		case anyIs(at, "immutable") && !m.OnCreate:
			i.immutable = append(i.immutable, m.Key)
		}
		if known && at != nil {
			if most := at[len(at)-1].MaxLength; most.Set && most.Value > 0 {
				i.lengths = append(i.lengths, fmt.Sprintf("%s at most %d characters", m.Key, most.Value))
			}
		}
	}
}

func anyIs(at []*schemaAttr, mutability string) bool {
	return slices.ContainsFunc(at, func(a *schemaAttr) bool { return strings.EqualFold(string(a.Mutability), mutability) })
}

// demand looks for what the service requires and nobody sends: attributes of users, parts of attributes that are sent in
// parts, and attributes of extensions that are sent or required.
func (i *inspection) demand(password bool) {
	if s := i.schema(scim.UserURN); s != nil {
		i.demandOf(s.Attributes, "", func(name string) bool {
			return slices.Contains([]string{"id", "schemas", "meta", "externalid"}, strings.ToLower(name)) || (password && strings.EqualFold(name, AttrPassword))
		})
	}
	if t := i.resourceType("User", scim.UserURN); t != nil {
		for _, e := range t.Extensions {
			if s := i.schema(string(e.Schema)); s != nil && (e.Required.Value || i.sends(string(e.Schema))) {
				i.demandOf(s.Attributes, string(s.ID)+":", func(string) bool { return false })
			}
		}
	}
}

func (i *inspection) demandOf(list []schemaAttr, prefix string, given func(name string) bool) {
	for _, a := range list {
		key := prefix + string(a.Name)
		if given(string(a.Name)) || strings.EqualFold(string(a.Mutability), "readOnly") {
			continue
		}
		whole := slices.ContainsFunc(i.mapped, func(m connectors.Attribute) bool { return strings.EqualFold(m.Key, key) })
		parts := i.sends(key)
		switch {
		case whole:
		case parts && !a.MultiValued.Value:
			i.demandOf(a.SubAttributes, key+".", func(string) bool { return false })
		case a.Required.Value && !parts:
			i.required = append(i.required, key)
		}
	}
}

// sends reports whether a part of what the prefix names is mapped.
func (i *inspection) sends(prefix string) bool {
	return slices.ContainsFunc(i.mapped, func(m connectors.Attribute) bool {
		if len(m.Key) <= len(prefix) || !strings.EqualFold(m.Key[:len(prefix)], prefix) {
			return false
		}
		return strings.HasSuffix(prefix, ":") || m.Key[len(prefix)] == '.' || m.Key[len(prefix)] == ':'
	})
}
