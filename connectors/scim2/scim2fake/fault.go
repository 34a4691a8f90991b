package scim2fake

import "usher/connectors/fakekit"

// Fault is something that goes wrong on demand.
type Fault = fakekit.Fault

// Phases and drops of a Fault.
const (
	Before = fakekit.Before
	After  = fakekit.After

	Reset = fakekit.Reset
	EOF   = fakekit.EOF
	Hang  = fakekit.Hang
)

// TokenServer gives out the tokens of an Options.Allowed.
type TokenServer = fakekit.TokenServer
