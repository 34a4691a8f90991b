package handlers

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/gorilla/sessions"

	"usher/auth"
	"usher/directory"
	"usher/views"
)

// visit is what is known about who asks.
type visit struct {
	session *sessions.Session
	admin   auth.Admin     // zero when nobody is signed in
	user    directory.User // likewise, on the users' own pages
	public  bool           // the pages of the organisation's people, not the console
	changed bool           // the session has values to save
}

type visitKey struct{}

// visitOf is never nil; outside of loadVisit it is nobody's.
func visitOf(r *http.Request) *visit {
	if v, ok := r.Context().Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// actor signs the acts of this request.
func actor(r *http.Request) directory.Actor { return visitOf(r).admin.Actor() }

func (v *visit) save(w http.ResponseWriter, r *http.Request) error {
	if !v.changed {
		return nil
	}
	v.changed = false
	if err := v.session.Save(r, w); err != nil {
		return fmt.Errorf("save the session: %w", err)
	}
	return nil
}

// loadVisit finds the session and its administrator.
func (s *Server) loadVisit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ss, err := s.Auth.Sessions.Current(r)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		v := &visit{session: ss}
		if id := auth.AdminID(ss); id != "" {
			if v.admin, _, err = s.Auth.Admin(r.Context(), id); err != nil {
				s.fail(w, r, err)
				return
			}
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
	})
}

// requireAdmin sends everybody else to the sign-in page, and from there back to where they wanted to go, or to the form
// that they sent.
func (s *Server) requireAdmin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if visitOf(r).admin.ID != "" {
			next.ServeHTTP(w, r)
			return
		}
		s.page(func(w http.ResponseWriter, r *http.Request) error {
			return s.sessionEnded(w, r, s.Auth.Sessions, "/signin", "/", func(next, typed string) error {
				return s.renderSignIn(w, r, http.StatusUnauthorized, views.SignInView{Next: next, Typed: typed, Ended: true})
			})
		})(w, r)
	})
}

// localPath is next when it is a page of ours, else "/": a link to the sign-in page must not lead elsewhere.
func localPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.ContainsFunc(next, unsafeInPath) {
		return "/"
	}
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	return u.RequestURI()
}

// unsafeInPath: browsers read a backslash as a slash and leave out control characters.
func unsafeInPath(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }
