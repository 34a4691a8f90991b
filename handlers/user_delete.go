package handlers

import (
	"context"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showUserDelete(w http.ResponseWriter, r *http.Request) error {
	u, err := s.Store.User(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	return s.renderUserDelete(w, r, http.StatusOK, views.UserDeleteView{User: u})
}

func (s *Server) renderUserDelete(w http.ResponseWriter, r *http.Request, status int, v views.UserDeleteView) error {
	var err error
	if v.Modes, err = s.deprovisionModes(r.Context(), v.User); err != nil {
		return err
	}
	blocking, err := s.Store.BlockingProvisioners(r.Context(), v.User.Source)
	if err != nil {
		return err
	}
	for _, p := range blocking {
		v.Waits = append(v.Waits, p.Connection)
	}
	v.Shell = s.shell(r, views.NavUsers, "Delete", append(usersCrumbs(), ui.Crumb{Label: v.User.Label(), Href: "/users/" + v.User.ID})...)
	v.Shell.Narrow = true
	return s.render(w, r, status, views.UserDelete(v))
}

// deprovisionModes works out, by the engine's own rules, what deleting the user does at each target.
func (s *Server) deprovisionModes(ctx context.Context, u directory.User) ([]views.DeprovisionMode, error) {
	accounts, err := s.accountsOf(ctx, u)
	if err != nil {
		return nil, err
	}
	out := make([]views.DeprovisionMode, len(accounts.Accounts))
	for i, a := range accounts.Accounts {
		c, err := s.Store.Connector(ctx, a.ConnectorID)
		if err != nil {
			return nil, err
		}
		p := provisioning.PolicyOf(a.Definition, connectors.Config{Settings: c.Settings})
		out[i] = views.DeprovisionMode{Account: a, Mode: p.DeprovisionMode(a.Definition, provisioning.Removed, a.Origin), Chosen: p.OnDelete}
	}
	return out, nil
}

func (s *Server) deleteUser(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	u, err := s.Store.User(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if typed := f.Get("confirm"); strings.TrimSpace(typed) != u.UserName {
		v := views.UserDeleteView{User: u, Typed: typed, Error: "This is not the user's name. Type " + u.UserName + " to delete the user."}
		return s.renderUserDelete(w, r, http.StatusUnprocessableEntity, v)
	}
	outcomes, err := s.Directory.DeleteUser(r.Context(), u.ID, actor(r))
	if err != nil {
		return err
	}
	flash(r, deletedFlash(u, outcomes))
	return s.redirect(w, r, "/users")
}

func deletedFlash(u directory.User, outcomes []directory.Outcome) ui.Flash {
	f := ui.Flash{Title: u.Label() + " was deleted", Text: "Targets follow in a moment; the provisioning log shows how it went."}
	return withOutcomes(f, outcomes, "is done", "is done", "is not done yet")
}
