package handlers

import (
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

// tokenEnd reads how long a token should work; zero is for ever.
func tokenEnd(days string, now time.Time) (time.Time, error) {
	choices := []string{"30", "90", "365", "0"}
	lives := []int{30, 90, 365, 0}
	i := slices.Index(choices, days)
	switch {
	case i < 0:
		f := directory.FieldErrors{}
		f.Add("expires", "Choose how long the token should work.")
		return time.Time{}, f.Err()
	case lives[i] == 0:
		return time.Time{}, nil
	}
	return now.AddDate(0, 0, lives[i]), nil
}

func (s *Server) createOwnToken(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	expires, err := tokenEnd(f.Get("expires"), s.Now())
	if err != nil {
		return s.refuseOwn(w, r, views.OwnAccountView{TokenName: f.Get("name")}, err)
	}
	_, secret, err := s.Auth.CreatePersonalToken(r.Context(), visitOf(r).user, f.Get("name"), expires)
	if err != nil {
		return s.refuseOwn(w, r, views.OwnAccountView{TokenName: f.Get("name")}, err)
	}
	// No redirect: the token is nowhere but in this answer.
	return s.renderOwnAccount(w, r, http.StatusOK, views.OwnAccountView{NewToken: secret.Reveal()})
}

func (s *Server) revokeOwnToken(w http.ResponseWriter, r *http.Request) error {
	if err := s.Auth.RevokePersonalToken(r.Context(), visitOf(r).user, chi.URLParam(r, "token")); err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "The token was revoked", Text: "Programs that use it have no access any more."})
	return s.redirect(w, r, accountURL)
}
