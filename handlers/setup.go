package handlers

import (
	"net/http"

	"usher/auth"
	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showSetup(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("token")
	if err := s.Auth.CheckSetup(r.Context(), token); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.Setup(views.SetupView{Shell: views.Shell{Title: "Set up"}, Token: token}))
}

func (s *Server) setUp(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	token, name := f.Get("token"), f.Get("user_name")
	a, err := s.createFirstAdmin(r, token, name, f.Get("password"), f.Get("password_again"))
	if e, status, ok := formError(err); ok {
		v := views.SetupView{Shell: views.Shell{Title: "Set up"}, Token: token, UserName: name, Errors: e.Fields}
		return s.render(w, r, status, views.Setup(v))
	}
	if err != nil {
		return err
	}
	if err := s.Auth.Sessions.Start(r, w, a.ID); err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "Usher is set up", Text: "You are signed in as " + a.UserName + "."})
	return s.redirect(w, r, "/")
}

func (s *Server) createFirstAdmin(r *http.Request, token, name, password, again string) (auth.Admin, error) {
	if err := s.Auth.CheckSetup(r.Context(), token); err != nil {
		return auth.Admin{}, err
	}
	if password != again {
		return auth.Admin{}, differs("password_again")
	}
	return s.Auth.CreateFirstAdmin(r.Context(), token, name, password)
}

// differs is the failure of a password that was not typed twice alike.
func differs(field string) error {
	f := directory.FieldErrors{}
	f.Add(field, "The two passwords differ. Type the new one again.")
	return f.Err()
}
