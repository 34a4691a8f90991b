package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-chi/chi/v5"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
	"usher/views"
	"usher/views/ui"
)

// pushStore is what the pages of pushed groups read.
type pushStore interface {
	// PushedGroups are the groups chosen by hand for a connector, by name.
	PushedGroups(ctx context.Context, connectorID string) ([]directory.Group, error)
	// GroupPushes lists the groups at a connector that are pushed or were, by name; after is the cursor of a page.
	GroupPushes(ctx context.Context, connectorID, after string, n int) (provisioning.GroupPushPage, error)
	// PushesOf lists the connectors where a group is pushed or was, by connection.
	PushesOf(ctx context.Context, groupID string) ([]provisioning.GroupPush, error)
}

const pushesPerPage = 50

// pushView finds the connector of the URL, of a kind that has groups.
func (s *Server) pushView(r *http.Request) (v views.ConnectorPushView, err error) {
	n, t, err := s.target(r)
	if err != nil {
		return v, err
	}
	d, err := s.kind(t.Kind)
	if err != nil {
		return v, err
	}
	if d.Groups == nil {
		return v, notFound(nil, r)
	}
	v = views.ConnectorPushView{Now: s.Now(), Connection: n, Connector: t.Connector, Definition: d, Pauses: t.Pauses(), Provisioned: t.Provisioner.ID != ""}
	v.Connector.Settings.Secrets = nil
	v.On = connectors.Config{Settings: t.Settings}.On(connectors.PushGroups)
	return v, nil
}

func (s *Server) pushShell(r *http.Request, v views.ConnectorPushView, last string) views.Shell {
	crumbs := []ui.Crumb{connectionsCrumb(), connectionCrumb(v.Connection), outboundCrumb(v.Connection)}
	if last == "" {
		last = "Groups pushed"
	} else {
		crumbs = append(crumbs, ui.Crumb{Label: "Groups pushed", Href: views.PushURL(v.Connector)})
	}
	return s.shell(r, views.NavConnections, last, crumbs...)
}

// showConnectorPush is a whole page, or for htmx the part that changes.
func (s *Server) showConnectorPush(w http.ResponseWriter, r *http.Request) error {
	v, err := s.pushView(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	v.After = q.Get("after")
	page, err := s.Store.GroupPushes(r.Context(), v.Connector.ID, v.After, pushesPerPage)
	if err != nil {
		return err
	}
	v.Pushes, v.Next = page.Pushes, page.Next
	if partial(r) {
		return s.render(w, r, http.StatusOK, views.ConnectorPushes(v))
	}
	chosen, err := s.Store.PushedGroups(r.Context(), v.Connector.ID)
	if err != nil {
		return err
	}
	v.Chosen = len(chosen)
	v.Shell = s.pushShell(r, v, "")
	return s.render(w, r, http.StatusOK, views.ConnectorPush(v))
}

func (s *Server) showPushChoice(w http.ResponseWriter, r *http.Request) error {
	v, err := s.pushView(r)
	if err != nil {
		return err
	}
	chosen, err := s.Store.PushedGroups(r.Context(), v.Connector.ID)
	if err != nil {
		return err
	}
	return s.renderPushChoice(w, r, http.StatusOK, v, chosenNow(groupIDs(chosen)), "")
}

func (s *Server) renderPushChoice(w http.ResponseWriter, r *http.Request, status int, v views.ConnectorPushView, f url.Values, wrong string) error {
	p, err := s.groupPicker(r.Context(), f, views.PushURL(v.Connector)+"/choose")
	if err != nil {
		return err
	}
	p.Error = wrong
	v.Shell = s.pushShell(r, v, "Choose groups")
	v.Shell.Narrow = true
	return s.render(w, r, status, views.ConnectorPushChoice(v, p))
}

// choosePushed saves which groups are pushed; the search button of the form saves nothing.
func (s *Server) choosePushed(w http.ResponseWriter, r *http.Request) error {
	v, err := s.pushView(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	if f.Has(views.PickFind) {
		return s.renderPushChoice(w, r, http.StatusOK, v, f, "")
	}
	now, err := s.Store.PushedGroups(r.Context(), v.Connector.ID)
	if err != nil {
		return err
	}
	join, leave, err := picksOf(f, groupIDs(now))
	if err != nil {
		return err
	}
	found, err := s.groupsByID(r.Context(), join)
	if err != nil {
		return err
	}
	if len(found) < len(join) {
		return s.renderPushChoice(w, r, http.StatusUnprocessableEntity, v, f, "A group that you chose was deleted meanwhile. Look at the list again.")
	}
	err = s.Directory.ChangePushedGroups(r.Context(), v.Connector, join, leave, actor(r))
	if e, status, ok := formError(err); ok {
		return s.renderPushChoice(w, r, status, v, f, e.Message)
	}
	if err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "Saved which groups are pushed", Text: strconv.Itoa(len(f[views.PickField])) + " chosen by hand. The target follows in the background."})
	return s.redirect(w, r, views.PushURL(v.Connector))
}

