package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showGroupAdd(w http.ResponseWriter, r *http.Request) error {
	g, err := s.group(r)
	if err != nil {
		return err
	}
	return s.renderGroupAdd(w, r, http.StatusOK, g, url.Values{}, "")
}

// renderGroupAdd shows who can be added, with what was chosen so far.
func (s *Server) renderGroupAdd(w http.ResponseWriter, r *http.Request, status int, g directory.Group, f url.Values, wrong string) error {
	p, err := s.userPicker(r.Context(), f, views.GroupURL(g.ID)+"/members")
	if err != nil {
		return err
	}
	p.Error = wrong
	ids := make([]string, len(p.Found))
	for i, c := range p.Found {
		ids[i] = c.ID
	}
	groups, err := s.Store.GroupsOf(r.Context(), ids)
	if err != nil {
		return err
	}
	for i, c := range p.Found {
		p.Found[i].Taken = slices.ContainsFunc(groups[c.ID], func(in directory.GroupRef) bool { return in.ID == g.ID })
	}
	v := views.GroupAddView{Picker: p}
	if v.GroupView, err = s.groupView(r, g, "Add Members"); err != nil {
		return err
	}
	v.Shell.Narrow = true
	return s.render(w, r, status, views.GroupAdd(v))
}

func (s *Server) addMembers(w http.ResponseWriter, r *http.Request) error {
	g, err := s.group(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	if f.Has(views.PickFind) {
		return s.renderGroupAdd(w, r, http.StatusOK, g, f, "")
	}
	ids, err := pickedIDs(f)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return s.renderGroupAdd(w, r, http.StatusUnprocessableEntity, g, f, "Choose at least one user.")
	}
	err = s.changeMembers(r, g, directory.MemberChange{Add: ids})
	if e, status, ok := formError(err); ok {
		return s.renderGroupAdd(w, r, status, g, f, e.Message)
	}
	if err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "Added to " + g.DisplayName, Text: strconv.Itoa(len(ids)) + " chosen. The targets of connections that send this group follow in a moment."})
	return s.redirect(w, r, views.GroupURL(g.ID))
}

// changeMembers leaves the name alone and does not mind what else was changed meanwhile.
func (s *Server) changeMembers(r *http.Request, g directory.Group, m directory.MemberChange) error {
	return s.Directory.ChangeMembers(r.Context(), g.ID, m, actor(r))
}

func (s *Server) removeMember(w http.ResponseWriter, r *http.Request) error {
	g, err := s.group(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	if err := s.changeMembers(r, g, directory.MemberChange{Remove: []string{f.Get("member")}}); err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "Removed from " + g.DisplayName, Text: "The targets of connections that send this group follow in a moment."})
	return s.redirect(w, r, views.GroupURL(g.ID))
}
