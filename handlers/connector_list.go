package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
	"usher/views"
)

// connectorEdit is what was typed into the panel of one connector.
type connectorEdit struct {
	connectorID string
	form        views.ConnectorForm
	on          bool
	report      *views.ConnectorReport
	problem     string
	revised     views.Revised
}

func (s *Server) listConnectors(w http.ResponseWriter, r *http.Request) error {
	n, err := s.connection(r)
	if err != nil {
		return err
	}
	return s.renderConnectorList(w, r, http.StatusOK, n, nil)
}

// renderConnectorList shows the Outbound provisioning tab; edit is nil when nothing was typed.
func (s *Server) renderConnectorList(w http.ResponseWriter, r *http.Request, status int, n directory.Connection, edit *connectorEdit) error {
	all, err := s.Store.Connectors(r.Context(), n.ID)
	if err != nil {
		return err
	}
	v := views.ConnectionOutboundView{Now: s.Now()}
	for _, c := range all {
		p, err := s.connectorPanel(r, c)
		if err != nil {
			return err
		}
		if edit != nil && edit.connectorID == c.ID {
			p.Form, p.On, p.Report, p.Problem, p.Revised = edit.form, edit.on, edit.report, edit.problem, edit.revised
		}
		v.Panels = append(v.Panels, p)
	}
	if v.Groups, err = s.Store.ConnectionGroups(r.Context(), n.ID); err != nil {
		return err
	}
	sh := s.shell(r, views.NavConnections, "Outbound provisioning", connectionsCrumb(), connectionCrumb(n))
	v.ConnectionView = views.ConnectionView{Shell: sh, Connection: n, Connectors: len(all)}
	return s.render(w, r, status, views.ConnectionOutbound(v))
}

func (s *Server) connectorPanel(r *http.Request, c directory.Connector) (views.ConnectorPanel, error) {
	d, known := s.Opener.Definition(c.Kind)
	p := views.ConnectorPanel{Known: known, Form: storedForm(d, c.Settings), On: c.Enabled}
	p.Connector = c
	p.Connector.Settings = directory.Settings{} // the form has what may be shown
	p.Revised = s.connectorRevised(d, c).open()
	t, err := s.Store.Target(r.Context(), c.ID)
	if err != nil {
		return p, err
	}
	p.Pauses = t.Pauses()
	if p.Check, err = s.checkCard(r.Context(), c); err != nil {
		return p, err
	}
	left, err := s.Store.LeftAccounts(r.Context(), c.ID, "", 1)
	if err != nil {
		return p, err
	}
	p.Left = len(left.Accounts) > 0
	if t.Provisioner.ID == "" {
		return p, nil
	}
	p.UsedBy = s.provisionerLink(t.Provisioner)
	p.Traffic = s.traffic(c.ID)
	p.Progress, err = s.Store.Progress(r.Context(), c.ID)
	return p, err
}

func (s *Server) connectorRevised(d connectors.Definition, c directory.Connector) revisedForm {
	p := views.ConnectorPanel{Connector: c, Form: storedForm(d, c.Settings), On: c.Enabled}
	marks := func(key string) string { return s.Store.MarkSecret("connector "+c.ID+" "+key, c.Settings.Secrets[key]) }
	return revisedForm{noun: "connector", revision: c.Revision, entries: p.Entries(marks), target: c.ID,
		actions: []string{directory.ActionConnectorUpdate}, reload: views.ConnectorsURL(c.ConnectionID)}
}

// target finds the connector of the URL; one that belongs to another connection is not there.
func (s *Server) target(r *http.Request) (n directory.Connection, t provisioning.Target, err error) {
	if n, err = s.connection(r); err != nil {
		return n, t, err
	}
	if t, err = s.Store.Target(r.Context(), chi.URLParam(r, "connector")); err != nil {
		return n, t, err
	}
	if t.ConnectionID != n.ID {
		return n, t, notFound(nil, r)
	}
	return n, t, nil
}
