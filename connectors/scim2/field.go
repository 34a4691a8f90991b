package scim2

import (
	"slices"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
)

// fields are the settings of all layers, in the order of the form.
func fields() []connectors.Field {
	return slices.Concat([]connectors.Field{wire.BaseURLField(), service.ProfileField()}, wire.SignInFields(), wire.RequestFields(), service.Fields(), wire.NetworkFields())
}
