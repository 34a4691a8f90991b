package salesforce

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"usher/connectors"
)

// blank reports whether a value says nothing.
func blank(v any) bool { return v == nil || v == "" }

// at says in which operation an error came up, and is nil for none.
func at(op string, e *connectors.Error) error {
	if e == nil {
		return nil
	}
	e.Op = op
	return e
}

// prepare turns mapped values into what the fields of User take; blank ones stay away.
func (k *connector) prepare(mapped map[string]any) (map[string]any, *connectors.Error) {
	out := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(mapped)) {
		v := mapped[key]
		if blank(v) {
			continue
		}
		text, isText := v.(string)
		switch _, isBool := v.(bool); {
		case key == attrActive && !isBool:
			return nil, badValue(key, "true or false")
		case key != attrActive && !isText:
			return nil, badValue(key, "text")
		case key == k.correlation && key != attrUsername:
			return nil, &connectors.Error{Kind: connectors.Misconfigured, Message: key + " is the correlation field, which holds Usher's own ID, and is mapped, too.",
				Remedy: "Choose another correlation field, such as a custom External ID field, or send nothing to " + key + " in the attribute mapping."}
		case key == attrUsername:
			name, err := k.names.username(text)
			if err != nil {
				return nil, err
			}
			v = name
		}
		out[key] = v
	}
	return out, nil
}

func badValue(key, want string) *connectors.Error {
	return &connectors.Error{Kind: connectors.Invalid, Message: fmt.Sprintf("The attribute %s must be %s.", key, want), Remedy: "Correct the attribute mapping."}
}

// complete adds what a new user needs and the mapping did not give, and our stamp.
func (k *connector) complete(values map[string]any, resourceID string) {
	for key, v := range k.defaults {
		if blank(values[key]) {
			values[key] = v
		}
	}
	if values[attrActive] == nil {
		values[attrActive] = true
	}
	if k.stamps() {
		values[k.correlation] = resourceID
	}
}

// stamps reports whether there is a field for our ID.
func (k *connector) stamps() bool { return k.correlation != attrUsername }

// Stampless implements connectors.Stampless.
func (k *connector) Stampless() bool { return !k.stamps() }

// newUser is the body of a create, with its profile looked up, and the schema, which allows it.
func (k *connector) newUser(ctx context.Context, p connectors.Profile) (map[string]any, schema, error) {
	const op = connectors.OpCreate
	values, wrong := k.prepare(p.Values)
	if wrong != nil {
		return nil, nil, at(op, wrong)
	}
	if blank(values[attrUsername]) {
		return nil, nil, at(op, badValue(attrUsername, "there"))
	}
	k.complete(values, p.ResourceID)
	if err := k.resolveProfile(ctx, op, values, true); err != nil {
		return nil, nil, err
	}
	s, err := k.describe(ctx, op)
	if err != nil {
		return nil, nil, err
	}
	return values, s, at(op, s.fit(values, true))
}

// resolveProfile writes the profile's ID in the place of its name. A profile of the mapping that does not exist is the
// fault of the user's data, one of the configuration concerns all users.
func (k *connector) resolveProfile(ctx context.Context, op string, values map[string]any, creating bool) error {
	name, mapped := values[attrProfile].(string)
	if !mapped && !creating {
		return nil
	}
	if !mapped {
		name = k.profile
	}
	id, err := k.profileID(ctx, op, name)
	if err != nil {
		return k.blame(err, mapped)
	}
	values[attrProfile] = id
	return nil
}

// blame makes an error about one user of what would be one about the configuration.
func (k *connector) blame(err error, mapped bool) error {
	e, ok := err.(*connectors.Error) //nolint:errorlint // every error here is one itself
	if ok && mapped && e.Kind == connectors.Misconfigured && (e.Code == codeCrossReference || e.Code == "MALFORMED_ID") {
		e.Kind, e.Remedy = connectors.Invalid, "The profile or role came from the attribute mapping. Correct the mapping or the user."
	}
	return err
}

// patchOf is the changes as the body of an update: null clears.
func (k *connector) patchOf(c connectors.Changes) (map[string]any, *connectors.Error) {
	body, err := k.prepare(c.Set)
	if err != nil {
		return nil, err
	}
	for _, key := range c.Clear {
		if _, set := body[key]; !set && !slices.Contains(mustHave(), key) && (key != k.correlation || !k.stamps()) {
			body[key] = nil
		}
	}
	return body, nil
}

// mustHave are the fields that no user is without: what is not mapped any more stays as it is.
func mustHave() []string {
	return []string{attrUsername, attrLastName, attrEmail, attrAlias, attrNickname, attrActive, attrProfile, attrTimeZone, attrLocale, attrLanguage, attrEncoding}
}
