package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"usher/views/ui"
)

func (s *Server) retryAccount(w http.ResponseWriter, r *http.Request) error {
	id, connector := chi.URLParam(r, "id"), chi.URLParam(r, "connector")
	if err := s.Directory.RetryAccount(r.Context(), connector, id, "", actor(r)); err != nil {
		return err
	}
	flash(r, ui.Flash{Tone: ui.Info, Title: "Trying again", Text: "The page shows the outcome as soon as the target has answered."})
	return s.redirect(w, r, "/users/"+id)
}

// relocateAccount forgets the remembered ID that the administrator saw, and no other.
func (s *Server) relocateAccount(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	id, connector := chi.URLParam(r, "id"), chi.URLParam(r, "connector")
	if err := s.Directory.RelocateAccount(r.Context(), connector, id, f.Get("remote_id"), actor(r)); err != nil {
		return err
	}
	flash(r, ui.Flash{Tone: ui.Info, Title: "Looking for the account again", Text: "Usher has forgotten the ID " + f.Get("remote_id") + ", and touches only an account that is its own."})
	return s.redirect(w, r, "/users/"+id)
}
