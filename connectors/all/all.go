// Package all is the list of connector kinds. It is not for anything else: a new kind adds one line.
package all

import (
	"usher/connectors"
	"usher/connectors/google"
	"usher/connectors/scim2"
)

// Definitions are the kinds in the order in which the console shows them.
func Definitions() []connectors.Definition {
	return []connectors.Definition{
		google.Definition(),
		scim2.Definition(),
	}
}
