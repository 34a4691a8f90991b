package service

import (
	"fmt"
	"slices"
	"strings"

	"usher/connectors"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// inspection compares what the mapping sends with what the service says that it takes. All of it warns, for services
// publish schemas that are not quite their own.
type inspection struct {
	Published
	mapped []connectors.Attribute

	unknown, required, readOnly, immutable, lengths []string
	extensions                                      []string // that the mapping sends, and users do not have
}

// Inspect compares what a mapping sends with what the service publishes, and says what does not fit, as steps of a check that
// warn. sendsPassword says that accounts are made with a password.
func Inspect(p Published, mapped []connectors.Attribute, sendsPassword bool) (steps []connectors.Step, proposals []connectors.Proposal) {
	const name = "Compare the mapping with the target's schemas"
	if len(mapped) == 0 || (!p.HasUserSchema() && len(p.types) == 0) {
		return []connectors.Step{{Name: name, State: connectors.StepSkipped,
			Detail: "The target does not say which attributes it knows. Whether it takes what is sent shows with the first user."}}, nil
	}
	i := inspection{Published: p, mapped: mapped}
	i.compare()
	i.demand(sendsPassword)
	if at := slices.IndexFunc(i.required, func(key string) bool { return strings.EqualFold(key, AttrPassword) }); at >= 0 {
		i.required = slices.Delete(i.required, at, at+1)
		steps = append(steps, connectors.Step{Name: "Passwords", State: connectors.StepWarning,
			Detail: "The target's schemas require a password, and none is sent. Creating a user may be refused.", Remedy: "Use the proposed setting, or send the user's own."})
		proposals = append(proposals, connectors.Proposal{Key: connectors.PasswordKey, Value: string(connectors.PasswordRandom), Why: "The target's schemas require a password."})
	}
	steps = append(steps, i.warnings()...)
	fits := len(steps) == 0
	if len(i.lengths) > 0 {
		steps = append(steps, connectors.Step{Name: "Limits", State: connectors.StepOK, Detail: "The target states: " + strings.Join(i.lengths, ", ") + "."})
	}
	if fits {
		steps = append(steps, connectors.Step{Name: name, State: connectors.StepOK, Detail: "Its schemas have everything that is sent."})
	}
	return steps, proposals
}

// warnings are a step for each sort of attribute that does not fit.
func (i *inspection) warnings() (steps []connectors.Step) {
	warn := func(title string, keys []string, detail, remedy string) {
		if len(keys) > 0 {
			steps = append(steps, connectors.Step{Name: title, State: connectors.StepWarning, Detail: fmt.Sprintf(detail, strings.Join(keys, ", ")), Remedy: remedy})
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
	return steps
}

// compare looks at each attribute that is sent.
func (i *inspection) compare() {
	for _, m := range i.mapped {
		first, _, _ := wire.CutKey(m.Key)
		if wire.IsURN(first) {
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

// demand looks for what the service requires and Usher does not send: attributes of users, parts of attributes that are sent in
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
