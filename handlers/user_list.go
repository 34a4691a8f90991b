package handlers

import (
	"context"
	"net/http"
	"net/url"

	"usher/directory"
	"usher/provisioning"
	"usher/views"
	"usher/views/ui"
)

// userStore is what the pages of users read.
type userStore interface {
	User(ctx context.Context, id string) (directory.User, error) // live users only
	Users(ctx context.Context, f directory.UserFilter) (directory.UserPage, error)
	Standings(ctx context.Context, users []directory.User) (map[string][]provisioning.Standing, error) // by user ID
	LookAlikes(ctx context.Context, us []directory.User) (map[string]bool, error)
	BlockingProvisioners(ctx context.Context, s directory.Source) ([]directory.Provisioner, error)
	Provisioners(ctx context.Context) ([]directory.Provisioner, error)
}

func usersCrumbs() []ui.Crumb {
	return []ui.Crumb{{Label: "User Management"}, {Label: "Users", Href: "/users"}}
}

func (s *Server) listUsers(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	query, filter := readUserQuery(q)
	page, err := s.Store.Users(r.Context(), filter)
	if err != nil {
		return err
	}
	rows, err := s.userRows(r.Context(), page.Users)
	if err != nil {
		return err
	}
	v := views.UsersView{Shell: s.shell(r, views.NavUsers, "Users", usersCrumbs()[:1]...), Now: s.Now(), Query: query, Rows: rows}
	if filter.After != "" {
		v.First = pageLink("/users", q, "after", "")
	}
	if page.Next != "" {
		v.Next = pageLink("/users", q, "after", page.Next)
	}
	return s.render(w, r, http.StatusOK, views.Users(v))
}

func readUserQuery(q url.Values) (views.UserQuery, directory.UserFilter) {
	query := views.UserQuery{Search: q.Get("q")}
	filter := directory.UserFilter{Search: query.Search, After: q.Get("after")}
	switch show := q.Get("show"); show {
	case views.ShowActive:
		query.Show, filter.Active = show, new(true)
	case views.ShowDisabled:
		query.Show, filter.Active = show, new(false)
	case views.ShowTrouble:
		query.Show, filter.Trouble = show, true
	}
	return query, filter
}

// pageLink is the same question at another place of the list; cursor "" is the first page.
func pageLink(path string, q url.Values, name, cursor string) string {
	out := url.Values{}
	for k, v := range q {
		if k != name && len(v) > 0 && v[0] != "" {
			out.Set(k, v[0])
		}
	}
	if cursor != "" {
		out.Set(name, cursor)
	}
	if len(out) == 0 {
		return path
	}
	return path + "?" + out.Encode()
}

// userRows sums up where each user is. Accounts that no provisioner manages any more are left out.
func (s *Server) userRows(ctx context.Context, users []directory.User) ([]views.UserRow, error) {
	standings, err := s.Store.Standings(ctx, users)
	if err != nil {
		return nil, err
	}
	alike, err := s.Store.LookAlikes(ctx, users)
	if err != nil {
		return nil, err
	}
	rows := make([]views.UserRow, len(users))
	for i, u := range users {
		worst, n := provisioning.Overall(standings[u.ID], s.Now())
		rows[i] = views.UserRow{User: u, Status: string(worst), Targets: n, Alike: alike[u.ID]}
	}
	return rows, nil
}

func (s *Server) provisionersByConnector(ctx context.Context) (map[string]directory.Provisioner, error) {
	ps, err := s.Store.Provisioners(ctx)
	if err != nil {
		return nil, err
	}
	by := make(map[string]directory.Provisioner, len(ps))
	for _, p := range ps {
		by[p.ConnectorID] = p
	}
	return by, nil
}
