package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"usher/imports"
	"usher/views"
)

func (s *Server) startImport(w http.ResponseWriter, r *http.Request) error {
	return s.moveImport(w, r, imports.Start)
}

func (s *Server) pauseImport(w http.ResponseWriter, r *http.Request) error {
	return s.moveImport(w, r, imports.Pause)
}

func (s *Server) resumeImport(w http.ResponseWriter, r *http.Request) error {
	return s.moveImport(w, r, imports.Resume)
}

func (s *Server) cancelImport(w http.ResponseWriter, r *http.Request) error {
	return s.moveImport(w, r, imports.Cancel)
}

func (s *Server) moveImport(w http.ResponseWriter, r *http.Request, m imports.Move) error {
	i, err := s.Store.Import(r.Context(), chi.URLParam(r, "import"))
	if err != nil {
		return err
	}
	if err := s.Imports.Move(r.Context(), i, m, actor(r)); err != nil && !finished(err) {
		return err
	}
	return s.redirect(w, r, views.ImportURL(i.ID))
}
