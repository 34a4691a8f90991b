package provisioning

import (
	"maps"
	"reflect"
	"slices"

	"usher/connectors"
)

// disabledKey marks, in what was last written, that the account was disabled. No attribute has this key.
const disabledKey = "usher:disabled"

// namesKey holds, in what was last written, the values that the account was recognised by before a write in doubt.
const namesKey = "usher:names"

// stampKey holds, in what was last written, whose ID the account bears, when that is somebody's who left.
const stampKey = "usher:stamp"

// diff is what must be sent so that what was written becomes what is wanted. With nothing written, everything is sent
// but what is for new accounts only. What is not mapped any more stays at the target as it is.
func diff(def connectors.Definition, want connectors.Profile, written map[string]any) connectors.Changes {
	c := connectors.Changes{Set: map[string]any{}, Want: want, Was: written}
	known := map[string]bool{}
	for _, a := range def.Attributes {
		if a.OnCreate || a.Default == "" {
			continue
		}
		known[a.Key] = true
		v, ok := want.Values[a.Key]
		if !ok {
			continue
		}
		if old, was := written[a.Key]; !was || !reflect.DeepEqual(old, v) {
			c.Set[a.Key] = v
		}
	}
	for key := range written {
		if _, ok := want.Values[key]; !ok && known[key] {
			c.Clear = append(c.Clear, key)
		}
	}
	slices.Sort(c.Clear)
	return c
}

// stampOf is whose ID an account bears that its user got back from somebody who left, until it is stamped again; "" for
// one that bears its user's own. Of an account about which nothing is known to be written, that is assumed.
func stampOf(written map[string]any, returnedFrom string) string {
	if written == nil {
		return returnedFrom
	}
	of, _ := written[stampKey].(string)
	return of
}

// withStampOf remembers, beside what is known to be written, whose ID the account still bears.
func withStampOf(written map[string]any, returnedFrom string) map[string]any {
	if written == nil {
		return nil
	}
	w := maps.Clone(written)
	w[stampKey] = returnedFrom
	return w
}

func empty(c connectors.Changes) bool { return len(c.Set) == 0 && len(c.Clear) == 0 }

func isDisabled(written map[string]any) bool { return written[disabledKey] == true }

// Disabled reports whether the account is disabled at the target now.
func (r Result) Disabled() bool { return isDisabled(r.Profile) }

// afterDisable is what the target has of ours once it has disabled an account: whatever follows from the
// user being inactive counts as written, so that it is not sent a second time.
func afterDisable(written map[string]any, active, inactive connectors.Profile) map[string]any {
	w := maps.Clone(written)
	if w == nil {
		w = map[string]any{}
	}
	for key, v := range inactive.Values {
		if !reflect.DeepEqual(active.Values[key], v) {
			w[key] = v
		}
	}
	w[disabledKey] = true
	return w
}
