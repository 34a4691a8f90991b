package handlers

import (
	"net/http"

	"usher/views"
	"usher/views/ui"
)

func (s *Server) updateProvisioner(w http.ResponseWriter, r *http.Request) error {
	v, err := s.provisionerView(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	p, errs := readProvisioner(f)
	stored := v.Target.Provisioner
	p.ID, p.ConnectorID, p.Connection, p.Kind = stored.ID, stored.ConnectorID, stored.Connection, stored.Kind
	if len(errs) == 0 {
		err := s.Directory.UpdateProvisioner(r.Context(), p, actor(r))
		if err == nil {
			flash(r, ui.Flash{Title: "Successfully updated the outbound provisioning configuration."})
			return s.redirect(w, r, views.ProvisionersURL+"/"+p.ID)
		}
		e, _, ok := formError(err)
		if !ok {
			return err
		}
		errs = e.Fields
	}
	v.Form = provisionerForm(p, errs)
	keepDeadline(&v.Form, f)
	return s.renderProvisioner(w, r, http.StatusUnprocessableEntity, v)
}
