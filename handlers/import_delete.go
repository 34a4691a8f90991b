package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"usher/directory"
	"usher/imports"
	"usher/views"
	"usher/views/ui"
)

// finished reports that the import was no longer where the page showed it: the page that follows shows where it is.
func finished(err error) bool { return directory.CodeOf(err) == directory.Conflict }

func (s *Server) showImportDelete(w http.ResponseWriter, r *http.Request) error {
	i, err := s.Store.Import(r.Context(), chi.URLParam(r, "import"))
	if err != nil {
		return err
	}
	return s.renderImportDelete(w, r, http.StatusOK, i, "", "")
}

func (s *Server) renderImportDelete(w http.ResponseWriter, r *http.Request, status int, i imports.Import, typed, wrong string) error {
	v := views.ImportDeleteView{Shell: s.shell(r, views.NavUsers, "Delete the rows", importCrumbs(i)...), Import: i, Typed: typed, Error: wrong}
	v.Shell.Narrow = true
	return s.render(w, r, status, views.ImportDelete(v))
}

func (s *Server) deleteImportRows(w http.ResponseWriter, r *http.Request) error {
	i, err := s.Store.Import(r.Context(), chi.URLParam(r, "import"))
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	if typed := f.Get("confirm"); typed != i.FileName {
		return s.renderImportDelete(w, r, http.StatusUnprocessableEntity, i, typed, notTheName)
	}
	if err := s.Imports.Purge(r.Context(), i, actor(r)); err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "The rows were deleted", Text: "Users who were imported stay."})
	return s.redirect(w, r, views.ImportURL(i.ID))
}
