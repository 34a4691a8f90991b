package scim2

import (
	"slices"

	"usher/connectors"
)

// fields are the settings of all layers, in the order of the form.
func fields() []connectors.Field {
	return slices.Concat([]connectors.Field{BaseURLField(), ProfileField()}, SignInFields(), RequestFields(), Fields(), NetworkFields())
}
