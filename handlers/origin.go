package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httprate"

	"usher/auth"
)

// clientAddress is who asks, as limits know them: an IPv6 client is its network of 64 bits.
func clientAddress(r *http.Request) string {
	return httprate.CanonicalizeIP(middleware.GetClientIP(r.Context()))
}

// knownCookie lets a browser that somebody signed in with before be told from a stranger's. It opens nothing.
const knownCookie = "usher_browser"

func (s *Server) knownCookieName() string {
	if s.https() {
		return "__Host-" + knownCookie
	}
	return knownCookie
}

// origin is where a sign-in comes from.
func (s *Server) origin(r *http.Request) auth.Origin {
	o := auth.Origin{Address: clientAddress(r)}
	if c, err := r.Cookie(s.knownCookieName()); err == nil {
		o.Browser = c.Value
	}
	return o
}

// knowBrowser remembers that somebody has signed in with the browser.
func (s *Server) knowBrowser(w http.ResponseWriter, r *http.Request, of auth.Owner) error {
	value, err := s.Auth.RememberBrowser(r.Context(), of, s.origin(r).Browser)
	if err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: s.knownCookieName(), Value: value, Path: "/", MaxAge: int(auth.BrowserLife.Seconds()), HttpOnly: true,
		Secure: s.https(), SameSite: http.SameSiteLaxMode})
	return nil
}
