package handlers

import (
	"net/http"

	"usher/auth/oidc"
	"usher/connectors"
	"usher/views"
)

// testOIDC reads what the provider offers, with the settings in the form. It saves nothing.
func (s *Server) testOIDC(w http.ResponseWriter, r *http.Request) error {
	n, old, err := s.signInOf(r)
	if err != nil {
		return err
	}
	in, m, err := s.oidcSettingsInput(r, old)
	if err != nil {
		return err
	}
	status, wrong := http.StatusOK, in.signIn.Check()
	var report views.ConnectorReport
	if len(wrong) > 0 {
		status, report = http.StatusUnprocessableEntity, incomplete(wrong)
	} else {
		report.Works = "The connection works"
		for _, step := range s.OIDC.Test(r.Context(), in.signIn, explainNoAnswer) {
			report.Steps = append(report.Steps, connectors.Step{Name: step.Name, State: connectors.StepState(step.State), Detail: step.Detail, Remedy: step.Remedy})
		}
	}
	if partial(r) {
		return s.render(w, r, status, views.ConnectorReportRegion("settings", &report))
	}
	return s.renderOIDCSettings(w, r, status, n, views.OIDCSettingsView{Form: in.form(wrong), Report: &report, Revised: m.revised})
}

// explainNoAnswer says why a provider could not be read. What is not about the way there is left to the caller to add to.
func explainNoAnswer(err error) (words, remedy string) {
	e := connectors.NoAnswer(connectors.OpCheck, err)
	if e.Kind == connectors.Misconfigured {
		return e.Message, e.Remedy
	}
	return e.Message, ""
}

func (s *Server) backToOIDCSettings(w http.ResponseWriter, r *http.Request) error {
	n, _, err := s.signInOf(r)
	if err != nil {
		return err
	}
	return s.redirect(w, r, views.OIDCSettingsURL(n.ID))
}

var _ oidc.Explain = explainNoAnswer
