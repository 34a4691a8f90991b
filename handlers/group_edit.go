package handlers

import (
	"net/http"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showGroupEdit(w http.ResponseWriter, r *http.Request) error {
	g, err := s.group(r)
	if err != nil {
		return err
	}
	return s.renderGroupEdit(w, r, http.StatusOK, g, views.GroupEditView{Name: g.DisplayName, Revised: groupRevised(g).open()})
}

func groupRevised(g directory.Group) revisedForm {
	return revisedForm{noun: "group", revision: g.Version, entries: views.GroupEntries(g.DisplayName), target: g.ID,
		actions: []string{directory.ActionGroupUpdate}, reload: views.GroupURL(g.ID) + "/general"}
}

func (s *Server) renderGroupEdit(w http.ResponseWriter, r *http.Request, status int, g directory.Group, v views.GroupEditView) error {
	var err error
	if v.GroupView, err = s.groupView(r, g, "General"); err != nil {
		return err
	}
	return s.render(w, r, status, views.GroupEdit(v))
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
	m, err := s.merge(r, f, groupRevised(g))
	if err != nil {
		return err
	}
	typed := directory.Group{ID: g.ID, DisplayName: m.form.Get("display_name"), Version: m.revision}
	v := views.GroupEditView{Name: typed.DisplayName, Revised: m.revised}
	if m.stale {
		return s.renderGroupEdit(w, r, http.StatusConflict, g, v)
	}
	_, err = s.Directory.UpdateGroup(r.Context(), typed, directory.MemberChange{}, actor(r))
	if e, status, ok := formError(err); ok && !changedMeanwhile(e) {
		v.Errors = e.Fields
		return s.renderGroupEdit(w, r, status, g, v)
	}
	if err != nil {
		return mergeAgain(w, r, s.updateGroup, err)
	}
	flash(r, ui.Flash{Title: "Successfully updated the group."})
	return s.redirect(w, r, views.GroupURL(g.ID)+"/general")
}
