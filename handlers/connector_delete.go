package handlers

import (
	"net/http"

	"usher/directory"
	"usher/provisioning"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showConnectorDelete(w http.ResponseWriter, r *http.Request) error {
	n, t, err := s.target(r)
	if err != nil {
		return err
	}
	return s.renderConnectorDelete(w, r, http.StatusOK, n, t, "", "")
}

func (s *Server) renderConnectorDelete(w http.ResponseWriter, r *http.Request, status int, n directory.Connection, t provisioning.Target, typed, wrong string) error {
	v := views.ConnectorDeleteView{Connector: t.Connector, Name: s.kindName(t.Kind), Typed: typed, Error: wrong}
	v.Connector.Settings = directory.Settings{}
	if t.Provisioner.ID != "" {
		v.UsedBy = s.provisionerLink(t.Provisioner)
	}
	var err error
	if v.Progress, err = s.Store.Progress(r.Context(), t.ID); err != nil {
		return err
	}
	v.Shell = s.shell(r, views.NavConnections, "Delete connector", connectionsCrumb(), connectionCrumb(n),
		ui.Crumb{Label: "Outbound provisioning", Href: views.ConnectorsURL(n.ID)})
	v.Shell.Narrow = true
	return s.render(w, r, status, views.ConnectorDelete(v))
}

func (s *Server) deleteConnector(w http.ResponseWriter, r *http.Request) error {
	n, t, err := s.target(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	if typed := f.Get("confirm"); typed != s.kindName(t.Kind) {
		return s.renderConnectorDelete(w, r, http.StatusUnprocessableEntity, n, t, typed, notTheName)
	}
	err = s.Directory.DeleteConnector(r.Context(), t.Connector, actor(r))
	if directory.CodeOf(err) == directory.InUse {
		if t, err = s.Store.Target(r.Context(), t.ID); err != nil {
			return err
		}
		return s.renderConnectorDelete(w, r, http.StatusConflict, n, t, "", "")
	}
	if err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "Successfully deleted the outbound provisioning connector."})
	return s.redirect(w, r, views.ConnectorsURL(n.ID))
}
