package handlers

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"usher/directory"
	"usher/provisioning"
	"usher/views"
)

// shownGroups is how many of a user's groups their page names.
const shownGroups = 20

func (s *Server) showUser(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	u, gone, err := s.userOrLeaver(ctx, chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	accounts, err := s.accountsOf(ctx, u)
	if err != nil {
		return err
	}
	v := views.UserView{Shell: s.shell(r, views.NavUsers, u.Label(), usersCrumbs()...), User: u, Gone: gone, Accounts: accounts}
	if v.SignIn, err = s.userIdentity(ctx, u); err != nil {
		return err
	}
	groups, err := s.Store.ListGroups(ctx, directory.GroupFilter{Member: u.ID, Limit: shownGroups})
	if err != nil {
		return err
	}
	v.Groups, v.MoreGroups = groups.Groups, groups.Next != ""
	return s.render(w, r, http.StatusOK, views.User(v))
}

// userOrLeaver is a live user, or the little that is known of one who was deleted and still has accounts.
func (s *Server) userOrLeaver(ctx context.Context, id string) (u directory.User, gone bool, err error) {
	u, err = s.Store.User(ctx, id)
	if directory.CodeOf(err) != directory.NotFound {
		return u, false, err
	}
	left, readErr := s.Store.Memberships(ctx, id)
	if readErr != nil {
		return u, false, readErr
	}
	if len(left) == 0 {
		return u, false, err
	}
	u = directory.User{ID: id, UserName: "Deleted user", State: directory.Deleted}
	page, err := s.Store.Log(ctx, provisioning.LogFilter{UserID: id, Limit: 1})
	if err != nil {
		return u, true, err
	}
	if len(page.Attempts) > 0 {
		u.UserName = page.Attempts[0].UserName
	}
	return u, true, nil
}
