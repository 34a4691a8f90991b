package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"usher/directory"
	"usher/views"
)

// provisionerView reads everything that a provisioner's page shows.
func (s *Server) provisionerView(r *http.Request) (v views.ProvisionerView, err error) {
	p, err := s.Store.Provisioner(r.Context(), chi.URLParam(r, "provisioner"))
	if err != nil {
		return v, err
	}
	v.Now, v.KindName, v.Form = s.Now(), s.kindName(p.Kind), provisionerForm(p, nil)
	v.Revised = provisionerRevised(p).open()
	if v.Target, err = s.Store.Target(r.Context(), p.ConnectorID); err != nil {
		return v, err
	}
	v.Target.Provisioner, v.Target.Settings = p, directory.Settings{}
	v.Traffic = s.traffic(p.ConnectorID)
	v.Progress, err = s.Store.Progress(r.Context(), p.ConnectorID)
	return v, err
}

func (s *Server) showProvisioner(w http.ResponseWriter, r *http.Request) error {
	v, err := s.provisionerView(r)
	if err != nil {
		return err
	}
	return s.renderProvisioner(w, r, http.StatusOK, v)
}

func (s *Server) renderProvisioner(w http.ResponseWriter, r *http.Request, status int, v views.ProvisionerView) error {
	v.Shell = s.shell(r, views.NavLoginRegistration, v.Target.Connection, loginRegistrationCrumb(), provisionersCrumb())
	return s.render(w, r, status, views.ProvisionerShow(v))
}

// showProvisionerProgress answers the page's polling.
func (s *Server) showProvisionerProgress(w http.ResponseWriter, r *http.Request) error {
	v, err := s.provisionerView(r)
	if err != nil {
		return err
	}
	if !partial(r) {
		return s.redirect(w, r, views.ProvisionersURL+"/"+v.Target.Provisioner.ID)
	}
	return s.render(w, r, http.StatusOK, views.ProvisionerProgress(v))
}