// push is the group of the URL at the connector of the URL.
func (s *Server) push(r *http.Request) (v views.ConnectorPushView, p provisioning.GroupPush, err error) {
	if v, err = s.pushView(r); err != nil {
		return v, p, err
	}
	all, err := s.Store.PushesOf(r.Context(), chi.URLParam(r, "group"))
	if err != nil {
		return v, p, err
	}
	for _, p := range all {
		if p.ConnectorID == v.Connector.ID {
			return v, p, nil
		}
	}
	return v, p, notFound(nil, r)
}

func (s *Server) retryPush(w http.ResponseWriter, r *http.Request) error {
	v, p, err := s.push(r)
	if err != nil {
		return err
	}
	if err := s.Directory.RetryGroup(r.Context(), v.Connector, p.Group, "", actor(r)); err != nil {
		return err
	}
	flash(r, ui.Flash{Tone: ui.Info, Title: "Trying " + p.Group.DisplayName + " again", Text: "The page shows the outcome as soon as the target has answered."})
	return s.redirect(w, r, views.PushURL(v.Connector))
}

// relocatePush forgets the remembered ID that the administrator saw, and no other.
func (s *Server) relocatePush(w http.ResponseWriter, r *http.Request) error {
	v, p, err := s.push(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	if err := s.Directory.RelocateAccount(r.Context(), v.Connector.ID, p.GroupID, f.Get("remote_id"), actor(r)); err != nil {
		return err
	}
	flash(r, ui.Flash{Tone: ui.Info, Title: "Looking for the group again", Text: "Usher has forgotten the ID " + f.Get("remote_id") + ", and touches only a group that is its own."})
	return s.redirect(w, r, views.PushURL(v.Connector))
}

func (s *Server) showPushAdopt(w http.ResponseWriter, r *http.Request) error {
	v, p, err := s.push(r)
	if err != nil {
		return err
	}
	if !views.PushAdoptable(p, s.Now()) {
		return questionOver()
	}
	if views.PushExpels(p) {
		v.Shell = s.pushShell(r, v, "Remove members")
		return s.render(w, r, http.StatusOK, views.ConnectorPushExpel(v, p))
	}
	v.Shell = s.pushShell(r, v, "Adopt group")
	return s.render(w, r, http.StatusOK, views.ConnectorPushAdopt(v, p))
}

// adoptPush approves the group that the administrator saw, and no other that is in the way by now.
func (s *Server) adoptPush(w http.ResponseWriter, r *http.Request) error {
	v, p, err := s.push(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	if !views.PushAdoptable(p, s.Now()) || f.Get("remote_id") != p.HeldRemoteID {
		return questionOver()
	}
	if err := s.Directory.RetryGroup(r.Context(), v.Connector, p.Group, p.HeldRemoteID, actor(r)); err != nil {
		return err
	}
	if views.PushExpels(p) {
		flash(r, ui.Flash{Tone: ui.Info, Title: "Removing members", Text: "Members whom the group does not have here are removed from " + p.Group.DisplayName + " at " + v.Connection.Name + "."})
		return s.redirect(w, r, views.PushURL(v.Connector))
	}
	flash(r, ui.Flash{Tone: ui.Info, Title: "Adopting the group", Text: "Usher now keeps group " + p.HeldRemoteID + " at " + v.Connection.Name + " in step with " + p.Group.DisplayName + "."})
	return s.redirect(w, r, views.PushURL(v.Connector))
}
