package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"usher/directory"
	"usher/views/ui"
)

// inviteUser mails a link to choose a password to a user who has none, or who has lost it.
func (s *Server) inviteUser(w http.ResponseWriter, r *http.Request) error {
	u, err := s.Store.User(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	err = s.SignUp.Invite(r.Context(), u)
	if e, _, ok := formError(err); ok && e.Code == directory.Invalid {
		flash(r, ui.Flash{Tone: ui.Danger, Title: "The invitation was not sent", Text: e.Message})
		return s.redirect(w, r, "/users/"+u.ID)
	}
	if err != nil {
		return err
	}
	if !s.mailGoesOut() {
		flash(r, ui.Flash{Tone: ui.Warning, Title: "The invitation waits for a mail server", Text: "None is set under Settings → E-mail. When one is set within a day, the invitation is sent; until then its link is in the outbox."})
		return s.redirect(w, r, "/users/"+u.ID)
	}
	flash(r, ui.Flash{Title: "An invitation is on its way to " + u.Email(), Text: "Its link to choose a password works once, for seven days."})
	return s.redirect(w, r, "/users/"+u.ID)
}
