package salesforcefake

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// Names of the objects that the code itself speaks of.
const (
	userObject    = "User"
	profileObject = "Profile"
	licenceObject = "UserLicense"
	loginObject   = "UserLogin"
	groupObject   = "Group"
	memberObject  = "GroupMember"
	setObject     = "PermissionSet"
	assignObject  = "PermissionSetAssignment"
)

// column is a field of an object.
type column struct {
	name       string
	kind       string // string, email, boolean, reference, picklist, double
	length     int
	write      string // "c" when it is made, "u" after that, "cu" both, "" never
	nillable   bool
	defaulted  bool
	external   bool
	lookup     bool
	unique     string   // the code with which a second value like it is refused
	target     []string // the objects that a reference may name
	picks      []string
	restricted bool
}

// table is an object with its records.
type table struct {
	name, prefix string
	columns      map[string]column // by folded name
	order        []string          // of the columns
	rows         map[string]*row
	ids          []string
	index        map[string]map[string]string // column to folded value to ID, of the unique ones
	pairs        map[string]string            // of objects that join two others
	operations   string                       // of "c", "u", "d": what the API lets people do
}

// row is a record.
type row struct {
	id       string
	doc      map[string]any
	pending  string // an e-mail address that waits to be confirmed
	mails    int    // that asked to confirm one
	password bool   // one was set
}

func (r *row) text(key string) string { s, _ := r.doc[key].(string); return s }

func newTable(name, prefix, operations string, columns ...column) *table {
	t := &table{name: name, prefix: prefix, operations: operations, columns: map[string]column{}, rows: map[string]*row{}, index: map[string]map[string]string{}, pairs: map[string]string{}}
	for _, c := range append([]column{{name: "Id", kind: "id"}}, columns...) {
		t.columns[fold(c.name)] = c
		t.order = append(t.order, c.name)
		if c.unique != "" {
			t.index[c.name] = map[string]string{}
		}
	}
	return t
}

// newID makes an ID of 18 characters, the last three of which make it safe where case is lost.
func (s *Server) newID(prefix string) string {
	s.next++
	return checked(prefix + fmt.Sprintf("%012s", strconv.FormatUint(s.next, 36)))
}

// checked adds the checksum to 15 characters: one character tells which of five are capitals.
func checked(id string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
	if len(id) != 15 {
		return id
	}
	for part := range 3 {
		bits := 0
		for i := range 5 {
			if c := id[part*5+i]; c >= 'A' && c <= 'Z' {
				bits |= 1 << i
			}
		}
		id += string(alphabet[bits])
	}
	return id
}

// looksLikeID reports whether a text has the form of an ID.
func looksLikeID(id string) bool {
	return (len(id) == 15 || len(id) == 18) && strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

func (t *table) find(id string) *row { return t.rows[checked(id)] }

func (t *table) put(r *row) {
	if t.rows[r.id] == nil {
		t.ids = append(t.ids, r.id)
	}
	t.rows[r.id] = r
	for name, values := range t.index {
		if v := r.text(name); v != "" {
			values[fold(v)] = r.id
		}
	}
}

// change exchanges the values of a record.
func (t *table) change(r *row, doc map[string]any) {
	for name, values := range t.index {
		if v := r.text(name); v != "" && values[fold(v)] == r.id {
			delete(values, fold(v))
		}
	}
	r.doc = doc
	t.put(r)
}

func (t *table) drop(id string) {
	r := t.find(id)
	if r == nil {
		return
	}
	t.change(r, map[string]any{})
	delete(t.rows, r.id)
	for i, x := range t.ids {
		if x == r.id {
			t.ids = append(t.ids[:i], t.ids[i+1:]...)
			break
		}
	}
	maps.DeleteFunc(t.pairs, func(_, v string) bool { return v == r.id })
}

// describe is what the object looks like.
func (t *table) describe() map[string]any {
	fields := make([]any, 0, len(t.order))
	for _, name := range t.order {
		c := t.columns[fold(name)]
		picks := []any{}
		for _, p := range c.picks {
			picks = append(picks, map[string]any{"value": p, "label": p, "active": true, "defaultValue": false})
		}
		fields = append(fields, map[string]any{"name": c.name, "label": c.name, "type": c.kind, "length": c.length, "nillable": c.nillable,
			"createable": strings.Contains(c.write, "c"), "updateable": strings.Contains(c.write, "u"), "defaultedOnCreate": c.defaulted,
			"unique": c.unique != "", "externalId": c.external, "idLookup": c.lookup, "restrictedPicklist": c.restricted, "picklistValues": picks})
	}
	return map[string]any{"name": t.name, "createable": strings.Contains(t.operations, "c"), "updateable": strings.Contains(t.operations, "u"),
		"deletable": strings.Contains(t.operations, "d"), "fields": fields}
}
