package handlers

import (
	"errors"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/httprate"

	"usher/auth/oidc"
	"usher/views"
)

// stateCookie carries a sign-in to the provider and back. It is sent to the callback of its connection only.
const stateCookie = "usher-oidc"

// ownCookieName is the name of a cookie of this Usher, over https with a prefix that makes browsers protect it.
func (s *Server) ownCookieName(prefix, name string) string {
	if s.https() {
		name = prefix + name
	}
	return s.Auth.CookieName(name)
}

func (s *Server) setStateCookie(w http.ResponseWriter, connectionID, value string, seconds int) {
	// Lax, not Strict: the way back from the provider is a navigation that another site began.
	http.SetCookie(w, &http.Cookie{Name: s.ownCookieName("__Secure-", stateCookie), Value: value, Path: oidcLoginURL(connectionID), MaxAge: seconds, HttpOnly: true,
		Secure: s.https(), SameSite: http.SameSiteLaxMode})
}

func (s *Server) stateCookie(r *http.Request) string {
	c, err := r.Cookie(s.ownCookieName("__Secure-", stateCookie))
	if err != nil {
		return ""
	}
	return c.Value
}

// signInsPerIP are the starts and ends of sign-ins in a minute: a whole company may come from one address at nine.
const signInsPerIP = 240

func (s *Server) limitSignInsPerIP() func(http.Handler) http.Handler {
	key := func(r *http.Request) (string, error) { return clientAddress(r), nil }
	return httprate.LimitBy(signInsPerIP, time.Minute, key, httprate.WithLimitHandler(s.page(tooManyRequests)))
}

// startOIDC sends the browser to the provider. Nothing changes here but a cookie.
func (s *Server) startOIDC(w http.ResponseWriter, r *http.Request) error {
	id := chi.URLParam(r, "connection")
	to, sealed, err := s.OIDC.Start(r.Context(), id)
	if err != nil {
		return s.oidcFailed(w, r, id, err)
	}
	s.setStateCookie(w, id, sealed, int(oidc.StateLife.Seconds()))
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// finishOIDC is where the provider sends the browser back to. It signs in, and may create a user, on a GET, because
// the protocol says so (OpenID Connect Core §3.1.2.5); the sealed state shows that this browser began it.
func (s *Server) finishOIDC(w http.ResponseWriter, r *http.Request) error {
	id := chi.URLParam(r, "connection")
	u, err := s.OIDC.Finish(r.Context(), id, oidc.Answer{Sealed: s.stateCookie(r), Query: r.URL.Query()})
	s.setStateCookie(w, id, "", -1)
	if err != nil {
		return s.oidcFailed(w, r, id, err)
	}
	return s.signInUser(w, r, u)
}

// oidcFailed shows why nobody was signed in, and logs the part that is not for people.
func (s *Server) oidcFailed(w http.ResponseWriter, r *http.Request, connectionID string, err error) error {
	f, ok := errors.AsType[*oidc.Failure](err)
	if !ok {
		return err
	}
	if gone(r, err) {
		return nil
	}
	s.Log.WarnContext(r.Context(), "sign-in through a connection failed", "connection", connectionID, "kind", string(f.Kind), "err", f.Error())
	v := views.OIDCLoginFailedView{Title: f.Title, Text: f.Text, Next: f.Next}
	if f.Kind != oidc.Refused && f.Kind != oidc.Clash {
		v.Retry = oidcLoginURL(connectionID)
	}
	if v.Brand, err = s.brandView(r, f.Title); err != nil {
		return err
	}
	return s.render(w, r, oidcStatus(f.Kind), views.OIDCLoginFailed(v))
}

func oidcStatus(k oidc.Kind) int {
	switch k {
	case oidc.Refused:
		return http.StatusForbidden
	case oidc.Unreachable:
		return http.StatusBadGateway
	case oidc.Clash:
		return http.StatusConflict
	}
	return http.StatusBadRequest
}
