package handlers

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"usher/auth"
	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) listTokens(w http.ResponseWriter, r *http.Request) error {
	return s.renderTokens(w, r, http.StatusOK, views.TokensView{})
}

// renderTokens completes the view; what a form leaves in it stays.
func (s *Server) renderTokens(w http.ResponseWriter, r *http.Request, status int, v views.TokensView) error {
	q := r.URL.Query()
	tokens, next, err := s.Auth.Tokens(r.Context(), q.Get("before"))
	if err != nil {
		return err
	}
	v.Tokens, v.Now, v.SCIM = tokens, s.Now(), s.BaseURL.JoinPath("/scim2").String()
	if q.Get("before") != "" {
		v.First = views.SettingsTokens
	}
	if next != "" {
		v.Next = pageLink(views.SettingsTokens, q, "before", next)
	}
	v.Shell = s.shell(r, views.NavSettings, "API tokens", settingsCrumb())
	return s.render(w, r, status, views.Tokens(v))
}

func settingsCrumb() ui.Crumb { return ui.Crumb{Label: "Settings", Href: views.SettingsGeneral} }

func (s *Server) createToken(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	var scopes []auth.Scope
	for _, v := range f["scopes"] {
		scopes = append(scopes, auth.Scope(v))
	}
	var secret directory.Secret
	expires, err := expiry(f.Get("expires"), s.Now())
	if err == nil {
		_, secret, err = s.Auth.CreateToken(r.Context(), actor(r), f.Get("name"), scopes, expires, auth.SkipUnknownMembers(f.Get("skip_unknown_members") != ""))
	}
	if e, status, ok := formError(err); ok {
		return s.renderTokens(w, r, status, views.TokensView{Errors: e.Fields, Name: f.Get("name"), Scopes: scopes, Expires: f.Get("expires"),
			SkipUnknownMembers: f.Get("skip_unknown_members") != ""})
	}
	if err != nil {
		return err
	}
	// No redirect: the token is nowhere but in this answer.
	return s.renderTokens(w, r, http.StatusOK, views.TokensView{New: secret.Reveal()})
}

// expiry reads a choice of views.ExpiryOptions; zero is never. Invalid names the field expires.
func expiry(choice string, now time.Time) (time.Time, error) {
	if choice == views.NeverExpires {
		return time.Time{}, nil
	}
	days, err := strconv.Atoi(choice)
	if err != nil || !slices.Contains(views.TokenDays(), days) {
		return time.Time{}, &directory.Error{Code: directory.Invalid, Message: "Please correct the marked fields.",
			Fields: map[string]string{"expires": "Choose when the token expires."}}
	}
	return now.Add(time.Duration(days) * 24 * time.Hour), nil
}

func (s *Server) revokeToken(w http.ResponseWriter, r *http.Request) error {
	if err := s.Auth.RevokeToken(r.Context(), actor(r), chi.URLParam(r, "id")); err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "The token was revoked", Text: "Programs that use it have no access any more."})
	return s.redirect(w, r, views.SettingsTokens)
}
