package handlers

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"usher/connectors"
	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

// draft finds the draft of the URL; ok is false when it is not there any more.
func (s *Server) draft(r *http.Request) (n directory.Connection, draft connectorDraft, ok bool, err error) {
	if n, err = s.connection(r); err != nil {
		return n, draft, false, err
	}
	draft, ok = s.drafts.find(s.Now(), chi.URLParam(r, "draft"), visitOf(r).admin.ID, n.ID)
	return n, draft, ok, nil
}

// draftGone leads to the connector when the draft became one.
func (s *Server) draftGone(w http.ResponseWriter, r *http.Request, n directory.Connection) error {
	if s.drafts.saved(chi.URLParam(r, "draft"), visitOf(r).admin.ID, n.ID) {
		flash(r, ui.Flash{Tone: ui.Info, Title: "The connector was added already", Text: "This wizard was finished before, perhaps in another tab."})
		return s.redirect(w, r, views.ConnectorsURL(n.ID))
	}
	return s.render(w, r, http.StatusGone, views.ConnectorDraftGone(s.connectorNewView(r, n)))
}

func (s *Server) showConnectorSummary(w http.ResponseWriter, r *http.Request) error {
	n, draft, ok, err := s.draft(r)
	if err != nil {
		return err
	}
	if !ok {
		return s.draftGone(w, r, n)
	}
	return s.renderConnectorSummary(w, r, n, draft, nil)
}

func (s *Server) renderConnectorSummary(w http.ResponseWriter, r *http.Request, n directory.Connection, draft connectorDraft, report *views.ConnectorReport) error {
	d, err := s.kind(draft.kind)
	if err != nil {
		return err
	}
	v := s.connectorNewView(r, n)
	v.Form, v.Draft, v.Report = storedForm(d, draft.settings), chi.URLParam(r, "draft"), report
	v.Summary = summary(d, draft.settings)
	return s.render(w, r, http.StatusOK, views.ConnectorSummary(v))
}

// summary is the settings in words, in the order of the form; of a secret only that it is set. What the kind settles well
// by itself is left out, so that what was decided does not drown.
func summary(d connectors.Definition, s directory.Settings) []ui.Fact {
	var facts []ui.Fact
	for _, f := range (views.ConnectorForm{Definition: d}).Order() {
		value, set := s.Values[f.Key]
		_, secret := s.Secrets[f.Key]
		folded := f.Section == connectors.SectionDanger || f.Section == connectors.SectionPolicy && slices.ContainsFunc(d.Fields, func(o connectors.Field) bool { return o.Key == f.Key })
		switch {
		case folded && set && value == f.Default:
		case secret:
			facts = append(facts, ui.Fact{Term: f.Label, Text: "•••• set"})
		case set:
			facts = append(facts, ui.Fact{Term: f.Label, Text: settingWords(f, value), Mono: f.Type == connectors.URL})
		}
	}
	return facts
}

func settingWords(f connectors.Field, value string) string {
	switch f.Type {
	case connectors.Switch:
		if value == "true" {
			return "On"
		}
		return "Off"
	case connectors.Select:
		for _, o := range f.Options {
			if o.Value == value {
				return o.Label
			}
		}
	case connectors.URL:
		if strings.HasPrefix(strings.ToLower(value), "http://") {
			return value + " (not secure)"
		}
	}
	return value
}

// testConnectorDraft tries what was typed, before it is saved.
func (s *Server) testConnectorDraft(w http.ResponseWriter, r *http.Request) error {
	n, draft, ok, err := s.draft(r)
	if err != nil {
		return err
	}
	if !ok {
		return s.draftGone(w, r, n)
	}
	report, err := s.check(r.Context(), directory.Connector{ConnectionID: n.ID, Kind: draft.kind, Settings: draft.settings})
	if err != nil {
		return err
	}
	if partial(r) {
		return s.render(w, r, http.StatusOK, views.ConnectorReportRegion("draft", &report))
	}
	return s.renderConnectorSummary(w, r, n, draft, &report)
}

// createConnector is Finish. The connector starts disabled: switching it on is an act of its own.
func (s *Server) createConnector(w http.ResponseWriter, r *http.Request) error {
	n, draft, ok, err := s.draft(r)
	if err != nil {
		return err
	}
	if !ok {
		return s.draftGone(w, r, n)
	}
	_, err = s.Directory.CreateConnector(r.Context(), directory.Connector{ConnectionID: n.ID, Connection: n.Name, Kind: draft.kind, Settings: draft.settings}, actor(r))
	if e, status, ok := formError(err); ok {
		return s.renderConnectorChoice(w, r, status, n, e.Message)
	}
	if err != nil {
		return err
	}
	s.drafts.finish(chi.URLParam(r, "draft"))
	flash(r, ui.Flash{Title: "Successfully added the outbound provisioning connector.", Text: "It is disabled. Switch on Enabled and press Update when you are ready."})
	return s.redirect(w, r, views.ConnectorsURL(n.ID))
}
