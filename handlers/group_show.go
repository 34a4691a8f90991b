package handlers

import (
	"net/http"

	"usher/directory"
	"usher/views"
)

func (s *Server) showGroup(w http.ResponseWriter, r *http.Request) error {
	g, err := s.group(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	f := directory.UserFilter{Group: g.ID, Search: q.Get("q"), After: q.Get("after")}
	page, err := s.Store.Users(r.Context(), f)
	if err != nil {
		return err
	}
	v := views.GroupMembersView{Search: f.Search, Users: page.Users}
	if v.GroupView, err = s.groupView(r, g, ""); err != nil {
		return err
	}
	if v.Now = s.Now(); f.After == "" {
		pushes, err := s.Store.PushesOf(r.Context(), g.ID)
		if err != nil {
			return err
		}
		for _, p := range pushes {
			v.Pushes = append(v.Pushes, views.GroupPushLine{GroupPush: p, KindName: s.kindName(p.Kind)})
		}
	}
	if f.After != "" {
		v.First = pageLink(views.GroupURL(g.ID), q, "after", "")
	}
	if page.Next != "" {
		v.Next = pageLink(views.GroupURL(g.ID), q, "after", page.Next)
	}
	return s.render(w, r, http.StatusOK, views.GroupMembers(v))
}
