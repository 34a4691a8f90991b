package handlers

import (
	"net/url"
	"strings"

	"usher/connectors"
	"usher/directory"
	"usher/views"
)

// settingsInput is what a form says about the settings of a kind. A switch that is off sends nothing, so its
// absence means off; any other absent setting keeps what is stored.
func settingsInput(d connectors.Definition, f url.Values) map[string]string {
	in := map[string]string{}
	for _, field := range d.AllFields() {
		name := views.SettingName(field.Key)
		switch {
		case field.Type == connectors.Number && strings.TrimSpace(f.Get(name)) == "" && f.Has(name):
			in[field.Key] = field.Default // an emptied number would be 0, which means no limit
		case f.Has(name):
			in[field.Key] = f.Get(name)
		case field.Type == connectors.Switch:
			in[field.Key] = "false"
		}
	}
	return in
}

// storedForm shows settings as they are stored.
func storedForm(d connectors.Definition, s directory.Settings) views.ConnectorForm {
	return views.ConnectorForm{Definition: d, Values: s.Values, Saved: saved(s)}
}

// typedForm shows a form again as it was typed, without its secrets: Server.keepSecrets keeps those.
func typedForm(d connectors.Definition, in map[string]string, old directory.Settings, errs directory.FieldErrors) views.ConnectorForm {
	f := views.ConnectorForm{Definition: d, Values: map[string]string{}, Saved: saved(old), Errors: map[string]string{}, New: len(old.Values) == 0}
	for _, field := range d.AllFields() {
		v, typed := in[field.Key]
		if !typed && old.Values[field.Key] != "" {
			v, typed = old.Values[field.Key], true // a dependent field that was not shown
		}
		if typed && !field.Secret() {
			f.Values[field.Key] = v
		}
	}
	for key, message := range errs {
		f.Errors[key] = message
	}
	return f
}

func saved(s directory.Settings) map[string]bool {
	m := map[string]bool{}
	for key := range s.Secrets {
		m[key] = true
	}
	return m
}
