package handlers

import (
	"net/http"

	"usher/views"
	"usher/views/ui"
)

func provisionersCrumb() ui.Crumb {
	return ui.Crumb{Label: "Outbound Provisioning Configuration", Href: views.ProvisionersURL}
}

func (s *Server) listProvisioners(w http.ResponseWriter, r *http.Request) error {
	all, err := s.Store.Provisioners(r.Context())
	if err != nil {
		return err
	}
	v := views.ProvisionersView{Shell: s.shell(r, views.NavLoginRegistration, "Outbound Provisioning Configuration", loginRegistrationCrumb())}
	for _, p := range all {
		row := views.ProvisionerRow{Provisioner: p, KindName: s.kindName(p.Kind)}
		t, err := s.Store.Target(r.Context(), p.ConnectorID)
		if err != nil {
			return err
		}
		row.Enabled = t.Enabled
		if row.Progress, err = s.Store.Progress(r.Context(), p.ConnectorID); err != nil {
			return err
		}
		v.Rows = append(v.Rows, row)
	}
	return s.render(w, r, http.StatusOK, views.Provisioners(v))
}
