package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"usher/views"
	"usher/views/ui"
)

// syncProvisioner looks at every account again; one that is right already costs the target nothing.
func (s *Server) syncProvisioner(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Store.Provisioner(r.Context(), chi.URLParam(r, "provisioner"))
	if err != nil {
		return err
	}
	n, err := s.Directory.Resync(r.Context(), p, actor(r))
	if err != nil {
		return err
	}
	text := ui.Count(n) + " accounts are looked at again."
	if n == 1 {
		text = "One account is looked at again."
	}
	flash(r, ui.Flash{Title: "The sync has begun.", Text: text})
	return s.redirect(w, r, views.ProvisionersURL+"/"+p.ID)
}
