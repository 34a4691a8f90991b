package handlers

import (
	"net/http"
	"net/url"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) connectorNewView(r *http.Request, n directory.Connection) views.ConnectorNewView {
	sh := s.shell(r, views.NavConnections, "New Connector", connectionsCrumb(), connectionCrumb(n),
		ui.Crumb{Label: "Outbound provisioning", Href: views.ConnectorsURL(n.ID)})
	sh.Narrow = true
	return views.ConnectorNewView{Shell: sh, Connection: n}
}

// showConnectorNew is step 1 and, once a kind is chosen or a draft is taken up again, step 2 of the wizard.
func (s *Server) showConnectorNew(w http.ResponseWriter, r *http.Request) error {
	n, err := s.connection(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	if q.Has("draft") {
		return s.showConnectorDraftAgain(w, r, n, q.Get("draft"))
	}
	if !q.Has("kind") {
		return s.renderConnectorChoice(w, r, http.StatusOK, n, "")
	}
	d, wrong, err := s.freeKind(r, n, q.Get("kind"))
	if err != nil {
		return err
	}
	if wrong != "" {
		return s.renderConnectorChoice(w, r, http.StatusUnprocessableEntity, n, wrong)
	}
	v := s.connectorNewView(r, n)
	v.Form = views.ConnectorForm{Definition: d, New: true}
	return s.render(w, r, http.StatusOK, views.ConnectorConfigure(v))
}

func (s *Server) showConnectorDraftAgain(w http.ResponseWriter, r *http.Request, n directory.Connection, token string) error {
	v := s.connectorNewView(r, n)
	draft, ok := s.drafts.find(s.Now(), token, visitOf(r).admin.ID, n.ID)
	if !ok {
		return s.render(w, r, http.StatusGone, views.ConnectorDraftGone(v))
	}
	d, err := s.kind(draft.kind)
	if err != nil {
		return err
	}
	v.Form, v.Draft = storedForm(d, draft.settings), token
	return s.render(w, r, http.StatusOK, views.ConnectorConfigure(v))
}

// taken are the kinds that the connection has already.
func (s *Server) taken(r *http.Request, n directory.Connection) (map[string]bool, error) {
	all, err := s.Store.Connectors(r.Context(), n.ID)
	if err != nil {
		return nil, err
	}
	m := map[string]bool{}
	for _, c := range all {
		m[c.Kind] = true
	}
	return m, nil
}

// freeKind finds a kind that the connection can still have; wrong says why it cannot.
func (s *Server) freeKind(r *http.Request, n directory.Connection, kind string) (d connectors.Definition, wrong string, err error) {
	d, ok := s.Opener.Definition(kind)
	if !ok {
		return d, "Choose one of these connector types.", nil
	}
	taken, err := s.taken(r, n)
	if err != nil {
		return d, "", err
	}
	if taken[kind] {
		return d, "This connection has a " + d.Name + " connector already. Change that one, or create another connection.", nil
	}
	return d, "", nil
}

func (s *Server) renderConnectorChoice(w http.ResponseWriter, r *http.Request, status int, n directory.Connection, wrong string) error {
	taken, err := s.taken(r, n)
	if err != nil {
		return err
	}
	v := s.connectorNewView(r, n)
	v.Error = wrong
	for _, d := range s.Kinds {
		v.Kinds = append(v.Kinds, views.ConnectorKind{Definition: d, Taken: taken[d.Kind]})
		if v.Chosen == "" && !taken[d.Kind] {
			v.Chosen = d.Kind
		}
	}
	return s.render(w, r, status, views.ConnectorChoose(v))
}

// keepConnectorDraft checks step 2 and goes on to the summary.
func (s *Server) keepConnectorDraft(w http.ResponseWriter, r *http.Request) error {
	n, err := s.connection(r)
	if err != nil {
		return err
	}
	f, lost, err := s.secretForm(r, "connector of "+n.ID)
	if err != nil {
		return err
	}
	d, wrong, err := s.freeKind(r, n, f.Get("kind"))
	if err != nil {
		return err
	}
	if wrong != "" {
		return s.renderConnectorChoice(w, r, http.StatusUnprocessableEntity, n, wrong)
	}
	return s.takeConnectorStep(w, r, n, d, f, lost)
}

func (s *Server) takeConnectorStep(w http.ResponseWriter, r *http.Request, n directory.Connection, d connectors.Definition, f url.Values, lost directory.FieldErrors) error {
	admin, token := visitOf(r).admin.ID, f.Get("draft")
	old, ok := s.drafts.find(s.Now(), token, admin, n.ID)
	if !ok || old.kind != d.Kind {
		old, token = connectorDraft{}, ""
	}
	in := settingsInput(d, f)
	settings, errs := provisioning.ReadSettings(d, in, old.settings)
	addLost(errs, lost)
	if len(errs) > 0 {
		v := s.connectorNewView(r, n)
		v.Form, v.Draft = typedForm(d, in, old.settings, errs), token
		s.keepSecrets(r, "connector of "+n.ID, &v.Form, in)
		return s.render(w, r, http.StatusUnprocessableEntity, views.ConnectorConfigure(v))
	}
	s.drafts.drop(token)
	token = s.drafts.keep(s.Now(), connectorDraft{adminID: admin, connectionID: n.ID, kind: d.Kind, settings: settings})
	return s.redirect(w, r, views.ConnectorNewURL(n.ID)+"/"+token)
}
