package handlers

import (
	"net/http"

	"usher/views"
	"usher/views/ui"
)

func loginRegistrationCrumb() ui.Crumb {
	return ui.Crumb{Label: "Login & Registration", Href: "/login-registration"}
}

func (s *Server) showLoginRegistration(w http.ResponseWriter, r *http.Request) error {
	sh := s.shell(r, views.NavLoginRegistration, "Login & Registration")
	return s.render(w, r, http.StatusOK, views.LoginRegistration(views.LoginRegistrationView{Shell: sh}))
}
