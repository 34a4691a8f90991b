package views

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"usher/connectors"
	"usher/directory"
	"usher/expression"
	"usher/views/ui"
)

// ConnectorMappingView is the page on which a connector's attributes are mapped.
type ConnectorMappingView struct {
	ConnectionView
	Connector directory.Connector // its ID and its connection's; no settings
	KindName  string
	Revised   Revised
	Rows      []MappingRow
	Accounts  int    // that a change makes due
	Problem   string // why it was not saved; "" for none
	Part      bool   // only the parts that follow the typing are rendered

	User    *directory.User  // whose values are shown; nil when there is nobody
	Who     string           // as it was typed into the search
	Found   bool             // somebody matches Who
	Others  []directory.User // who match, too
	Refused string           // why the target would not take this user as they are; "" when it would
}

// MappingRow is one attribute of the target.
type MappingRow struct {
	Attribute  connectors.Attribute // as the kind has it
	Expression string               // as it was typed
	OnCreate   bool
	Wrong      expression.Error // no Message: nothing
	Failed     expression.Error // why the expression has no value for this user; no Message: it has
	Value      any              // JSON; nil: nothing is sent
	SentAs     any              // what the kind makes of it, when that is something else
}

// MappingExpression and MappingWhen name an attribute's inputs; MappingOnCreate is MappingWhen's value for new accounts only.
func MappingExpression(key string) string { return "expression." + key }

// MappingWhen names the choice between always and on create.
func MappingWhen(key string) string { return "when." + key }

// Names and values of the page's other inputs.
const (
	MappingOnCreate = "create"
	mappingAlways   = "always"
	MappingUser     = "user"  // ID of the user whose values are shown
	MappingPick     = "show"  // ID of another one, on a button
	MappingWho      = "who"   // a search for one
	MappingReset    = "reset" // an attribute's key, or MappingAll
	MappingAll      = "*"
)

// MappingURL is the attribute mapping of a connector.
func MappingURL(c directory.Connector) string { return ConnectorURL(c) + "/mapping" }

// MappingURLFor is the same, for a user.
func MappingURLFor(c directory.Connector, userID string) string {
	if userID == "" {
		return MappingURL(c)
	}
	return MappingURL(c) + "?" + MappingUser + "=" + userID
}

func (v ConnectorMappingView) preview() string { return MappingURL(v.Connector) + "/preview" }

func (r MappingRow) when() string {
	if r.OnCreate || r.Attribute.OnCreate {
		return MappingOnCreate
	}
	return mappingAlways
}

func (r MappingRow) defaultWhen() string {
	return MappingRow{OnCreate: r.Attribute.OnCreate}.when()
}

// changed reports whether the row differs from the kind's own.
func (r MappingRow) changed() bool {
	return r.Expression != strings.TrimSpace(r.Attribute.Default) || r.when() != r.defaultWhen()
}

func (r MappingRow) typeWord() string {
	switch r.Attribute.Type {
	case connectors.Boolean:
		return "true or false"
	case connectors.List:
		return "list"
	}
	return "text"
}

func (r MappingRow) invalid() bool { return r.Wrong.Message != "" }

func mappingID(part string, i int) string { return "mapping-" + part + "-" + strconv.Itoa(i) }

func (v ConnectorMappingView) errors() (errs []ui.FieldError) {
	if v.Problem != "" {
		errs = append(errs, ui.FieldError{Message: v.Problem})
	}
	for i, r := range v.Rows {
		if r.invalid() {
			errs = append(errs, ui.FieldError{FieldID: mappingID("expression", i), Message: r.Attribute.Label + ": " + r.Wrong.Message})
		}
	}
	return errs
}

// summary is what a screen reader hears after the typing.
func (v ConnectorMappingView) summary() string {
	changed, wrong := 0, 0
	for _, r := range v.Rows {
		if r.changed() {
			changed++
		}
		if r.invalid() {
			wrong++
		}
	}
	words := "Every attribute has its default."
	if changed > 0 {
		words = fmt.Sprintf("%d of %d attributes differ from their default.", changed, len(v.Rows))
	}
	switch wrong {
	case 0:
		return words
	case 1:
		return words + " One expression cannot be used."
	}
	return words + fmt.Sprintf(" %d expressions cannot be used.", wrong)
}

func (v ConnectorMappingView) saving() string {
	switch v.Accounts {
	case 0:
		return "No account uses this mapping yet."
	case 1:
		return "After saving, Usher checks one account again and writes the values that differ."
	}
	return "After saving, Usher checks " + ui.Count(v.Accounts) + " accounts again, after all more urgent work, and writes the values that differ."
}

// itemWords are one value of a list, or a value that is an object, as people read it.
func itemWords(v any) (main, more string) {
	m, ok := v.(map[string]any)
	if !ok {
		return fmt.Sprint(v), ""
	}
	var rest []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		switch {
		case key == "value":
			main = fmt.Sprint(m[key])
		case key == "primary" && m[key] == true:
			rest = append(rest, "primary")
		case key == "type":
			rest = append([]string{fmt.Sprint(m[key])}, rest...)
		default:
			rest = append(rest, key+": "+fmt.Sprint(m[key]))
		}
	}
	return main, strings.Join(rest, " · ")
}

// Entries are what the form shows of the row.
func (r MappingRow) Entries() []Entry {
	when := ui.Field{Name: MappingWhen(r.Attribute.Key), Label: r.Attribute.Label + ", when", Type: ui.Select, Value: r.when(),
		Options: []ui.Option{{Value: mappingAlways, Label: "Always"}, {Value: MappingOnCreate, Label: "On create"}}}
	return Entries(ui.Field{Name: MappingExpression(r.Attribute.Key), Label: r.Attribute.Label, Type: ui.Textarea, Value: r.Expression}, when)
}
