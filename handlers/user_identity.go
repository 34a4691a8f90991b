package handlers

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

// userIdentity is the card about how a live user signs in from outside; nil where nobody does.
func (s *Server) userIdentity(ctx context.Context, u directory.User) (*views.UserIdentityView, error) {
	if s.OIDC == nil || u.State == directory.Deleted {
		return nil, nil
	}
	links, err := s.OIDC.Store.Identities(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	if len(links) == 0 && u.Source != directory.JIT {
		return nil, nil
	}
	return &views.UserIdentityView{UserID: u.ID, Links: links, Now: s.Now()}, nil
}

func (s *Server) unlinkUser(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	id := chi.URLParam(r, "id")
	i := directory.Identity{ConnectionID: f.Get("connection"), Issuer: f.Get("issuer"), Subject: f.Get("subject")}
	if err := s.OIDC.Unlink(r.Context(), id, i, actor(r)); err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "Successfully removed the link.", Text: "The identity provider does not sign this user in any more. Sessions that have begun go on."})
	return s.redirect(w, r, "/users/"+id)
}
