package imports

import (
	"fmt"
	"slices"
	"strconv"

	"usher/directory"
)

// Mapping says for each column which attribute it holds, by key; Ignore for none.
type Mapping []string

// Column is the name of the field that a column's attribute is chosen in.
func Column(i int) string { return "column_" + strconv.Itoa(i) }

// Check says what is wrong with the mapping, by Column; what is about no single column is under Column(0).
func (m Mapping) Check(header []string) directory.FieldErrors {
	f := directory.FieldErrors{}
	known, first := map[string]string{}, map[string]int{}
	for _, a := range Attributes() {
		known[a.Key] = a.Label
	}
	for i, key := range m {
		if key == Ignore {
			continue
		}
		label, ok := known[key]
		if !ok {
			f.Add(Column(i), "Choose one of the attributes.")
			continue
		}
		if k, twice := first[key]; twice {
			f.Add(Column(i), fmt.Sprintf("%s is chosen for “%s” already. Choose something else here or there.", label, header[k]))
			continue
		}
		first[key] = i
	}
	m.checkActive(f, first, header)
	_, name := first[keyName]
	_, email := first[keyEmail]
	if !name && !email {
		f.Add(Column(0), "Say which column holds the user name. When there is none, choose the one with the email: it is the user name, too, then.")
	}
	return f
}

// checkActive lets one column at most say who is active.
func (m Mapping) checkActive(f directory.FieldErrors, first map[string]int, header []string) {
	by := -1
	for i, key := range m {
		if at, ok := first[key]; !ok || at != i || key != keyActive && key != keyBlocked && key != keyControl {
			continue
		}
		if by >= 0 {
			f.Add(Column(i), fmt.Sprintf("“%s” says already who is active. Choose something else here or there.", header[by]))
			continue
		}
		by = i
	}
}

// has reports whether a column holds the attribute.
func (m Mapping) has(key string) bool { return slices.Contains(m, key) }
