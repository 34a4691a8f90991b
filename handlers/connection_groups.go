package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showConnectionGroups(w http.ResponseWriter, r *http.Request) error {
	n, err := s.connection(r)
	if err != nil {
		return err
	}
	now, err := s.Store.ConnectionGroups(r.Context(), n.ID)
	if err != nil {
		return err
	}
	return s.renderConnectionGroups(w, r, http.StatusOK, n, chosenNow(groupIDs(now)), "")
}

func groupIDs(groups []directory.Group) []string {
	ids := make([]string, len(groups))
	for i, g := range groups {
		ids[i] = g.ID
	}
	return ids
}

func (s *Server) renderConnectionGroups(w http.ResponseWriter, r *http.Request, status int, n directory.Connection, f url.Values, wrong string) error {
	v := views.ConnectionGroupsView{Connection: n}
	var err error
	if v.Picker, err = s.groupPicker(r.Context(), f, views.ConnectionGroupsURL(n.ID)); err != nil {
		return err
	}
	v.Picker.Error = wrong
	v.Shell = s.shell(r, views.NavConnections, "Groups", connectionsCrumb(), connectionCrumb(n), outboundCrumb(n))
	v.Shell.Narrow = true
	return s.render(w, r, status, views.ConnectionGroups(v))
}

func outboundCrumb(n directory.Connection) ui.Crumb {
	return ui.Crumb{Label: "Outbound provisioning", Href: views.ConnectorsURL(n.ID)}
}

// checkConnectionGroups says what the chosen groups mean; it changes nothing.
func (s *Server) checkConnectionGroups(w http.ResponseWriter, r *http.Request) error {
	n, err := s.connection(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	if f.Has(views.PickFind) {
		return s.renderConnectionGroups(w, r, http.StatusOK, n, f, "")
	}
	v, complete, err := s.scopeChange(r, n, f)
	if err != nil {
		return err
	}
	if !complete {
		return s.renderConnectionGroups(w, r, http.StatusUnprocessableEntity, n, f, "A group that you chose was deleted meanwhile. Look at the list again.")
	}
	if sameGroups(v.Before, v.After) {
		flash(r, ui.Flash{Tone: ui.Info, Title: "Nothing was changed", Text: "The connection sends these groups already."})
		return s.redirect(w, r, views.ConnectorsURL(n.ID))
	}
	return s.renderConnectionScope(w, r, http.StatusOK, v)
}

// scopeChange puts what the form added and took away over the groups that the connection sends now; complete is false
// when a group that was added is gone.
func (s *Server) scopeChange(r *http.Request, n directory.Connection, f url.Values) (v views.ConnectionScopeView, complete bool, err error) {
	v.Connection = n
	if v.Before, err = s.Store.ConnectionGroups(r.Context(), n.ID); err != nil {
		return v, false, err
	}
	now := groupIDs(v.Before)
	join, leave, err := picksOf(f, now)
	if err != nil {
		return v, false, err
	}
	added, err := s.groupsByID(r.Context(), join)
	if err != nil {
		return v, false, err
	}
	v.After = slices.DeleteFunc(slices.Clone(v.Before), func(g directory.Group) bool {
		return slices.Contains(leave, g.ID) || slices.Contains(join, g.ID)
	})
	v.After = append(v.After, added...)
	v.Moved = f.Has(views.PickHad) && !sameIDs(f[views.PickHad], now)
	return v, len(added) == len(join), nil
}

func sameGroups(a, b []directory.Group) bool { return sameIDs(groupIDs(a), groupIDs(b)) }

func sameIDs(a, b []string) bool {
	tidy := func(ids []string) []string {
		return slices.Compact(slices.Sorted(slices.Values(slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == "" }))))
	}
	return slices.Equal(tidy(a), tidy(b))
}

func (s *Server) renderConnectionScope(w http.ResponseWriter, r *http.Request, status int, v views.ConnectionScopeView) error {
	var err error
	if v.Effect, err = s.Store.ScopeEffect(r.Context(), v.Connection.ID, groupIDs(v.After)); err != nil {
		return err
	}
	by, err := s.provisionersOf(r, v.Connection)
	if err != nil {
		return err
	}
	v.Unsent = len(by) == 0
	v.Shell = s.shell(r, views.NavConnections, "Groups", connectionsCrumb(), connectionCrumb(v.Connection), outboundCrumb(v.Connection))
	v.Shell.Narrow = true
	return s.render(w, r, status, views.ConnectionScope(v))
}

// provisionersOf are those that send users through the connection.
func (s *Server) provisionersOf(r *http.Request, n directory.Connection) ([]views.ProvisionerLink, error) {
	all, err := s.Store.Connectors(r.Context(), n.ID)
	if err != nil {
		return nil, err
	}
	var by []views.ProvisionerLink
	for _, c := range all {
		link, err := s.usedBy(r, c.ID)
		if err != nil {
			return nil, err
		}
		if link != nil {
			by = append(by, *link)
		}
	}
	return by, nil
}

// saveConnectionGroups leads to where the accounts can be watched, when that is one place.
func (s *Server) saveConnectionGroups(w http.ResponseWriter, r *http.Request) error {
	n, err := s.connection(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	picked, err := pickedIDs(f)
	if err != nil {
		return err
	}
	if f.Get(views.GroupCountField) != strconv.Itoa(len(picked)) {
		return incompleteForm()
	}
	v, complete, err := s.scopeChange(r, n, f)
	if err != nil {
		return err
	}
	if v.Moved && complete {
		return s.renderConnectionScope(w, r, http.StatusConflict, v)
	}
	err = s.Directory.ChangeScope(r.Context(), n, groupIDs(v.Before), picked, actor(r))
	if e, status, ok := formError(err); ok && !changedMeanwhile(e) {
		return s.renderConnectionGroups(w, r, status, n, f, e.Message)
	}
	if err != nil {
		return mergeAgain(w, r, s.saveConnectionGroups, err)
	}
	by, err := s.provisionersOf(r, n)
	if err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "Successfully updated the groups.", Text: "Accounts are created, disabled or removed in the background."})
	to := views.ConnectorsURL(n.ID)
	if len(by) == 1 {
		to = views.ProvisionersURL + "/" + by[0].ID
	}
	return s.redirect(w, r, to)
}
