package handlers

import (
	"net/http"

	"usher/provisioning"
	"usher/views"
)

// Traffic tells what this process sends to a connector's target now.
type Traffic interface {
	Traffic(connectorID string) provisioning.Traffic
}

func (s *Server) traffic(connectorID string) provisioning.Traffic {
	if s.Traffic == nil {
		return provisioning.Traffic{}
	}
	return s.Traffic.Traffic(connectorID)
}

// showConnectorProgress answers the polling of a connector's panel.
func (s *Server) showConnectorProgress(w http.ResponseWriter, r *http.Request) error {
	n, t, err := s.target(r)
	if err != nil {
		return err
	}
	p, err := s.connectorPanel(r, t.Connector)
	if err != nil {
		return err
	}
	if !partial(r) || p.UsedBy == nil {
		return s.redirect(w, r, views.ConnectorsURL(n.ID))
	}
	return s.render(w, r, http.StatusOK, views.ConnectorProgress(p))
}
