package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showAccountAdopt(w http.ResponseWriter, r *http.Request) error {
	u, a, err := s.heldAccount(r)
	if err != nil {
		return err
	}
	crumbs := append(usersCrumbs(), ui.Crumb{Label: u.Label(), Href: "/users/" + u.ID})
	v := views.AccountAdoptView{Shell: s.shell(r, views.NavUsers, "Adopt account", crumbs...), User: u, Account: a}
	return s.render(w, r, http.StatusOK, views.AccountAdopt(v))
}

// adoptAccount approves the account that the administrator saw, and no other that is in the way by now.
func (s *Server) adoptAccount(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	u, a, err := s.heldAccount(r)
	if err != nil {
		return err
	}
	if f.Get("remote_id") != a.HeldRemoteID {
		return questionOver()
	}
	if err := s.Directory.RetryAccount(r.Context(), a.ConnectorID, u.ID, a.HeldRemoteID, actor(r)); err != nil {
		return err
	}
	text := "Usher now writes " + u.Label() + " to account " + a.HeldRemoteID + " at " + a.Connection + "."
	if u.State == directory.Deleted {
		text = "Usher now disables or removes account " + a.HeldRemoteID + " at " + a.Connection + ", as the connector’s settings say."
	}
	flash(r, ui.Flash{Tone: ui.Info, Title: "Adopting the account", Text: text})
	return s.redirect(w, r, "/users/"+u.ID)
}

func (s *Server) heldAccount(r *http.Request) (directory.User, views.AccountView, error) {
	u, _, err := s.userOrLeaver(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return u, views.AccountView{}, err
	}
	accounts, err := s.accountsOf(r.Context(), u)
	if err != nil {
		return u, views.AccountView{}, err
	}
	for _, a := range accounts.Accounts {
		if a.ConnectorID == chi.URLParam(r, "connector") && a.Adoptable() {
			return u, a, nil
		}
	}
	return u, views.AccountView{}, questionOver()
}

func questionOver() error {
	return &refusal{http.StatusConflict, "There is nothing to adopt any more", "The account is not held for that decision now: somebody else has decided, or the target has changed.",
		"Open the user's page to see the account as it is now."}
}
