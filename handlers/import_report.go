package handlers

import (
	"mime"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/go-chi/chi/v5"

	"usher/imports"
)

// downloadRefused streams the refused rows. Once it has begun, a failure can only cut it off.
func (s *Server) downloadRefused(w http.ResponseWriter, r *http.Request) error {
	i, err := s.Store.Import(r.Context(), chi.URLParam(r, "import"))
	if err != nil {
		return err
	}
	if st := i.State(); !i.PurgedAt.IsZero() || st == imports.Uploading || st == imports.Uploaded || st == imports.Checking {
		return &refusal{http.StatusNotFound, "There is no such list", "The rows were not checked yet, or they were deleted.", "Go back to the import."}
	}
	name := strings.TrimSuffix(i.FileName, filepath.Ext(i.FileName)) + "-refused.csv"
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8; header=present")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	if err := s.Imports.Report(r.Context(), i, w); err != nil {
		s.Log.ErrorContext(r.Context(), "the list of refused rows broke off", "import", i.ID, "err", err)
		panic(http.ErrAbortHandler) // a file that ends early must not look whole
	}
	return nil
}
