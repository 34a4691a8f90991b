package handlers

import (
	"net/http"
	"runtime"

	"usher/auth"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showSettings(w http.ResponseWriter, r *http.Request) error {
	return s.renderSettings(w, r, http.StatusOK, views.SettingsView{})
}

// renderSettings completes the view; what a form leaves in it stays.
func (s *Server) renderSettings(w http.ResponseWriter, r *http.Request, status int, v views.SettingsView) error {
	ctx := r.Context()
	var err error
	v.Me, v.Now, v.Facts = visitOf(r).admin, s.Now(), s.facts()
	if v.Admins, err = s.Auth.Admins(ctx); err != nil {
		return err
	}
	if v.Sessions, err = s.Auth.Sessions.Count(ctx, v.Me.ID); err != nil {
		return err
	}
	v.Shell = s.shell(r, views.NavSettings, "Settings")
	return s.render(w, r, status, views.Settings(v))
}

func (s *Server) facts() []ui.Fact {
	return []ui.Fact{
		{Term: "Version", Text: s.About.Version},
		{Term: "Database", Text: s.About.Database},
		{Term: "Base URL", Text: s.BaseURL.Redacted(), Mono: true},
		{Term: "Started", View: ui.Time(s.About.StartedAt, s.Now())},
		{Term: "Built with", Text: runtime.Version()},
	}
}

func (s *Server) changePassword(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	v := visitOf(r)
	err = differs("new_password_again")
	if f.Get("new_password") == f.Get("new_password_again") {
		keep := auth.SessionHash(v.session.ID)
		err = s.Auth.ChangePassword(r.Context(), s.origin(r), v.admin, f.Get("current_password"), f.Get("new_password"), keep)
	}
	if e, status, ok := formError(err); ok {
		setRetryAfter(w, err)
		fields := e.Fields
		if len(fields) == 0 {
			fields = map[string]string{"current_password": e.Message}
		}
		return s.renderSettings(w, r, status, views.SettingsView{PasswordErrors: fields})
	}
	if err != nil {
		return err
	}
	if err := s.knowBrowser(w, r, auth.Owner{AdminID: v.admin.ID}); err != nil { // with the password all were forgotten
		return err
	}
	if err := s.Auth.Sessions.Start(r, w, v.admin.ID); err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "Your password was changed", Text: "Your other sessions have ended."})
	return s.redirect(w, r, "/settings")
}

func (s *Server) signOutEverywhere(w http.ResponseWriter, r *http.Request) error {
	if err := s.Auth.Sessions.EndAll(r.Context(), visitOf(r).admin.ID); err != nil {
		return err
	}
	return s.signOut(w, r)
}
