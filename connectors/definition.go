package connectors

import (
	"net/http"
	"slices"
	"time"
)

// Definition describes one connector kind. Form, validation, secrets, mapping, test button, apply files and
// reference docs all come from it.
type Definition struct {
	Kind       string // stored: never rename
	Name       string // "SCIM2", as the console shows it
	Summary    string // one sentence for the selection card
	Icon       string // a lucide icon name
	Fields     []Field
	Attributes []Attribute
	Modes      []Mode         // what the target can do to a leaver, harshest last
	Groups     *Groups        // nil: Open's Connector is no GroupConnector
	Passwords  []PasswordMode // what can be done about passwords, the default first; none: nothing
	Budget     Budget
	BudgetOf   func(Config) Budget                           // for kinds whose services differ; nil: Budget
	Lag        time.Duration                                 // how long "not found" may mean "not visible yet" after a create
	Options    func(Config) ClientOptions                    // how the HTTP client for this configuration must behave
	Open       func(Config, *http.Client) (Connector, error) // no I/O

	// Sent is what the kind makes of a mapped profile before it sends it, such as a domain that is added or a text that
	// is cut; it is shown beside the mapping. May be nil: the values go out as they are.
	Sent func(Config, Profile) (Profile, error)
}

// Budget is what the engine spends at a target.
type Budget struct {
	RequestsPerSecond float64 // what the form suggests; 0 is no limit
	Published         float64 // requests a second that the vendor allows, where the configuration has no limit; 0 is unknown
	Concurrency       int     // attempts at once to start with
	MostConcurrency   int     // attempts at once after all went well for a while; 0 is Concurrency
}

// BudgetFor is what may be spent with this configuration: its own limit of requests a second or, without one, the vendor's.
func (d Definition) BudgetFor(c Config) Budget {
	b := d.Budget
	if d.BudgetOf != nil {
		b = d.BudgetOf(c)
	}
	b.RequestsPerSecond = b.Published
	if limit := c.Number(RequestsLimit); limit > 0 {
		b.RequestsPerSecond = limit
	}
	return b
}

// Attribute is one thing that can be mapped.
type Attribute struct {
	Key      string // stored in mappings and in what was last written: never rename
	Label    string
	Type     AttributeType
	Required bool
	Matching bool   // Find may look for it
	OnCreate bool   // written when the account is made, never after
	Default  string // CEL over `user`
}

// AttributeType is what an expression must yield.
type AttributeType string

// What an expression can be asked to yield.
const (
	String  AttributeType = "string"
	Boolean AttributeType = "boolean"
	List    AttributeType = "list" // multi-valued, as SCIM has it
)

// Can reports whether the kind offers the mode.
func (d Definition) Can(m Mode) bool { return slices.Contains(d.Modes, m) }

// AllFields are the kind's own fields and then the ones that every connector has.
func (d Definition) AllFields() []Field {
	return slices.Concat(d.groupFields(), d.Fields, d.policyFields(), d.passwordFields())
}

// Keys of the fields that every connector has. Stored: never rename.
const (
	OnExisting    = "on_existing"
	OnDelete      = "on_delete"
	OnDisable     = "on_disable"
	OnLeave       = "on_leave"
	RequestsLimit = "requests_per_second"
)

// Values of OnExisting. Stored: never rename.
const (
	HoldExisting  = "hold"  // an administrator decides
	AdoptExisting = "adopt" // take over an account that no one has stamped
	FailExisting  = "fail"  // give up on this user until somebody acts
)

func (d Definition) policyFields() []Field {
	modes := func(harshest Mode) []Option {
		words := map[Mode]string{Delete: "Remove the account", Disable: "Disable the account"}
		var o []Option
		for _, m := range []Mode{Delete, Disable} {
			if d.Can(m) && (m != Delete || harshest == Delete) {
				o = append(o, Option{string(m), words[m]})
			}
		}
		return append(o, Option{string(Leave), "Leave the account as it is"})
	}
	first := func(o []Option) string { return o[0].Value }
	onDelete, onDisable := modes(Delete), modes(Disable)
	return []Field{
		{Key: OnExisting, Label: "When the account already exists", Section: SectionPolicy, Type: Select, Default: HoldExisting,
			Help:    "What to do with an account that matches the user and was not made by Usher. Administrators' accounts are never adopted.",
			Options: []Option{{HoldExisting, "Hold it for an administrator"}, {AdoptExisting, "Adopt it and write the user's attributes"}, {FailExisting, "Fail"}}},
		{Key: OnDelete, Label: "When the user is deleted", Section: SectionPolicy, Type: Select, Default: first(onDelete), Options: onDelete,
			Help: d.removalWords()},
		{Key: OnDisable, Label: "When the user is disabled", Section: SectionPolicy, Type: Select, Default: first(onDisable), Options: onDisable, Help: d.disablingWords()},
		{Key: OnLeave, Label: "When the user leaves the scope", Section: SectionPolicy, Type: Select, Default: first(onDisable), Options: onDelete, Help: d.removalWords()},
		{Key: RequestsLimit, Label: "Requests per second", Section: SectionPolicy, Type: Number, Default: trimFloat(d.Budget.RequestsPerSecond), Max: 10000,
			Help: "0 means no limit, unless the service is known to have one. A target that answers “too many requests” slows Usher down by itself."},
	}
}

// removalWords say what the target can do to an account whose user is gone.
func (d Definition) removalWords() string {
	switch {
	case !d.Can(Delete) && !d.Can(Disable):
		return "The target can neither remove nor disable accounts."
	case !d.Can(Delete):
		return "The target cannot remove accounts."
	case !d.Can(Disable):
		return "Accounts that Usher adopted are never removed. The target cannot disable them, so they stay as they are."
	}
	return "Accounts that Usher adopted are never removed, only disabled."
}

func (d Definition) disablingWords() string {
	if d.Can(Disable) {
		return ""
	}
	return "The target cannot disable accounts."
}
