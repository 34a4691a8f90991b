package handlers

import (
	"context"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"usher/imports"
	"usher/views"
)

// importStore is what the pages of imports read.
type importStore interface {
	Import(ctx context.Context, id string) (imports.Import, error)
	Imports(ctx context.Context, before string, limit int) (imports.Page, error)
	ImportRows(ctx context.Context, f imports.RowFilter) ([]imports.Row, error)
	Causes(ctx context.Context, id string, limit int) ([]imports.Cause, error)
}

const (
	importPage   = 50 // rows
	importCauses = 30
)

func (s *Server) showImport(w http.ResponseWriter, r *http.Request) error {
	v, err := s.importView(r)
	if err != nil {
		return err
	}
	v.Shell = s.shell(r, views.NavUsers, v.Import.FileName, userAddCrumbs()...)
	return s.render(w, r, http.StatusOK, views.Import(v))
}

// showImportProgress is the live part of an import's page.
func (s *Server) showImportProgress(w http.ResponseWriter, r *http.Request) error {
	v, err := s.importView(r)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("seen") == v.Stamp() {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	v.Part = true
	return s.render(w, r, http.StatusOK, views.ImportPart(v))
}

func (s *Server) importView(r *http.Request) (v views.ImportView, err error) {
	v.Now = s.Now()
	if v.Import, err = s.Store.Import(r.Context(), chi.URLParam(r, "import")); err != nil {
		return v, err
	}
	q := r.URL.Query()
	verdicts, ok := views.RowVerdicts(q.Get("show"))
	if ok {
		v.Show = q.Get("show")
	}
	if v.Import.State().Moving() || !v.Import.PurgedAt.IsZero() {
		return v, nil
	}
	after, _ := strconv.ParseInt(q.Get("after"), 10, 64)
	v.Cause = q.Get("cause")
	rows, err := s.Store.ImportRows(r.Context(), imports.RowFilter{ImportID: v.Import.ID, Verdicts: verdicts, Cause: v.Cause, Warned: v.Show == views.RowsWarned, After: after, Limit: importPage + 1})
	if err != nil {
		return v, err
	}
	if v.Causes, err = s.Store.Causes(r.Context(), v.Import.ID, importCauses); err != nil {
		return v, err
	}
	at := views.ImportURL(v.Import.ID)
	q.Del("seen")
	if after > 0 {
		v.First = pageLink(at, q, "after", "") + "#rows"
	}
	if v.Rows = rows; len(rows) > importPage {
		v.Rows = rows[:importPage]
		v.Next = pageLink(at, q, "after", strconv.FormatInt(v.Rows[importPage-1].N, 10)) + "#rows"
	}
	return v, nil
}
