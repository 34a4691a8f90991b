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
	now, err := s.signUpRevised(r.Context(), v)
	if err != nil {
		return err
	}
	return s.renderSignUp(w, r, http.StatusOK, views.SignUpFormOf(v), now.open())
}

func (s *Server) signUpRevised(ctx context.Context, v signup.Settings, more ...string) (revisedForm, error) {
	names, _, err := s.groupChoice(ctx, slices.Concat(more, v.Groups))
	entries := append(views.Entries(views.SignUpFormOf(v).Fields()...), views.GroupsEntry("groups", v.Groups, names))
	return revisedForm{noun: "page", revision: v.Revision, entries: entries, actions: []string{signup.ActionUpdate}, reload: views.SignUpURL}, err
}

func (s *Server) renderSignUp(w http.ResponseWriter, r *http.Request, status int, f views.SignUpForm, revised views.Revised) (err error) {
	v := views.SignUpView{Form: f, Revised: revised, Public: s.BaseURL.JoinPath("register").String(), Mails: s.Mail == nil || s.Mail.Configured()}
	if v.Pending, err = s.SignUp.Store.PendingRegistrations(r.Context(), s.Now()); err != nil {
		return err
	}
	if v.Groups, v.MoreGroups, err = s.groupChoice(r.Context(), f.Settings.Groups); err != nil {
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
	now, err := s.signUpRevised(r.Context(), stored, f["groups"]...)
	if err != nil {
		return err
	}
	m, err := s.merge(r, f, now)
	if err != nil {
		return err
	}
	if f = m.form; !f.Has("link_minutes") { // scripts hide it, and then it is not sent
		f.Set("link_minutes", strconv.Itoa(stored.LinkMinutes))
	}
	typed, wrong := readSignUp(f)
	typed.Settings.Revision = m.revision
	if m.stale {
		typed.Settings.Groups = f["groups"]
		return s.renderSignUp(w, r, http.StatusConflict, typed, m.revised)
	}
	return s.saveSignUp(w, r, f, typed, wrong, m.revised)
}

func (s *Server) saveSignUp(w http.ResponseWriter, r *http.Request, f url.Values, typed views.SignUpForm, wrong directory.FieldErrors, revised views.Revised) error {
	named, unknown, err := s.groupsNamed(r.Context(), typed.GroupNames)
	if err != nil {
		return err
	}
	if unknown != "" {
		wrong.Add("group_names", unknown)
	}
	if typed.Settings.Groups = slices.Compact(slices.Sorted(slices.Values(append(f["groups"], named...)))); len(typed.Settings.Groups) > maxDefaultGroups {
		wrong.Add("group_names", "Choose at most "+strconv.Itoa(maxDefaultGroups)+" groups.")
	}
	for field, message := range typed.Settings.Check() {
		wrong.Add(field, message)
	}
	if err = wrong.Err(); err == nil {
		err = s.SignUp.SaveSettings(r.Context(), typed.Settings, actor(r))
	}
	if e, status, ok := formError(err); ok && !changedMeanwhile(e) {
		typed.Errors = e.Fields
		return s.renderSignUp(w, r, status, typed, revised)
	}
	if err != nil {
		return mergeAgain(w, r, s.updateSignUp, err)
	}
	flash(r, ui.Flash{Title: "Successfully updated the self registration configuration."})
	return s.redirect(w, r, views.SignUpURL)
}

const maxDefaultGroups = 50

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
	return views.SignUpForm{Settings: v, LinkMinutes: f.Get("link_minutes"), GroupNames: f.Get("group_names")}, wrong
}
