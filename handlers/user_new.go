package handlers

import (
	"net/http"

	"usher/auth"
	"usher/directory"
	"usher/views"
)

// offeredGroups is how many groups the form for a new user has checkboxes for.
const offeredGroups = 50

func (s *Server) showUserNew(w http.ResponseWriter, r *http.Request) error {
	return s.renderUserNew(w, r, http.StatusOK, views.UserNewView{})
}

func (s *Server) renderUserNew(w http.ResponseWriter, r *http.Request, status int, v views.UserNewView) error {
	var err error
	if v.Blocking, err = s.Store.BlockingProvisioners(r.Context(), directory.Console); err != nil {
		return err
	}
	groups, err := s.Store.ListGroups(r.Context(), directory.GroupFilter{Limit: offeredGroups})
	if err != nil {
		return err
	}
	v.Groups, v.MoreGroups = groups.Groups, groups.Next != ""
	v.Shell = s.shell(r, views.NavUsers, "Add User", usersCrumbs()...)
	v.Shell.Narrow = true
	return s.render(w, r, status, views.UserNew(v))
}

func (s *Server) createUser(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	typed := readUserForm(f)
	u, outcomes, err := s.addUser(r, typed, f.Get("password"), f["groups"])
	if e, status, ok := formError(err); ok {
		typed.Errors = e.Fields
		v := views.UserNewView{Form: typed, Joins: map[string]bool{}}
		for _, id := range f["groups"] {
			v.Joins[id] = true
		}
		if len(e.Fields) == 0 {
			v.Refused = e.Message
		}
		return s.renderUserNew(w, r, status, v)
	}
	if err != nil {
		return err
	}
	flash(r, outcomeFlash(u.Label()+" was created", outcomes))
	return s.redirect(w, r, "/users/"+u.ID)
}

// addUser checks everything before it hashes, so that all mistakes are told at once and cheaply.
func (s *Server) addUser(r *http.Request, typed views.UserForm, password string, groups []string) (directory.User, []directory.Outcome, error) {
	u := directory.User{Source: directory.Console, Active: true}
	u.Arrival.Groups = groups[:min(len(groups), offeredGroups)]
	applyUserForm(&u, typed)
	wrong := u.Check()
	switch typed.PasswordMode {
	case views.PasswordSet:
		if msg := auth.CheckPassword(password, u.UserName, u.Name.GivenName, u.Name.FamilyName, u.Email()); msg != "" {
			wrong.Add("password", msg)
		}
	case views.PasswordInvite:
	default:
		wrong.Add("password_mode", "Choose how the user gets a password.")
	}
	if err := wrong.Err(); err != nil {
		return u, nil, err
	}
	if typed.PasswordMode == views.PasswordSet {
		hash, err := s.Auth.Passwords.Hash(r.Context(), password)
		if err != nil {
			return u, nil, err
		}
		u.PasswordHash, u.Arrival.Password = hash, directory.Secret(password)
	}
	return s.Directory.CreateUser(r.Context(), u, actor(r))
}
