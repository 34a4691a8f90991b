package handlers

import (
	"net/http"

	"usher/views"
	"usher/views/ui"
)

// listLeftAccounts shows what a connector does not keep in step any more.
func (s *Server) listLeftAccounts(w http.ResponseWriter, r *http.Request) error {
	n, t, err := s.target(r)
	if err != nil {
		return err
	}
	after := r.URL.Query().Get("after")
	page, err := s.Store.LeftAccounts(r.Context(), t.ID, after, 0)
	if err != nil {
		return err
	}
	kind := s.kindName(t.Kind)
	crumbs := []ui.Crumb{connectionsCrumb(), connectionCrumb(n), {Label: "Outbound provisioning", Href: views.ConnectorsURL(n.ID)}}
	v := views.ConnectorLeftView{Now: s.Now(), Connector: t.Connector, KindName: kind, Left: page, After: after,
		Shell: s.shell(r, views.NavConnections, "Accounts left by "+kind, crumbs...)}
	return s.render(w, r, http.StatusOK, views.ConnectorLeft(v))
}
