package handlers

import (
	"net/http"
	"strconv"

	"usher/auth/oidc"
	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

// signIn finds the connection of the URL and how people sign in through it; NotFound for one of another type.
func (s *Server) signInOf(r *http.Request) (n directory.Connection, in oidc.SignIn, err error) {
	if n, err = s.connection(r); err != nil {
		return n, in, err
	}
	in, err = s.OIDC.Store.SignIn(r.Context(), n.ID)
	return n, in, err
}

// connectionTab is what a tab of a connection has around it.
func (s *Server) connectionTab(r *http.Request, n directory.Connection, title string) (views.ConnectionView, error) {
	all, err := s.Store.Connectors(r.Context(), n.ID)
	sh := s.shell(r, views.NavConnections, title, connectionsCrumb(), connectionCrumb(n))
	return views.ConnectionView{Shell: sh, Connection: n, Connectors: len(all)}, err
}

func storedOIDC(in oidc.SignIn) views.OIDCForm {
	f := views.OIDCForm{SignIn: in, Public: in.ClientSecret == "", SavedSecret: in.ClientSecret != ""}
	f.SignIn.ClientSecret = ""
	return f
}

func (s *Server) showOIDCSettings(w http.ResponseWriter, r *http.Request) error {
	n, in, err := s.signInOf(r)
	if err != nil {
		return err
	}
	return s.renderOIDCSettings(w, r, http.StatusOK, n, storedOIDC(in), nil)
}

func (s *Server) renderOIDCSettings(w http.ResponseWriter, r *http.Request, status int, n directory.Connection, f views.OIDCForm, report *views.ConnectorReport) error {
	common, err := s.connectionTab(r, n, "Settings")
	if err != nil {
		return err
	}
	f.RedirectURL = s.OIDC.RedirectURL(n.ID)
	return s.render(w, r, status, views.OIDCSettings(views.OIDCSettingsView{ConnectionView: common, Form: f, Report: report}))
}

// oidcSettingsInput is what the tab's form says.
func oidcSettingsInput(r *http.Request, old oidc.SignIn) (oidcInput, error) {
	f, err := form(r)
	if err != nil {
		return oidcInput{}, err
	}
	in := readOIDC(old, f)
	in.signIn.Enabled = f.Get("enabled") == "true"
	// The form names the revision that it showed, so that two administrators do not undo each other unseen.
	in.signIn.Revision, _ = strconv.ParseInt(f.Get("revision"), 10, 64)
	return in, nil
}

func (s *Server) updateOIDC(w http.ResponseWriter, r *http.Request) error {
	n, old, err := s.signInOf(r)
	if err != nil {
		return err
	}
	in, err := oidcSettingsInput(r, old)
	if err != nil {
		return err
	}
	if wrong := in.errors(n); len(wrong) > 0 {
		return s.renderOIDCSettings(w, r, http.StatusUnprocessableEntity, n, in.form(wrong), nil)
	}
	err = s.OIDC.Update(r.Context(), in.signIn, actor(r))
	if directory.CodeOf(err) == directory.Conflict {
		return s.oidcNewer(w, r, views.OIDCSettingsURL(n.ID), err)
	}
	if err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "Successfully updated the connection."})
	return s.redirect(w, r, views.OIDCSettingsURL(n.ID))
}

// oidcNewer leads to what another administrator saved meanwhile, instead of what was typed over it.
func (s *Server) oidcNewer(w http.ResponseWriter, r *http.Request, to string, conflict error) error {
	e, _, ok := formError(conflict)
	if !ok {
		return conflict
	}
	flash(r, ui.Flash{Tone: ui.Danger, Title: "This was not saved", Text: e.Message})
	return s.redirect(w, r, to)
}
