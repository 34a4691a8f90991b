package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showUserForm(w http.ResponseWriter, r *http.Request) error {
	u, err := s.Store.User(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	return s.renderUserForm(w, r, http.StatusOK, views.UserEditView{User: u, Form: views.UserFormOf(u)})
}

func (s *Server) renderUserForm(w http.ResponseWriter, r *http.Request, status int, v views.UserEditView) error {
	v.Shell = s.shell(r, views.NavUsers, "Edit", append(usersCrumbs(), ui.Crumb{Label: v.User.Label(), Href: "/users/" + v.User.ID})...)
	v.Shell.Narrow = true
	return s.render(w, r, status, views.UserEdit(v))
}

func (s *Server) editUser(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	saved, err := s.Store.User(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	typed := readUserForm(f)
	if typed.Version <= 0 {
		return incompleteForm()
	}
	u := saved
	applyUserForm(&u, typed)
	u.Version = typed.Version
	outcomes, err := s.Directory.UpdateUser(r.Context(), u, actor(r))
	if e, status, ok := formError(err); ok {
		if overtaken(e) {
			return s.renderOvertaken(w, r, typed, e)
		}
		typed.Errors = e.Fields
		return s.renderUserForm(w, r, status, views.UserEditView{User: saved, Form: typed})
	}
	if err != nil {
		return err
	}
	flash(r, outcomeFlash(u.Label()+" was saved", outcomes))
	return s.redirect(w, r, "/users/"+u.ID)
}

// renderOvertaken shows the form again over what is saved now; saving once more is then a decision.
func (s *Server) renderOvertaken(w http.ResponseWriter, r *http.Request, typed views.UserForm, e *directory.Error) error {
	now, err := s.Store.User(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	current := views.UserFormOf(now)
	current.Named = typed.Named
	v := views.UserEditView{User: now, Form: typed, Conflict: e.Message, Overtook: views.Differences(typed, current)}
	v.Form.Version = now.Version
	return s.renderUserForm(w, r, http.StatusConflict, v)
}
