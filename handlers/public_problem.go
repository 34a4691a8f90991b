package handlers

import (
	"errors"
	"net/http"

	"usher/auth/signup"
	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

// publicTitle names the failures that only the users' own pages have; "" for any other.
func publicTitle(err error) string {
	switch {
	case errors.Is(err, signup.ErrLink):
		return "This link does not work"
	case errors.Is(err, signup.ErrOff):
		return "Nobody can register here"
	}
	return ""
}

// linkAgain is where somebody whose mailed link has ended gets another one.
func linkAgain(path string) (a ui.Action, ok bool) {
	switch path {
	case "/reset":
		return ui.Action{Label: "Get a new link", Href: "/forgot"}, true
	case "/register/confirm":
		return ui.Action{Label: "Send the mail again", Href: "/register/resend"}, true
	}
	return ui.Action{}, false
}

// showPublicProblem is showProblem for the organisation's people: in its look, and leading to their pages.
func (s *Server) showPublicProblem(w http.ResponseWriter, r *http.Request, status int, p views.Problem) error {
	brand, err := s.brandView(r, p.Title)
	if err != nil { // the failure may be the store's: the page must come all the same
		brand = views.BrandView{Title: p.Title, Brand: directory.Branding{}}
	}
	p.Actions = []ui.Action{{Label: "Go to sign-in", Href: "/login", Variant: ui.Outline}}
	if visitOf(r).user.ID != "" {
		p.Actions = []ui.Action{{Label: "Go to your account", Href: accountURL, Variant: ui.Outline}}
	}
	if again, ok := linkAgain(r.URL.Path); ok && status == http.StatusNotFound {
		p.Actions = append([]ui.Action{again}, p.Actions...)
	}
	return s.write(w, r, status, views.PublicProblem(brand, p))
}
