package handlers

import (
	"net/http"
	"strings"

	"usher/auth"
	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showOwnAccount(w http.ResponseWriter, r *http.Request) error {
	return s.renderOwnAccount(w, r, http.StatusOK, views.OwnAccountView{})
}

// renderOwnAccount completes the view; what a form leaves in it stays.
func (s *Server) renderOwnAccount(w http.ResponseWriter, r *http.Request, status int, v views.OwnAccountView) (err error) {
	ctx, visit := r.Context(), visitOf(r)
	v.User, v.Now, v.Session = visit.user, s.Now(), auth.SessionHash(visit.session.ID)
	if v.Revised == (views.Revised{}) { // the profile is not the form that was sent
		v.Form, v.Revised = views.OwnProfileOf(v.User), ownRevised(v.User).open()
	}
	if v.Sessions, err = s.Auth.UserSessions.List(ctx, v.User.ID); err != nil {
		return err
	}
	if v.Tokens, err = s.Auth.PersonalTokens(ctx, v.User.ID); err != nil {
		return err
	}
	if v.Brand, err = s.brandView(r, "Your account"); err != nil {
		return err
	}
	v.Brand.Wide = true
	return s.render(w, r, status, views.OwnAccount(v))
}

func ownRevised(u directory.User) revisedForm {
	v := views.OwnAccountView{Form: views.OwnProfileOf(u)}
	return revisedForm{noun: "profile", revision: u.Version, entries: views.Entries(v.ProfileFields()...), target: u.ID,
		actions: []string{directory.ActionUserUpdate, directory.ActionUserEnable, directory.ActionUserDisable}, reload: accountURL}
}

// refuseOwn shows the form again with what is wrong; any other failure stays as it is.
func (s *Server) refuseOwn(w http.ResponseWriter, r *http.Request, v views.OwnAccountView, err error) error {
	e, status, ok := formError(err)
	if !ok {
		return err
	}
	setRetryAfter(w, err)
	v.Errors = e.Fields
	if len(e.Fields) == 0 {
		v.Problem = e.Message
	}
	return s.renderOwnAccount(w, r, status, v)
}

func (s *Server) updateOwnProfile(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	u, err := s.Directory.Store.User(r.Context(), visitOf(r).user.ID)
	if err != nil {
		return err
	}
	m, err := s.merge(r, f, ownRevised(u))
	if err != nil {
		return err
	}
	typed := views.OwnProfile(typedAttributes(m.form, views.OwnAttributes()))
	v := views.OwnAccountView{Form: typed, Revised: m.revised}
	if m.stale {
		return s.renderOwnAccount(w, r, http.StatusConflict, v)
	}
	u.Version = m.revision
	setAttributes(&u, views.OwnAttributes(), typed)
	_, err = s.Directory.UpdateUser(r.Context(), u, userActor(r))
	if e, _, ok := formError(err); ok && !changedMeanwhile(e) {
		return s.refuseOwn(w, r, v, err)
	}
	if err != nil {
		return mergeAgain(w, r, s.updateOwnProfile, err)
	}
	flash(r, ui.Flash{Title: "Your profile was saved"})
	return s.redirect(w, r, accountURL)
}

func (s *Server) changeOwnEmail(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	email := strings.TrimSpace(f.Get("email"))
	if err := s.SignUp.ChangeEmail(r.Context(), visitOf(r).user, email); err != nil {
		return s.refuseOwn(w, r, views.OwnAccountView{NewEmail: email}, err)
	}
	note := ui.Flash{Title: "Check your mail", Text: "Open the link that we sent to " + email + " to confirm the address."}
	if !s.mailGoesOut() {
		note = ui.Flash{Tone: ui.Warning, Title: "No mail can be sent at the moment", Text: "Mail is not set up here, so the link to confirm " + email + " waits. Ask an administrator."}
	}
	flash(r, note)
	return s.redirect(w, r, accountURL)
}

func (s *Server) changeOwnPassword(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	v := visitOf(r)
	err = differs("new_password_again")
	if f.Get("new_password") == f.Get("new_password_again") {
		err = s.Auth.ChangeUserPassword(r.Context(), s.origin(r), v.user, f.Get("current_password"), f.Get("new_password"), auth.SessionHash(v.session.ID))
	}
	if directory.CodeOf(err) != "" {
		return s.refuseOwn(w, r, views.OwnAccountView{}, err)
	}
	if err != nil {
		return err
	}
	if err := s.knowBrowser(w, r, auth.Owner{UserID: v.user.ID}); err != nil { // the password was changed, and with it all are forgotten
		return err
	}
	if err := s.Auth.UserSessions.Start(r, w, v.user.ID); err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "Your password was changed", Text: "Your other sessions have ended."})
	return s.redirect(w, r, accountURL)
}

func (s *Server) endOtherSessions(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	if err := s.Auth.UserSessions.EndOthers(r.Context(), v.user.ID, auth.SessionHash(v.session.ID)); err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "You are signed out everywhere else"})
	return s.redirect(w, r, accountURL)
}
