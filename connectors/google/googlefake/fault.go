package googlefake

import "usher/connectors/fault"

// Fault is something that goes wrong on demand.
type Fault = fault.Fault

// Phases and drops of a Fault.
const (
	Before = fault.Before
	After  = fault.After

	Reset = fault.Reset
	EOF   = fault.EOF
	Hang  = fault.Hang
)
