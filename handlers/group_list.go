package handlers

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

// groupStore is what the pages of groups read.
type groupStore interface {
	Group(ctx context.Context, id string) (directory.Group, error)
	ListGroups(ctx context.Context, f directory.GroupFilter) (directory.GroupPage, error)
	GroupsOf(ctx context.Context, userIDs []string) (map[string][]directory.GroupRef, error)
	// ConnectionGroups are the groups that a connection sends; none means that it sends all users.
	ConnectionGroups(ctx context.Context, connectionID string) ([]directory.Group, error)
	ConnectionsSending(ctx context.Context, groupID string) ([]directory.Connection, error)
	// ScopeEffect counts for whom other groups would make a difference.
	ScopeEffect(ctx context.Context, connectionID string, groupIDs []string) (directory.ScopeEffect, error)
}

func groupsCrumbs() []ui.Crumb {
	return []ui.Crumb{{Label: "User Management"}, {Label: "Groups", Href: views.GroupsURL}}
}

// group is the group of the URL.
func (s *Server) group(r *http.Request) (directory.Group, error) {
	return s.Store.Group(r.Context(), chi.URLParam(r, "group"))
}

// groupView is what a page below the group's has in common with the others; last is the page itself.
func (s *Server) groupView(r *http.Request, g directory.Group, last string) (v views.GroupView, err error) {
	crumbs := groupsCrumbs()
	if last == "" {
		last = g.DisplayName
	} else {
		crumbs = append(crumbs, ui.Crumb{Label: g.DisplayName, Href: views.GroupURL(g.ID)})
	}
	v.Group = g
	if v.Connections, err = s.Store.ConnectionsSending(r.Context(), g.ID); err != nil {
		return v, err
	}
	v.Shell = s.shell(r, views.NavGroups, last, crumbs...)
	return v, nil
}

func (s *Server) listGroups(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := directory.GroupFilter{Search: q.Get("q"), After: q.Get("after")}
	page, err := s.Store.ListGroups(r.Context(), f)
	if err != nil {
		return err
	}
	v := views.GroupsView{Shell: s.shell(r, views.NavGroups, "Groups", groupsCrumbs()[:1]...), Now: s.Now(), Search: f.Search, Groups: page.Groups}
	if f.After != "" {
		v.First = pageLink(views.GroupsURL, q, "after", "")
	}
	if page.Next != "" {
		v.Next = pageLink(views.GroupsURL, q, "after", page.Next)
	}
	return s.render(w, r, http.StatusOK, views.Groups(v))
}
