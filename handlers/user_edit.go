package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showUserEdit(w http.ResponseWriter, r *http.Request) error {
	u, err := s.Store.User(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	return s.renderUserEdit(w, r, http.StatusOK, views.UserEditView{User: u, Form: views.UserFormOf(u), Revised: userRevised(u).open()})
}

func userRevised(u directory.User) revisedForm {
	return revisedForm{noun: "user", revision: u.Version, entries: views.Entries(views.UserFormOf(u).Fields()...), target: u.ID,
		actions: []string{directory.ActionUserUpdate, directory.ActionUserEnable, directory.ActionUserDisable}, reload: "/users/" + u.ID + "/edit"}
}

func (s *Server) renderUserEdit(w http.ResponseWriter, r *http.Request, status int, v views.UserEditView) error {
	v.Shell = s.shell(r, views.NavUsers, "Edit", append(usersCrumbs(), ui.Crumb{Label: v.User.Label(), Href: "/users/" + v.User.ID})...)
	v.Shell.Narrow = v.Revised.Conflict == nil
	return s.render(w, r, status, views.UserEdit(v))
}

func (s *Server) updateUser(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	saved, err := s.Store.User(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	m, err := s.merge(r, f, userRevised(saved))
	if err != nil {
		return err
	}
	v := views.UserEditView{User: saved, Form: readUserForm(m.form), Revised: m.revised}
	if m.stale {
		return s.renderUserEdit(w, r, http.StatusConflict, v)
	}
	u := saved
	applyUserForm(&u, v.Form)
	u.Version = m.revision
	outcomes, err := s.Directory.UpdateUser(r.Context(), u, actor(r))
	if e, status, ok := formError(err); ok && !changedMeanwhile(e) {
		v.Form.Errors = e.Fields
		return s.renderUserEdit(w, r, status, v)
	}
	if err != nil {
		return mergeAgain(w, r, s.updateUser, err)
	}
	flash(r, outcomeFlash(u.Label()+" was saved", outcomes))
	return s.redirect(w, r, "/users/"+u.ID)
}
