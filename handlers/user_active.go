package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

func (s *Server) disableUser(w http.ResponseWriter, r *http.Request) error {
	return s.setActive(w, r, false, " was disabled")
}

func (s *Server) enableUser(w http.ResponseWriter, r *http.Request) error {
	return s.setActive(w, r, true, " was enabled")
}

func (s *Server) setActive(w http.ResponseWriter, r *http.Request, active bool, done string) error {
	u, err := s.Store.User(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	outcomes, err := s.Directory.SetActive(r.Context(), u.ID, active, actor(r))
	if err != nil {
		return err
	}
	flash(r, outcomeFlash(u.Label()+done, outcomes))
	return s.redirect(w, r, "/users/"+u.ID)
}
