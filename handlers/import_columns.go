package handlers

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"usher/imports"
	"usher/views"
	"usher/views/ui"
)

const sampleRows = 3

func importCrumbs(i imports.Import) []ui.Crumb {
	return append(userAddCrumbs(), ui.Crumb{Label: i.FileName, Href: views.ImportURL(i.ID)})
}

// showImportColumns asks for the columns until the import has started.
func (s *Server) showImportColumns(w http.ResponseWriter, r *http.Request) error {
	i, err := s.Store.Import(r.Context(), chi.URLParam(r, "import"))
	if err != nil {
		return err
	}
	if st := i.State(); st != imports.Uploaded && st != imports.Checking && st != imports.Checked {
		return s.redirect(w, r, views.ImportURL(i.ID))
	}
	return s.renderImportColumns(w, r, http.StatusOK, i, i.Mapping, nil)
}

func (s *Server) renderImportColumns(w http.ResponseWriter, r *http.Request, status int, i imports.Import, chosen imports.Mapping, wrong map[string]string) error {
	rows, err := s.Store.ImportRows(r.Context(), imports.RowFilter{ImportID: i.ID, Limit: sampleRows})
	if err != nil {
		return err
	}
	v := views.ImportColumnsView{Shell: s.shell(r, views.NavUsers, "Columns", importCrumbs(i)...), Import: i, Chosen: chosen, Samples: rows, Errors: wrong}
	return s.render(w, r, status, views.ImportColumns(v))
}

func (s *Server) mapImport(w http.ResponseWriter, r *http.Request) error {
	i, err := s.Store.Import(r.Context(), chi.URLParam(r, "import"))
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	chosen := make(imports.Mapping, len(i.Header))
	for k := range chosen {
		chosen[k] = f.Get("column_" + strconv.Itoa(k))
	}
	i.Existing, i.Unknown = imports.Existing(f.Get("existing")), imports.Unknown(f.Get("unknown"))
	if f.Has("alike") {
		i.Alike = imports.Alike(f.Get("alike"))
	}
	err = s.Imports.Map(r.Context(), i, chosen, i.Existing, i.Unknown)
	if e, status, ok := formError(err); ok && len(e.Fields) > 0 {
		return s.renderImportColumns(w, r, status, i, chosen, e.Fields)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, views.ImportURL(i.ID))
}
