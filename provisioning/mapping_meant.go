package provisioning

import (
	"reflect"
	"slices"
	"strings"
)

// habits are names that people know from other systems.
var habits = map[string]string{"firstname": "user.name.givenName", "lastname": "user.name.familyName", "surname": "user.name.familyName",
	"fullname": "user.displayName", "mail": firstOf("emails"), "login": "user.userName", "mobile": firstOf("phoneNumbers"), "city": "user.addresses[?0].locality.orValue(\"\")",
	"street": "user.addresses[?0].streetAddress.orValue(\"\")", "zip": "user.addresses[?0].postalCode.orValue(\"\")", "company": "user.organization",
	"employeeid": "user.employeeNumber", "enabled": "user.active"}

func firstOf(list string) string { return "user." + list + "[?0].value.orValue(\"\")" }

// expressionNames are the names in expressions, with how each is written.
func expressionNames() map[string]string {
	names := map[string]string{"user": "user", "connection": "connection", "settings": "settings"}
	add := func(before string, of any) {
		t := reflect.TypeOf(of)
		for i := range t.NumField() {
			name, full := t.Field(i).Tag.Get("cel"), before+t.Field(i).Tag.Get("cel")
			if t.Field(i).Type == reflect.TypeFor[[]subjectValue]() {
				full = firstOf(name)
			}
			if _, ok := names[name]; !ok {
				names[name] = full
			}
		}
	}
	add("user.", subject{})
	add("user.name.", subjectName{})
	return names
}

// meant is a question after a name that is nearly one that there is; "" when none is near.
func meant(name string) string {
	low := strings.ToLower(name)
	best, distance := habits[low], 3
	names := expressionNames()
	for _, n := range sortedNames(names) {
		other, d := strings.ToLower(n), 0
		switch {
		case best != "" && distance == 3:
			continue // a habit is certain
		case other == low:
		case len(low) >= 4 && strings.HasPrefix(other, low):
			d = 1
		default:
			d = edits(low, other)
		}
		if d < distance && d*2 < len(low) {
			best, distance = names[n], d
		}
	}
	if best == "" {
		return ""
	}
	return " Did you mean " + best + "?"
}

func sortedNames(names map[string]string) []string {
	all := make([]string, 0, len(names))
	for n := range names {
		all = append(all, n)
	}
	slices.Sort(all)
	return all
}

// edits is how many letters must be added, taken away or changed (Levenshtein).
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
