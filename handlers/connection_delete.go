package handlers

import (
	"net/http"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

// notTheName is what a deletion says when something else was typed.
const notTheName = "This is not the name. Type it exactly as shown, or cancel."

func (s *Server) showConnectionDelete(w http.ResponseWriter, r *http.Request) error {
	n, err := s.connection(r)
	if err != nil {
		return err
	}
	return s.renderConnectionDelete(w, r, http.StatusOK, n, "", "")
}

func (s *Server) renderConnectionDelete(w http.ResponseWriter, r *http.Request, status int, n directory.Connection, typed, wrong string) error {
	v := views.ConnectionDeleteView{Connection: n, Typed: typed, Error: wrong}
	var err error
	if v.UsedBy, err = s.provisionersOf(r, n); err != nil {
		return err
	}
	v.Shell = s.shell(r, views.NavConnections, "Delete", connectionsCrumb(), connectionCrumb(n))
	v.Shell.Narrow = true
	return s.render(w, r, status, views.ConnectionDelete(v))
}

// usedBy is the provisioner that sends users through a connector; nil when none does.
func (s *Server) usedBy(r *http.Request, connectorID string) (*views.ProvisionerLink, error) {
	t, err := s.Store.Target(r.Context(), connectorID)
	if err != nil || t.Provisioner.ID == "" {
		return nil, err
	}
	return s.provisionerLink(t.Provisioner), nil
}

func (s *Server) provisionerLink(p directory.Provisioner) *views.ProvisionerLink {
	return &views.ProvisionerLink{ID: p.ID, Name: p.Connection + ", " + s.kindName(p.Kind)}
}

func (s *Server) deleteConnection(w http.ResponseWriter, r *http.Request) error {
	n, err := s.connection(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	if typed := f.Get("confirm"); typed != n.Name {
		return s.renderConnectionDelete(w, r, http.StatusUnprocessableEntity, n, typed, notTheName)
	}
	err = s.Directory.DeleteConnection(r.Context(), n, actor(r))
	if directory.CodeOf(err) == directory.InUse {
		return s.renderConnectionDelete(w, r, http.StatusConflict, n, "", "")
	}
	if err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "Successfully deleted the connection.", Text: n.Name + " and its connectors are gone."})
	return s.redirect(w, r, "/connections")
}
