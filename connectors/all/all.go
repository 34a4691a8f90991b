// Package all is the list of connector kinds. It is not for anything else: a new kind adds one line.
package all

import (
	"usher/connectors"
	"usher/connectors/google"
	"usher/connectors/google/googlefake"
	"usher/connectors/salesforce"
	"usher/connectors/salesforce/salesforcefake"
	"usher/connectors/scim2"
	"usher/connectors/scim2/scim2fake"
)

// Kind is a connector kind and, for the demo, the service that it speaks to.
type Kind struct {
	connectors.Definition
	Sandbox func() connectors.Sandbox // nil: the demo leaves the kind out
}

// Kinds are the kinds in the order in which the console shows them.
func Kinds() []Kind {
	return []Kind{
		{google.Definition(), googlefake.NewSandbox},
		{salesforce.Definition(), salesforcefake.NewSandbox},
		{scim2.Definition(), scim2fake.NewSandbox},
	}
}

// Definitions are the descriptions of the kinds.
func Definitions() []connectors.Definition {
	var defs []connectors.Definition
	for _, k := range Kinds() {
		defs = append(defs, k.Definition)
	}
	return defs
}
