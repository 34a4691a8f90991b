package apply

import (
	"maps"
	"slices"
	"strings"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
)

// mapping puts the file's rules over those of the connector and reports whether they differ. Attributes that the file
// does not name stay as they are; a rule that says what the kind does anyway is none.
func (c *checker) mapping(def connectors.Definition, s connectorSpec, want *directory.Connector) bool {
	before := want.Mapping
	want.Mapping = maps.Clone(before)
	if want.Mapping == nil {
		want.Mapping = directory.Mapping{}
	}
	for _, key := range slices.Sorted(maps.Keys(s.mapping)) {
		i := slices.IndexFunc(def.Attributes, func(a connectors.Attribute) bool { return a.Key == key })
		if i < 0 {
			c.bad(s.mapping[key].at, "%s has no such attribute", def.Name)
			continue
		}
		a, spec := def.Attributes[i], s.mapping[key]
		rule, had := before[key]
		if !had {
			rule.Expression = a.Default
		}
		if spec.expression != nil {
			rule.Expression = strings.TrimSpace(*spec.expression)
		}
		if spec.onCreate != nil {
			rule.OnCreate = *spec.onCreate && !a.OnCreate
		}
		want.Mapping[key] = rule
		if rule.Expression == strings.TrimSpace(a.Default) && !rule.OnCreate {
			delete(want.Mapping, key)
		}
	}
	c.expressions(def, s, *want)
	return !maps.Equal(before, want.Mapping)
}

// expressions looks for mistakes in what the file says. Those that were stored before are not the file's.
func (c *checker) expressions(def connectors.Definition, s connectorSpec, want directory.Connector) {
	_, wrong, err := provisioning.CheckMapping(def, want)
	if err != nil {
		c.bad(s.at, "%v", err)
	}
	for key, spec := range s.mapping {
		if w, ok := wrong[key]; ok {
			c.bad(spec.at, "%s", w.Error())
		}
	}
}
