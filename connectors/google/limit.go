package google

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"usher/connectors"
)

// longestGroupName is in characters (Admin help "Create a group").
const longestGroupName = 73

// longestLocalPart is what stands before the @ of a user's address, in characters (Admin help 9193374).
const longestLocalPart = 64

// longest is how many characters Google takes (Directory API reference: User.name, UserName.displayName).
func longest() map[string]int { return map[string]int{attrGiven: 60, attrFamily: 60, attrDisplay: 256} }

// largest is how many bytes of JSON Google takes in one field of a user (Directory API reference: User), by the attributes
// that the field is made of.
func largest() map[string]int {
	const kb = 1 << 10
	return map[string]int{attrPhones: kb, attrEmails: 10 * kb, attrAddresses: 10 * kb, attrLanguage: kb, attrEmployeeID: 2 * kb, attrManager: 2 * kb,
		attrTitle: 10 * kb, attrDepartment: 10 * kb, attrCostCenter: 10 * kb, attrCompany: 10 * kb, attrEmployment: 10 * kb}
}

// e164 is the one form of a recovery phone number (Directory API reference: User.recoveryPhone).
var e164 = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)

// withinLimits says which of the values Google's documents rule out, before anything is sent: Google itself answers
// "Invalid Input" and no number. The address is the final one.
func withinLimits(values map[string]any) *connectors.Error {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		var wrong *connectors.Error
		switch v := values[key].(type) {
		case string:
			wrong = textWithin(key, v)
		case []any:
			wrong = listWithin(key, v)
		}
		if wrong != nil {
			return wrong
		}
	}
	return nil
}

func textWithin(key, text string) *connectors.Error {
	most, n := longest()[key], utf8.RuneCountInString(text)
	if key == attrEmail {
		local, _, _ := strings.Cut(text, "@")
		if n := utf8.RuneCountInString(local); n > longestLocalPart {
			return beyond(fmt.Sprintf("The address %s has %d characters before the @, and Google takes no more than %d.", text, n, longestLocalPart))
		}
	}
	switch size := largest()[key]; {
	case size > 0 && len(text) > size:
		return beyond(fmt.Sprintf("%s has %d bytes, and Google takes no more than %d.", key, len(text), size))
	case most > 0 && n > most:
		return beyond(fmt.Sprintf("%s has %d characters, and Google takes no more than %d.", key, n, most))
	case key == attrOrgUnit && text != "" && !strings.HasPrefix(text, "/"):
		return &connectors.Error{Kind: connectors.Invalid, Message: fmt.Sprintf("The org unit %q does not begin with /.", text), Remedy: "Map the org unit's full path, such as /Staff/London."}
	case key == attrRecoverBy && text != "" && !e164.MatchString(text):
		return &connectors.Error{Kind: connectors.Invalid, Message: fmt.Sprintf("The recovery phone number %q is not written as Google wants it.", text),
			Remedy: "Write it with + and the country's code, and without spaces or signs, such as +442079460000; or correct the attribute mapping."}
	}
	return nil
}

// listWithin measures a list as it would be sent. What is no list that can be sent is not for it.
func listWithin(key string, list []any) *connectors.Error {
	most := largest()[key]
	if most == 0 {
		return nil
	}
	p := &patch{}
	var wrong *connectors.Error
	if key == attrAddresses {
		wrong = applyAddresses(p, list)
	} else {
		wrong = applyList(p, key, list)
	}
	if wrong != nil {
		return wrong
	}
	field := map[string]any{attrPhones: p.Phones, attrEmails: p.Emails, attrAddresses: p.Addresses}[key]
	b, err := json.Marshal(field)
	if err != nil || len(b) <= most {
		return nil //nolint:nilerr // whoever sends it says what is wrong
	}
	return &connectors.Error{Kind: connectors.Invalid, Message: fmt.Sprintf("%s has %d entries, which are %d bytes, and Google takes no more than %d.", key, len(list), len(b), most),
		Remedy: "Take entries away from the user, or leave some out in the attribute mapping, as with filter."}
}

func beyond(message string) *connectors.Error {
	return &connectors.Error{Kind: connectors.Invalid, Message: message, Remedy: "Shorten the user's value, or cut it in the attribute mapping, as with substring."}
}

// groupWithin is withinLimits for groups.
func groupWithin(op string, g connectors.GroupProfile) error {
	if n := utf8.RuneCountInString(g.Name); n > longestGroupName {
		return &connectors.Error{Kind: connectors.Invalid, Op: op, Message: fmt.Sprintf("The group's name has %d characters, and Google takes no more than %d.", n, longestGroupName),
			Remedy: "Give the group a shorter name."}
	}
	return nil
}
