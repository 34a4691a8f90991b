package handlers

import (
	"cmp"
	"net/http"

	"github.com/go-chi/chi/v5"

	"usher/views"
	"usher/views/ui"
)

func (s *Server) showLogEntry(w http.ResponseWriter, r *http.Request) error {
	a, err := s.Store.LogEntry(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	v := views.LogEntryView{Shell: s.shell(r, views.NavLog, "Attempt for "+cmp.Or(a.UserName, "a deleted user"), ui.Crumb{Label: "Provisioning log", Href: "/log"}), Now: s.Now(),
		Attempt: a, Kind: s.kindName(a.Kind), Label: views.ErrorKindWords(a.ErrorKind)}
	return s.render(w, r, http.StatusOK, views.LogEntry(v))
}
