package handlers

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"usher/auth/oidc"
	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

// groupChoiceStore is what a choice of groups reads.
type groupChoiceStore interface {
	ListGroups(ctx context.Context, f directory.GroupFilter) (directory.GroupPage, error)
}

// groupsShown is how many groups the tab offers as boxes; others are entered by name.
const groupsShown = 50

func (s *Server) showOIDCJIT(w http.ResponseWriter, r *http.Request) error {
	n, in, err := s.signInOf(r)
	if err != nil {
		return err
	}
	now, err := s.jitRevised(r.Context(), in)
	if err != nil {
		return err
	}
	return s.renderOIDCJIT(w, r, http.StatusOK, n, views.OIDCJITView{SignIn: in, Revised: now.open()})
}

func (s *Server) jitRevised(ctx context.Context, in oidc.SignIn, more ...string) (revisedForm, error) {
	names, _, err := s.groupChoice(ctx, slices.Concat(more, in.Settings.Groups))
	return revisedForm{noun: "page", revision: in.Revision, entries: views.OIDCJITView{SignIn: in}.Entries(names), target: in.ConnectionID,
		actions: []string{oidc.ActionUpdateJIT}, reload: views.OIDCJITURL(in.ConnectionID)}, err
}

func (s *Server) renderOIDCJIT(w http.ResponseWriter, r *http.Request, status int, n directory.Connection, v views.OIDCJITView) (err error) {
	if v.ConnectionView, err = s.connectionTab(r, n, "Just-in-Time Provisioning"); err != nil {
		return err
	}
	if v.Groups, v.MoreGroups, err = s.groupChoice(r.Context(), v.SignIn.Settings.Groups); err != nil {
		return err
	}
	v.SignIn.ClientSecret = ""
	return s.render(w, r, status, views.OIDCJIT(v))
}

// groupChoice is the first groups by name, and those that were chosen; more says that there are others.
func (s *Server) groupChoice(ctx context.Context, chosen []string) (out []directory.Group, more bool, err error) {
	page, err := s.Store.ListGroups(ctx, directory.GroupFilter{Limit: groupsShown})
	if err != nil {
		return nil, false, err
	}
	out = page.Groups
	for _, id := range chosen {
		if slices.ContainsFunc(out, func(g directory.Group) bool { return g.ID == id }) {
			continue
		}
		g, err := s.Directory.Store.Group(ctx, id)
		if directory.CodeOf(err) == directory.NotFound {
			continue
		}
		if err != nil {
			return nil, false, err
		}
		out = append(out, g)
	}
	return out, page.Next != "", nil
}

// jitInput is the tab as it was typed, over what is stored now; Errors holds what is wrong with it. stale says that the
// person must look first.
func (s *Server) jitInput(r *http.Request, in oidc.SignIn) (v views.OIDCJITView, stale bool, err error) {
	f, err := form(r)
	if err != nil {
		return v, false, err
	}
	now, err := s.jitRevised(r.Context(), in, f["groups"]...)
	if err != nil {
		return v, false, err
	}
	m, err := s.merge(r, f, now)
	if err != nil {
		return v, false, err
	}
	v, err = s.readJIT(r.Context(), in, m.form)
	v.Revised, v.SignIn.Revision = m.revised, m.revision
	return v, m.stale, err
}

func (s *Server) readJIT(ctx context.Context, in oidc.SignIn, f url.Values) (views.OIDCJITView, error) {
	set := &in.Settings
	set.JIT, set.LinkByEmail, set.TrustEmail = f.Get("jit") == "true", f.Get("link_by_email") == "true", f.Get("trust_email") == "true"
	set.NoAccount, set.Sync = oidc.NoAccount(f.Get("no_account")), oidc.Sync(f.Get("sync"))
	set.Mapping = map[string]string{}
	for _, a := range oidc.Attributes() {
		if text := strings.TrimSpace(f.Get(a.FieldName())); text != a.Default {
			set.Mapping[a.Key] = text
		}
	}
	v := views.OIDCJITView{GroupNames: f.Get("group_names"), Claims: f.Get("claims"), Errors: map[string]string{}}
	named, wrong, err := s.groupsNamed(ctx, v.GroupNames)
	if err != nil {
		return v, err
	}
	set.Groups = append(f["groups"], named...)
	maps.Copy(v.Errors, set.Check())
	if wrong != "" {
		v.Errors["group_names"] = wrong
	}
	v.SignIn = in
	return v, nil
}

// groupsNamed finds groups by the names in a line, separated by commas.
func (s *Server) groupsNamed(ctx context.Context, line string) (ids []string, wrong string, err error) {
	var keys []string
	for name := range strings.SplitSeq(line, ",") {
		if key := directory.Key(name); key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, "", nil
	}
	if len(keys) > groupsShown {
		return nil, "These are too many names at once.", nil
	}
	found, err := s.Directory.Store.GroupsByName(ctx, keys)
	if err != nil {
		return nil, "", err
	}
	for _, g := range found {
		ids = append(ids, g.ID)
		keys = slices.DeleteFunc(keys, func(k string) bool { return k == directory.Key(g.DisplayName) })
	}
	if len(keys) > 0 {
		wrong = "There is no group called “" + strings.Join(keys, "”, “") + "”. Enter the names exactly, separated by commas."
	}
	return ids, wrong, nil
}

func (s *Server) updateOIDCJIT(w http.ResponseWriter, r *http.Request) error {
	n, old, err := s.signInOf(r)
	if err != nil {
		return err
	}
	v, stale, err := s.jitInput(r, old)
	if err != nil {
		return err
	}
	if stale {
		return s.renderOIDCJIT(w, r, http.StatusConflict, n, v)
	}
	if len(v.Errors) > 0 {
		return s.renderOIDCJIT(w, r, http.StatusUnprocessableEntity, n, v)
	}
	if err = s.OIDC.UpdateJIT(r.Context(), v.SignIn, actor(r)); err != nil {
		return mergeAgain(w, r, s.updateOIDCJIT, err)
	}
	flash(r, ui.Flash{Title: "Successfully updated Just-in-Time Provisioning."})
	return s.redirect(w, r, views.OIDCJITURL(n.ID))
}

// tryOIDCJIT shows what the expressions in the form make of pasted claims. It saves nothing.
func (s *Server) tryOIDCJIT(w http.ResponseWriter, r *http.Request) error {
	n, old, err := s.signInOf(r)
	if err != nil {
		return err
	}
	v, _, err := s.jitInput(r, old)
	if err != nil {
		return err
	}
	claims, err := oidc.ReadClaims(v.Claims)
	if e, _, ok := formError(err); ok {
		maps.Copy(v.Errors, e.Fields)
	}
	mapping, err := oidc.CompileMapping(v.SignIn.Settings)
	if err != nil && directory.CodeOf(err) != directory.Invalid {
		return err
	}
	if len(v.Errors) > 0 || err != nil {
		return s.renderOIDCJIT(w, r, http.StatusUnprocessableEntity, n, v)
	}
	m, wrong := mapping.Map(claims)
	v.Tried = &views.OIDCTrial{Mapped: m, Wrong: wrong}
	return s.renderOIDCJIT(w, r, http.StatusOK, n, v)
}

func (s *Server) backToOIDCJIT(w http.ResponseWriter, r *http.Request) error {
	n, _, err := s.signInOf(r)
	if err != nil {
		return err
	}
	return s.redirect(w, r, views.OIDCJITURL(n.ID))
}
