package handlers

import (
	"net/http"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showGroupDelete(w http.ResponseWriter, r *http.Request) error {
	g, err := s.group(r)
	if err != nil {
		return err
	}
	return s.renderGroupDelete(w, r, http.StatusOK, g, "", "")
}

func (s *Server) renderGroupDelete(w http.ResponseWriter, r *http.Request, status int, g directory.Group, typed, wrong string) error {
	v := views.GroupDeleteView{Typed: typed, Error: wrong}
	var err error
	if v.GroupView, err = s.groupView(r, g, "Delete"); err != nil {
		return err
	}
	v.Shell.Narrow = true
	return s.render(w, r, status, views.GroupDelete(v))
}

func (s *Server) deleteGroup(w http.ResponseWriter, r *http.Request) error {
	g, err := s.group(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	if typed := f.Get("confirm"); typed != g.DisplayName {
		return s.renderGroupDelete(w, r, http.StatusUnprocessableEntity, g, typed, notTheName)
	}
	err = s.Directory.DeleteGroup(r.Context(), g.ID, actor(r))
	if directory.CodeOf(err) == directory.InUse {
		return s.renderGroupDelete(w, r, http.StatusConflict, g, "", "")
	}
	if err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "Successfully deleted the group.", Text: "Its members stay users."})
	return s.redirect(w, r, views.GroupsURL)
}
