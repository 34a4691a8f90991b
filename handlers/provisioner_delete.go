package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showProvisionerDelete(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Store.Provisioner(r.Context(), chi.URLParam(r, "provisioner"))
	if err != nil {
		return err
	}
	return s.renderProvisionerDelete(w, r, http.StatusOK, p, "", "")
}

func (s *Server) renderProvisionerDelete(w http.ResponseWriter, r *http.Request, status int, p directory.Provisioner, typed, wrong string) error {
	progress, err := s.Store.Progress(r.Context(), p.ConnectorID)
	if err != nil {
		return err
	}
	sh := s.shell(r, views.NavLoginRegistration, "Delete", loginRegistrationCrumb(), provisionersCrumb(),
		ui.Crumb{Label: p.Connection, Href: views.ProvisionersURL + "/" + p.ID})
	sh.Narrow = true
	return s.render(w, r, status, views.ProvisionerDelete(views.ProvisionerDeleteView{Shell: sh, Provisioner: p,
		KindName: s.kindName(p.Kind), Progress: progress, Typed: typed, Error: wrong}))
}

func (s *Server) deleteProvisioner(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Store.Provisioner(r.Context(), chi.URLParam(r, "provisioner"))
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	if typed := f.Get("confirm"); typed != p.Connection {
		return s.renderProvisionerDelete(w, r, http.StatusUnprocessableEntity, p, typed, notTheName)
	}
	if err := s.Directory.DeleteProvisioner(r.Context(), p, actor(r)); err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "Successfully removed the outbound provisioning configuration.", Text: "Accounts at the target stay as they are."})
	return s.redirect(w, r, views.ProvisionersURL)
}
