// Package filter is the language of SCIM filters and paths (RFC 7644 §3.4.2.2, §3.5.2): text in, a tree of known
// attributes out, and the question that a list is asked. It is not for finding what a filter selects: the database
// does that.
package filter

import "usher/scim/schema"

// Op is a comparison.
type Op string

// The operators of RFC 7644 §3.4.2.2.
const (
	Equal          Op = "eq"
	NotEqual       Op = "ne"
	Contains       Op = "co"
	StartsWith     Op = "sw"
	EndsWith       Op = "ew"
	Present        Op = "pr"
	Greater        Op = "gt"
	GreaterOrEqual Op = "ge"
	Less           Op = "lt"
	LessOrEqual    Op = "le"
)

// Expr is And, Or, Not, Compare or Where.
type Expr interface{ expr() }

type (
	// And holds when both sides do; it binds closer than Or (RFC 7644 §3.4.2.2).
	And struct{ Left, Right Expr }
	// Or holds when one side does.
	Or struct{ Left, Right Expr }
	// Not holds when what it encloses does not.
	Not struct{ Expr Expr }

	// Compare holds when any value of the attribute compares so; Match says what each operator means. A complex
	// attribute without a sub-attribute means its value ("emails co" is "emails.value co"; Parse has put it so).
	Compare struct {
		Ref   schema.Ref
		Op    Op
		Value any // string, bool or nil (null); a dateTime is a time.Time; Present has none
	}

	// Where holds when one value of a multi-valued complex attribute satisfies Expr, whose Refs have the same Attr.
	Where struct {
		Ref  schema.Ref
		Expr Expr
	}
)

func (And) expr()     {}
func (Or) expr()      {}
func (Not) expr()     {}
func (Compare) expr() {}
func (Where) expr()   {}

// Path names what a PATCH operation changes: an attribute, a sub-attribute, or those values of a multi-valued
// attribute that satisfy Where.
type Path struct {
	Ref   schema.Ref
	Where Expr // nil: all values
}

// Query asks for one page of users or groups.
type Query struct {
	Client     string // whose externalId is meant
	Filter     Expr   // nil selects everybody
	SortBy     *schema.Ref
	Descending bool
	Offset     int // resources to skip; index paging (startIndex - 1)
	Limit      int // 0 asks for the total only
	ByCursor   bool
	After      string // cursor of the page before (RFC 9865); "" with ByCursor is the first page
}

// Page is what was found. An invalid After is a *scim.Error with invalidCursor.
type Page[T any] struct {
	Items []T
	Total int64
	Next  string // cursor of the next page; "" on the last, and without ByCursor
}
