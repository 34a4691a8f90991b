package google

import (
	"maps"

	"usher/connectors"
)

// shape is what becomes of mapped values before Google gets them.
type shape struct {
	names   addresses
	orgUnit string // of users whose mapping gives none
}

func shapeOf(c connectors.Config) (s shape, wrong string) {
	text := c.Text(keyPattern)
	if text == "" {
		text = connectors.UserNamePattern
	}
	if s.orgUnit = c.Text(keyOrgUnit); s.orgUnit == "" {
		s.orgUnit = "/"
	}
	domains := splitDomains(c.Text(keyDomains))
	if len(domains) == 0 {
		return s, "The connector has no allowed e-mail domains."
	}
	s.names, wrong = parsePattern(text, c.Text(keySeparator), domains)
	return s, wrong
}

// addressed are the values with the final address in the place of the user name, if that is among them.
func (s shape) addressed(values map[string]any) (map[string]any, *connectors.Error) {
	v, there := values[attrEmail]
	name, isText := v.(string)
	if !there || (!isText && !blank(v)) {
		return values, nil
	}
	address, err := s.names.address(name)
	if err != nil {
		return nil, err
	}
	values = maps.Clone(values)
	values[attrEmail] = address
	return values, nil
}

// created is a profile as a new user has it.
func (s shape) created(p connectors.Profile) (connectors.Profile, *connectors.Error) {
	values, err := s.addressed(p.Values)
	if err != nil {
		return p, err
	}
	p.Values = maps.Clone(values)
	maps.DeleteFunc(p.Values, func(_ string, v any) bool { return blank(v) })
	if p.Values[attrOrgUnit] == nil {
		p.Values[attrOrgUnit] = s.orgUnit
	}
	return p, withinLimits(p.Values)
}

// sent is what Create makes of a mapped profile, for people to see.
func sent(c connectors.Config, p connectors.Profile) (connectors.Profile, error) {
	s, wrong := shapeOf(c)
	if wrong != "" {
		return p, cannotOpen(wrong)
	}
	if p.Values == nil {
		p.Values = map[string]any{}
	}
	q, err := s.created(p)
	if err != nil {
		return p, at("map", err)
	}
	return q, nil
}
