package service

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"usher/connectors"
	"usher/connectors/scim2/wire"
)

// WithinLimits is the profile as the service takes it: lists cut to their bound, with the primary entry kept, and user
// names in the case that it wants. What cannot be made to fit is Kind Invalid.
func (t Traits) WithinLimits(op string, p connectors.Profile) (connectors.Profile, error) {
	for _, key := range t.required {
		if wire.Blank(p.Values[key]) {
			return p, beyondLimit(op, t.Label+" refuses an account without "+key+".", "Complete the user, or give "+key+" an expression on the mapping page.")
		}
	}
	var err error
	p.Values, err = t.valuesWithinLimits(op, p.Values)
	return p, err
}

// ChangesWithinLimits does the same for what is to be set and cleared of an account.
func (t Traits) ChangesWithinLimits(op string, c connectors.Changes) (connectors.Changes, error) {
	for _, key := range t.required {
		if slices.Contains(c.Clear, key) {
			return c, beyondLimit(op, t.Label+" refuses an account without "+key+".", "Complete the user, or give "+key+" an expression on the mapping page.")
		}
	}
	var err error
	c.Set, err = t.valuesWithinLimits(op, c.Set) // what is wanted besides is there already, and is not sent
	return c, err
}

func (t Traits) valuesWithinLimits(op string, values map[string]any) (map[string]any, error) {
	name, named := values[AttrUserName].(string)
	if t.longestName > 0 && utf8.RuneCountInString(name) > t.longestName {
		return values, beyondLimit(op, t.Label+" takes user names of at most "+strconv.Itoa(t.longestName)+" characters, and this one is longer: "+name+".",
			"Give the user name a shorter expression on the mapping page.")
	}
	if len(t.most) == 0 && !t.lowerName {
		return values, nil
	}
	values = maps.Clone(values)
	if named && t.lowerName {
		values[AttrUserName] = strings.ToLower(name)
	}
	for key, most := range t.most {
		if list, ok := values[key].([]any); ok && len(list) > most {
			values[key] = PrimaryFirst(list)[:most]
		}
	}
	return values, nil
}

// PrimaryFirst is the list of a multi-valued attribute with the primary entry at its head (RFC 7643 §2.4).
func PrimaryFirst(list []any) []any {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b any) int { return primary(b) - primary(a) })
	return list
}

func primary(v any) int {
	if m, ok := v.(map[string]any); ok && m["primary"] == true {
		return 1
	}
	return 0
}

func beyondLimit(op, message, remedy string) *connectors.Error {
	return &connectors.Error{Kind: connectors.Invalid, Op: op, Message: message, Remedy: remedy}
}
