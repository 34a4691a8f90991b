package handlers

import (
	"net/http"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func provisionerRevised(p directory.Provisioner) revisedForm {
	return revisedForm{noun: "provisioner", revision: p.Revision, entries: views.Entries(provisionerForm(p, nil).Fields()...), target: p.ID,
		actions: []string{directory.ActionProvisionerUpdate}, reload: views.ProvisionersURL + "/" + p.ID}
}

func (s *Server) updateProvisioner(w http.ResponseWriter, r *http.Request) error {
	v, err := s.provisionerView(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	stored := v.Target.Provisioner
	m, err := s.merge(r, f, provisionerRevised(stored))
	if err != nil {
		return err
	}
	v.Revised = m.revised
	p, errs := readProvisioner(m.form)
	p.Revision, p.ID, p.ConnectorID, p.Connection, p.Kind = m.revision, stored.ID, stored.ConnectorID, stored.Connection, stored.Kind
	if m.stale {
		v.Form = provisionerForm(p, nil)
		keepDeadline(&v.Form, m.form)
		return s.renderProvisioner(w, r, http.StatusConflict, v)
	}
	if len(errs) == 0 {
		err := s.Directory.UpdateProvisioner(r.Context(), p, actor(r))
		if err == nil {
			flash(r, ui.Flash{Title: "Successfully updated the outbound provisioning configuration."})
			return s.redirect(w, r, views.ProvisionersURL+"/"+p.ID)
		}
		e, _, ok := formError(err)
		if !ok || changedMeanwhile(e) {
			return mergeAgain(w, r, s.updateProvisioner, err)
		}
		errs = e.Fields
	}
	v.Form = provisionerForm(p, errs)
	keepDeadline(&v.Form, m.form)
	return s.renderProvisioner(w, r, http.StatusUnprocessableEntity, v)
}
