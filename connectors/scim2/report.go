package scim2

import (
	"errors"

	"usher/connectors"
)

func addStep(r *connectors.Report, name string, state connectors.StepState, detail, remedy string) {
	r.Steps = append(r.Steps, connectors.Step{Name: name, State: state, Detail: detail, Remedy: remedy})
}

func remedyOf(err error) string {
	if e, ok := errors.AsType[*connectors.Error](err); ok {
		return e.Remedy
	}
	return ""
}
