package provisioning

import (
	"errors"

	"usher/connectors"
	"usher/directory"
	"usher/expression"
)

// ReadSettings is connectors.Read for all fields of the kind. It also checks the rule for groups, which the fields know as
// a text only.
func ReadSettings(d connectors.Definition, in map[string]string, old directory.Settings) (directory.Settings, directory.FieldErrors) {
	s, errs := connectors.Read(d.AllFields(), in, old)
	if d.Groups == nil {
		return s, errs
	}
	if _, err := CompileGroupRule(s.Values[connectors.GroupRule]); err != nil {
		message := err.Error()
		if e, ok := errors.AsType[*expression.Error](err); ok {
			message = e.Error()
		}
		errs.Add(connectors.GroupRule, message)
	}
	return s, errs
}
