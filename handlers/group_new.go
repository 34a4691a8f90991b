package handlers

import (
	"net/http"
	"net/url"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showGroupNew(w http.ResponseWriter, r *http.Request) error {
	return s.renderGroupNew(w, r, http.StatusOK, url.Values{}, nil)
}

// renderGroupNew shows the form with what was typed and chosen; wrong is nil when nothing was.
func (s *Server) renderGroupNew(w http.ResponseWriter, r *http.Request, status int, f url.Values, wrong *directory.Error) error {
	v := views.GroupNewView{Name: f.Get("display_name")}
	var err error
	if v.Picker, err = s.userPicker(r.Context(), f, views.GroupsURL+"/new"); err != nil {
		return err
	}
	if wrong != nil {
		v.Errors = wrong.Fields
		v.Picker.Error = wrong.Fields["members"]
	}
	v.Shell = s.shell(r, views.NavGroups, "New Group", groupsCrumbs()...)
	v.Shell.Narrow = true
	return s.render(w, r, status, views.GroupNew(v))
}

func (s *Server) createGroup(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	if f.Has(views.PickFind) {
		return s.renderGroupNew(w, r, http.StatusOK, f, nil)
	}
	members, err := pickedIDs(f)
	if err != nil {
		return err
	}
	g, err := s.Directory.CreateGroup(r.Context(), directory.Group{DisplayName: f.Get("display_name")}, members, actor(r))
	if e, status, ok := formError(err); ok {
		return s.renderGroupNew(w, r, status, f, e)
	}
	if err != nil {
		return err
	}
	flash(r, ui.Flash{Title: g.DisplayName + " was created"})
	return s.redirect(w, r, views.GroupURL(g.ID))
}
