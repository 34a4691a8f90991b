package handlers

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

// showProvisionerNew shows the form. Choosing a connection asks again for its connectors: htmx for that field
// alone, a browser without scripts for the whole page with what was typed.
func (s *Server) showProvisionerNew(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	choice, err := s.provisionerChoice(r, q.Get("connection"), q.Get("connector"))
	if err != nil {
		return err
	}
	if partial(r) {
		return s.render(w, r, http.StatusOK, views.ProvisionerConnector(choice))
	}
	p, _ := readProvisioner(q)
	f := provisionerForm(p, nil)
	keepDeadline(&f, q)
	return s.renderProvisionerNew(w, r, http.StatusOK, choice, f)
}

func (s *Server) renderProvisionerNew(w http.ResponseWriter, r *http.Request, status int, c views.ProvisionerChoice, f views.ProvisionerForm) error {
	sh := s.shell(r, views.NavLoginRegistration, "New Provisioner", loginRegistrationCrumb(), provisionersCrumb())
	sh.Narrow = true
	return s.render(w, r, status, views.ProvisionerNew(views.ProvisionerNewView{Shell: sh, Choose: c, Form: f}))
}

// provisionerChoice lists the connections with an enabled connector that no provisioner uses, and the connectors of
// the chosen one. Its only connector is chosen already.
func (s *Server) provisionerChoice(r *http.Request, connectionID, connectorID string) (views.ProvisionerChoice, error) {
	c := views.ProvisionerChoice{}
	used, err := s.Store.Provisioners(r.Context())
	if err != nil {
		return c, err
	}
	all, err := s.Store.Connectors(r.Context(), "")
	if err != nil {
		return c, err
	}
	busy := map[string]bool{}
	for _, p := range used {
		busy[p.ConnectorID] = true
	}
	for _, n := range all {
		if !n.Enabled || busy[n.ID] {
			continue
		}
		if k := len(c.Connections); k == 0 || c.Connections[k-1].Value != n.ConnectionID {
			c.Connections = append(c.Connections, ui.Option{Value: n.ConnectionID, Label: n.Connection})
		}
		if n.ConnectionID == connectionID {
			c.Connection = connectionID
			c.Connectors = append(c.Connectors, ui.Option{Value: n.ID, Label: s.kindName(n.Kind)})
		}
		if n.ConnectionID == connectionID && n.ID == connectorID {
			c.Connector = connectorID
		}
	}
	return c, nil
}

// readProvisioner reads how to send; what is wrong is in the errors, by field.
func readProvisioner(f url.Values) (directory.Provisioner, directory.FieldErrors) {
	p := directory.Provisioner{Blocking: f.Get("blocking") == "true", OnFailure: directory.OnFailure(f.Get("on_failure")), JITOutbound: f.Get("jit_outbound") == "true"}
	errs := directory.FieldErrors{}
	if !p.Blocking { // these two only say how to wait
		p.OnFailure, p.Deadline = directory.Reject, directory.DefaultDeadline
		return p, errs
	}
	seconds, err := strconv.Atoi(f.Get("deadline"))
	p.Deadline = time.Duration(seconds) * time.Second
	if err != nil || p.Deadline < directory.MinDeadline || p.Deadline > directory.MaxDeadline {
		errs.Add("deadline", "The deadline is between 1 and 120 seconds.")
	}
	return p, errs
}

func provisionerForm(p directory.Provisioner, errs directory.FieldErrors) views.ProvisionerForm {
	if p.OnFailure == "" {
		p.OnFailure = directory.Reject
	}
	if p.Deadline == 0 {
		p.Deadline = directory.DefaultDeadline
	}
	return views.ProvisionerForm{Blocking: p.Blocking, OnFailure: p.OnFailure, Deadline: strconv.Itoa(int(p.Deadline / time.Second)), JIT: p.JITOutbound, Errors: errs}
}

// keepDeadline shows what was typed, even when it is no number.
func keepDeadline(shown *views.ProvisionerForm, f url.Values) {
	if f.Has("deadline") {
		shown.Deadline = f.Get("deadline")
	}
}

func (s *Server) createProvisioner(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	choice, err := s.provisionerChoice(r, f.Get("connection"), f.Get("connector"))
	if err != nil {
		return err
	}
	p, errs := readProvisioner(f)
	p.ConnectorID, p.Connection = choice.Connector, connectionLabel(choice)
	choice.Errors = chosen(choice)
	if len(choice.Errors) == 0 && len(errs) == 0 {
		p, err = s.Directory.CreateProvisioner(r.Context(), p, actor(r))
		e, _, ok := formError(err)
		switch {
		case ok && e.Code == directory.Conflict:
			choice.Errors = map[string]string{"connector": "Outbound provisioning configuration already exists for the resident application."}
		case ok:
			errs = e.Fields
		case err != nil:
			return err
		default:
			flash(r, ui.Flash{Title: "Successfully added the outbound provisioning configuration.", Text: "Existing users are being sent now."})
			return s.redirect(w, r, views.ProvisionersURL+"/"+p.ID)
		}
	}
	shown := provisionerForm(p, errs)
	keepDeadline(&shown, f)
	return s.renderProvisionerNew(w, r, http.StatusUnprocessableEntity, choice, shown)
}

func chosen(c views.ProvisionerChoice) map[string]string {
	errs := map[string]string{}
	if c.Connection == "" {
		errs["connection"] = "It is mandatory to select a provisioning connection."
	}
	if c.Connector == "" {
		errs["connector"] = "It is mandatory to select a provisioning connector."
	}
	return errs
}

func connectionLabel(c views.ProvisionerChoice) string {
	for _, o := range c.Connections {
		if o.Value == c.Connection {
			return o.Label
		}
	}
	return ""
}
