package handlers

import (
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showUserGroups(w http.ResponseWriter, r *http.Request) error {
	u, err := s.Store.User(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	had, err := s.groupIDsOf(r, u.ID)
	if err != nil {
		return err
	}
	return s.renderUserGroups(w, r, http.StatusOK, u, chosenNow(had), "")
}

func (s *Server) groupIDsOf(r *http.Request, userID string) ([]string, error) {
	of, err := s.Store.GroupsOf(r.Context(), []string{userID})
	ids := make([]string, len(of[userID]))
	for i, g := range of[userID] {
		ids[i] = g.ID
	}
	return ids, err
}

func (s *Server) renderUserGroups(w http.ResponseWriter, r *http.Request, status int, u directory.User, f url.Values, wrong string) error {
	v := views.UserGroupsView{User: u}
	var err error
	if v.Picker, err = s.groupPicker(r.Context(), f, "/users/"+u.ID+"/groups"); err != nil {
		return err
	}
	v.Picker.Error = wrong
	v.Shell = s.shell(r, views.NavUsers, "Groups", append(usersCrumbs(), ui.Crumb{Label: u.Label(), Href: "/users/" + u.ID})...)
	v.Shell.Narrow = true
	return s.render(w, r, status, views.UserGroups(v))
}

// changeUserGroups joins and leaves what was checked and unchecked; groups that the form did not show stay.
func (s *Server) changeUserGroups(w http.ResponseWriter, r *http.Request) error {
	u, err := s.Store.User(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	if f.Has(views.PickFind) {
		return s.renderUserGroups(w, r, http.StatusOK, u, f, "")
	}
	now, err := s.groupIDsOf(r, u.ID)
	if err != nil {
		return err
	}
	join, leave, err := picksOf(f, now)
	if err != nil {
		return err
	}
	err = s.Directory.ChangeGroupsOf(r.Context(), u.ID, join, leave, actor(r))
	if e, status, ok := formError(err); ok {
		return s.renderUserGroups(w, r, status, u, f, e.Message)
	}
	if err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "The groups of " + u.Label() + " were saved"})
	return s.redirect(w, r, "/users/"+u.ID)
}
