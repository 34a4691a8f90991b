package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"usher/views"
	"usher/views/ui"
)

// outboxNav lights the sidebar's own entry where there is one.
func (s *Server) outboxNav() string {
	if s.outboxInSidebar() {
		return views.NavOutbox
	}
	return views.NavSettings
}

func (s *Server) listOutbox(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	entries, next, err := s.Store.Outbox(r.Context(), q.Get("before"), 0)
	if err != nil {
		return err
	}
	v := views.OutboxView{Now: s.Now(), Entries: entries, Shell: s.shell(r, s.outboxNav(), "Outbox", settingsCrumb())}
	if v.Configured, err = s.mailConfigured(r); err != nil {
		return err
	}
	if q.Get("before") != "" {
		v.First = views.SettingsOutbox
	}
	if next != "" {
		v.Next = pageLink(views.SettingsOutbox, q, "before", next)
	}
	return s.render(w, r, http.StatusOK, views.Outbox(v))
}

func (s *Server) mailConfigured(r *http.Request) (bool, error) {
	m, err := s.Store.MailServer(r.Context())
	return m.Set(), err
}

func (s *Server) showOutboxEntry(w http.ResponseWriter, r *http.Request) error {
	e, err := s.Store.OutboxEntry(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	v := views.OutboxEntryView{Now: s.Now(), Entry: e,
		Shell: s.shell(r, s.outboxNav(), e.Subject, settingsCrumb(), ui.Crumb{Label: "Outbox", Href: views.SettingsOutbox})}
	v.Shell.Narrow = true
	if v.Configured, err = s.mailConfigured(r); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.OutboxEntry(v))
}
