package handlers

import (
	"net/http"
	"net/url"

	"usher/directory"
	"usher/provisioning"
	"usher/views"
	"usher/views/ui"
)

// connectorInput is a connector as a form wants it, and the form to show again if that cannot be.
type connectorInput struct {
	connector directory.Connector
	edit      connectorEdit
	errs      directory.FieldErrors
}

// connectorScope is the form that a kept secret of a connector belongs to.
func connectorScope(t provisioning.Target) string { return "connector " + t.ID }

// connectorInput is the form over what is stored now; stale says that the person must look first.
func (s *Server) connectorInput(r *http.Request, t provisioning.Target, f url.Values, lost directory.FieldErrors) (input connectorInput, stale bool, err error) {
	d, err := s.kind(t.Kind)
	if err != nil {
		return input, false, err
	}
	m, err := s.merge(r, f, s.connectorRevised(d, t.Connector))
	if err != nil {
		return input, false, err
	}
	in := settingsInput(d, m.form)
	c := t.Connector
	c.Enabled, c.Revision = m.form.Get("enabled") == "true", m.revision
	c.Retarget = directory.Retarget(f.Get(directory.RetargetField))
	settings, errs := provisioning.ReadSettings(d, in, c.Settings)
	c.Settings = settings
	addLost(errs, lost)
	edit := connectorEdit{connectorID: c.ID, form: typedForm(d, in, t.Settings, errs), on: c.Enabled, revised: m.revised}
	s.keepSecrets(r, connectorScope(t), &edit.form, in)
	return connectorInput{connector: c, errs: errs, edit: edit}, m.stale, nil
}

// showConnectorPanel is where a reload of a form's answer leads.
func (s *Server) showConnectorPanel(w http.ResponseWriter, r *http.Request) error {
	_, t, err := s.target(r)
	if err != nil {
		return err
	}
	return s.redirect(w, r, views.ConnectorsURL(t.ConnectionID)+"#connector-"+t.Kind)
}

func (s *Server) updateConnector(w http.ResponseWriter, r *http.Request) error {
	n, t, err := s.target(r)
	if err != nil {
		return err
	}
	f, lost, err := s.secretForm(r, connectorScope(t))
	if err != nil {
		return err
	}
	in, stale, err := s.connectorInput(r, t, f, lost)
	if err != nil {
		return err
	}
	if stale {
		return s.renderConnectorList(w, r, http.StatusConflict, n, &in.edit)
	}
	if len(in.errs) > 0 {
		return s.renderConnectorList(w, r, http.StatusUnprocessableEntity, n, &in.edit)
	}
	err = s.Directory.UpdateConnector(r.Context(), in.connector, actor(r))
	if directory.CodeOf(err) == directory.Invalid { // which target is it now?
		return s.askRetarget(w, r, n, in.edit, err)
	}
	if err != nil {
		return mergeAgain(w, r, s.updateConnector, err)
	}
	flash(r, connectorUpdated(t, in.connector.Enabled))
	return s.redirect(w, r, views.ConnectorsURL(n.ID))
}

// askRetarget shows the form again, with the question that its new address raises.
func (s *Server) askRetarget(w http.ResponseWriter, r *http.Request, n directory.Connection, edit connectorEdit, question error) error {
	e, status, ok := formError(question)
	if !ok || e.Fields[directory.RetargetField] == "" {
		return question
	}
	edit.form.Errors[directory.RetargetField] = e.Fields[directory.RetargetField]
	return s.renderConnectorList(w, r, status, n, &edit)
}

// showNewerConnector shows what another administrator saved meanwhile to somebody who had typed nothing.
func (s *Server) showNewerConnector(w http.ResponseWriter, r *http.Request, n directory.Connection, t provisioning.Target, conflict error) error {
	now, err := s.Store.Target(r.Context(), t.ID)
	if err != nil {
		return err
	}
	d, err := s.kind(now.Kind)
	if err != nil {
		return err
	}
	e, status, ok := formError(conflict)
	if !ok {
		return conflict
	}
	return s.renderConnectorList(w, r, status, n, &connectorEdit{connectorID: t.ID, form: storedForm(d, now.Settings), on: now.Enabled, problem: e.Message, revised: s.connectorRevised(d, now.Connector).open()})
}

func connectorUpdated(before provisioning.Target, enabled bool) ui.Flash {
	f := ui.Flash{Title: "Successfully updated the outbound provisioning connector."}
	if before.Enabled && !enabled && before.Provisioner.ID != "" {
		f.Text = "It is disabled: nothing is sent to the target until you enable it again, and changes wait."
	}
	return f
}
