package handlers

import (
	"net/http"
	"strconv"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showGroupGeneral(w http.ResponseWriter, r *http.Request) error {
	g, err := s.group(r)
	if err != nil {
		return err
	}
	return s.renderGroupGeneral(w, r, http.StatusOK, g, views.GroupGeneralView{Name: g.DisplayName})
}

func (s *Server) renderGroupGeneral(w http.ResponseWriter, r *http.Request, status int, g directory.Group, v views.GroupGeneralView) error {
	var err error
	if v.GroupView, err = s.groupView(r, g, "General"); err != nil {
		return err
	}
	return s.render(w, r, status, views.GroupGeneral(v))
}

func (s *Server) updateGroup(w http.ResponseWriter, r *http.Request) error {
	g, err := s.group(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	typed := directory.Group{ID: g.ID, DisplayName: f.Get("display_name")}
	if typed.Version, err = strconv.ParseInt(f.Get("version"), 10, 64); err != nil || typed.Version <= 0 {
		return incompleteForm()
	}
	_, err = s.Directory.UpdateGroup(r.Context(), typed, directory.MemberChange{}, actor(r))
	if e, status, ok := formError(err); ok {
		v := views.GroupGeneralView{Name: typed.DisplayName, Errors: e.Fields}
		if overtaken(e) {
			v.Conflict, status = e.Message, http.StatusConflict
		}
		return s.renderGroupGeneral(w, r, status, g, v)
	}
	if err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "Successfully updated the group."})
	return s.redirect(w, r, views.GroupURL(g.ID)+"/general")
}
