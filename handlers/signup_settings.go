package handlers

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"usher/auth/signup"
	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showSignUp(w http.ResponseWriter, r *http.Request) error {
	v, err := s.SignUp.Settings(r.Context())
	if err != nil {
		return err
	}
	names, err := s.groupNames(r.Context(), v.Groups)
	if err != nil {
		return err
	}
	return s.renderSignUp(w, r, http.StatusOK, views.SignUpFormOf(v, names))
}

func (s *Server) renderSignUp(w http.ResponseWriter, r *http.Request, status int, f views.SignUpForm) (err error) {
	v := views.SignUpView{Form: f, Public: s.BaseURL.JoinPath("register").String()}
	if v.Pending, err = s.SignUp.Store.PendingRegistrations(r.Context(), s.Now()); err != nil {
		return err
	}
	v.Shell = s.shell(r, views.NavLoginRegistration, "Self Registration", loginRegistrationCrumb())
	v.Shell.Narrow = true
	return s.render(w, r, status, views.SignUpSettings(v))
}

func (s *Server) updateSignUp(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	stored, err := s.SignUp.Settings(r.Context())
	if err != nil {
		return err
	}
	if !f.Has("link_minutes") { // scripts hide it, and then it is not sent
		f.Set("link_minutes", strconv.Itoa(stored.LinkMinutes))
	}
	typed, wrong := readSignUp(f)
	if typed.Settings.Groups, err = s.groupIDs(r.Context(), typed.Groups, wrong); err != nil {
		return err
	}
	for field, message := range typed.Settings.Check() {
		wrong.Add(field, message)
	}
	if err = wrong.Err(); err == nil {
		err = s.SignUp.SaveSettings(r.Context(), typed.Settings, actor(r))
	}
	if e, status, ok := formError(err); ok {
		typed.Errors = e.Fields
		return s.renderSignUp(w, r, status, typed)
	}
	if err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "Successfully updated the self registration configuration."})
	return s.redirect(w, r, views.SignUpURL)
}

func readSignUp(f url.Values) (views.SignUpForm, directory.FieldErrors) {
	on := func(name string) bool { return f.Get(name) == "true" }
	minutes, err := strconv.Atoi(strings.TrimSpace(f.Get("link_minutes")))
	v := signup.Settings{On: on("on"), EmailAsUserName: on("email_as_user_name"), Verify: on("verify"), ActivateNow: on("activate_now"), AutoLogin: on("auto_login"),
		Reveal: on("reveal"), LinkMinutes: minutes, TermsURL: f.Get("terms_url"), Rules: map[signup.Attribute]signup.Rule{}}
	for _, a := range signup.Attributes() {
		v.Rules[a] = signup.Rule(f.Get(string(a)))
	}
	wrong := directory.FieldErrors{}
	if err != nil {
		wrong.Add("link_minutes", "Enter a number of minutes, such as 1440 for one day.")
	}
	return views.SignUpForm{Settings: v, LinkMinutes: f.Get("link_minutes"), Groups: f.Get("groups")}, wrong
}

const maxDefaultGroups = 50

// groupIDs finds the groups that are named, one a line.
func (s *Server) groupIDs(ctx context.Context, text string, wrong directory.FieldErrors) ([]string, error) {
	var keys []string
	for line := range strings.Lines(text) {
		if k := directory.Key(line); k != "" && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	switch {
	case len(keys) == 0:
		return nil, nil
	case len(keys) > maxDefaultGroups:
		wrong.Add("groups", "Name at most 50 groups.")
		return nil, nil
	}
	found, err := s.Directory.Store.GroupsByName(ctx, keys)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(found))
	for _, g := range found {
		ids = append(ids, g.ID)
		keys = slices.DeleteFunc(keys, func(k string) bool { return k == directory.Key(g.DisplayName) })
	}
	if len(keys) > 0 {
		wrong.Add("groups", "There is no group with the name “"+keys[0]+"”. Create it under Groups first, or correct the name.")
	}
	return ids, nil
}

// groupNames are the names of the groups that there still are.
func (s *Server) groupNames(ctx context.Context, ids []string) (names []string, err error) {
	for _, id := range ids {
		g, err := s.Directory.Store.Group(ctx, id)
		if directory.CodeOf(err) == directory.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		names = append(names, g.DisplayName)
	}
	return names, nil
}
