package directory

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Code says what kind of failure an act met; the doors map it to a status.
type Code string

// The codes, of which each has one status at each door.
const (
	Invalid  Code = "invalid"   // the input is wrong; Fields says where
	Conflict Code = "conflict"  // the name is taken, or somebody else changed it meanwhile
	NotFound Code = "not_found" // there is no such thing
	InUse    Code = "in_use"    // something else depends on it
	Rejected Code = "rejected"  // a blocking target refused, so the act was taken back
)

// ErrIssuerLinked is what a Conflict wraps that keeps a second subject of one issuer from a user.
var ErrIssuerLinked = errors.New("the user is linked to another subject of this issuer")

// Error is a failure that a person can act on. Anything else is internal and is shown as a reference only.
type Error struct {
	Code    Code
	Message string            // a sentence for the person who acted
	Fields  map[string]string // by field name, when Code is Invalid or Conflict
	Err     error
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	for _, k := range slices.Sorted(maps.Keys(e.Fields)) {
		fmt.Fprintf(&b, " %s: %s", k, e.Fields[k])
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return strings.TrimSpace(b.String())
}

func (e *Error) Unwrap() error { return e.Err }

// CodeOf reports the code of err, or "" when it is not for people.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// FieldErrors collects what is wrong with an input, field by field. The lines below the first of a message show the place
// in what was written.
type FieldErrors map[string]string

// Add keeps the first message of a field.
func (f FieldErrors) Add(field, message string) {
	if _, ok := f[field]; !ok {
		f[field] = message
	}
}

// Err is nil when nothing was added.
func (f FieldErrors) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Code: Invalid, Message: "Please correct the marked fields.", Fields: f}
}

func fieldsOf(err error) map[string]string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Fields
	}
	return nil
}
