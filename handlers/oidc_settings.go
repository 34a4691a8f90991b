package handlers

import (
	"net/http"

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
	v := views.OIDCSettingsView{Form: storedOIDC(in), Revised: s.oidcRevised(in).open()}
	return s.renderOIDCSettings(w, r, http.StatusOK, n, v)
}

func (s *Server) oidcRevised(in oidc.SignIn) revisedForm {
	mark := s.Store.MarkSecret("sign-in "+in.ConnectionID, in.ClientSecret)
	return revisedForm{noun: "connection", revision: in.Revision, entries: views.OIDCSettingsView{Form: storedOIDC(in)}.Entries(mark), target: in.ConnectionID,
		actions: []string{oidc.ActionUpdate}, reload: views.OIDCSettingsURL(in.ConnectionID)}
}

func (s *Server) renderOIDCSettings(w http.ResponseWriter, r *http.Request, status int, n directory.Connection, v views.OIDCSettingsView) (err error) {
	if v.ConnectionView, err = s.connectionTab(r, n, "Settings"); err != nil {
		return err
	}
	v.Form.RedirectURL = s.OIDC.RedirectURL(n.ID)
	return s.render(w, r, status, views.OIDCSettings(v))
}

// oidcSettingsInput is what the tab's form says, over what is stored now.
func (s *Server) oidcSettingsInput(r *http.Request, old oidc.SignIn) (in oidcInput, m mergedForm, err error) {
	f, lost, err := s.secretForm(r, oidcScope(old.ConnectionID))
	if err != nil {
		return in, m, err
	}
	if m, err = s.merge(r, f, s.oidcRevised(old)); err != nil {
		return in, m, err
	}
	in = readOIDC(old, m.form)
	in.lost, in.kept = lost, s.keepSecret(r, oidcScope(old.ConnectionID), "client_secret", m.form.Get("client_secret"))
	in.signIn.Enabled, in.signIn.Revision = m.form.Get("enabled") == "true", m.revision
	return in, m, nil
}

func (s *Server) updateOIDC(w http.ResponseWriter, r *http.Request) error {
	n, old, err := s.signInOf(r)
	if err != nil {
		return err
	}
	in, m, err := s.oidcSettingsInput(r, old)
	if err != nil {
		return err
	}
	if m.stale {
		return s.renderOIDCSettings(w, r, http.StatusConflict, n, views.OIDCSettingsView{Form: in.form(nil), Revised: m.revised})
	}
	if wrong := in.errors(n); len(wrong) > 0 {
		return s.renderOIDCSettings(w, r, http.StatusUnprocessableEntity, n, views.OIDCSettingsView{Form: in.form(wrong), Revised: m.revised})
	}
	if err = s.OIDC.Update(r.Context(), in.signIn, actor(r)); err != nil {
		return mergeAgain(w, r, s.updateOIDC, err)
	}
	flash(r, ui.Flash{Title: "Successfully updated the connection."})
	return s.redirect(w, r, views.OIDCSettingsURL(n.ID))
}
