package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) connection(r *http.Request) (directory.Connection, error) {
	return s.Store.Connection(r.Context(), chi.URLParam(r, "connection"))
}

func connectionCrumb(n directory.Connection) ui.Crumb {
	return ui.Crumb{Label: n.Name, Href: "/connections/" + n.ID}
}

func (s *Server) showConnection(w http.ResponseWriter, r *http.Request) error {
	n, err := s.connection(r)
	if err != nil {
		return err
	}
	return s.renderConnection(w, r, http.StatusOK, n, views.ConnectionGeneralView{Form: n, Revised: connectionRevised(n).open()})
}

func connectionRevised(n directory.Connection) revisedForm {
	return revisedForm{noun: "connection", revision: n.Revision, entries: views.Entries(views.ConnectionFields(n, nil)...), target: n.ID,
		actions: []string{directory.ActionConnectionUpdate}, reload: "/connections/" + n.ID}
}

// renderConnection shows the General tab of n with what was typed.
func (s *Server) renderConnection(w http.ResponseWriter, r *http.Request, status int, n directory.Connection, v views.ConnectionGeneralView) error {
	all, err := s.Store.Connectors(r.Context(), n.ID)
	if err != nil {
		return err
	}
	v.ConnectionView = views.ConnectionView{Shell: s.shell(r, views.NavConnections, n.Name, connectionsCrumb()), Connection: n, Connectors: len(all)}
	return s.render(w, r, status, views.ConnectionGeneral(v))
}

func (s *Server) updateConnection(w http.ResponseWriter, r *http.Request) error {
	n, err := s.connection(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	m, err := s.merge(r, f, connectionRevised(n))
	if err != nil {
		return err
	}
	v := views.ConnectionGeneralView{Form: n, Revised: m.revised}
	v.Form.Name, v.Form.Description, v.Form.Revision = m.form.Get("name"), m.form.Get("description"), m.revision
	if m.stale {
		return s.renderConnection(w, r, http.StatusConflict, n, v)
	}
	err = s.Directory.UpdateConnection(r.Context(), v.Form, actor(r))
	if e, status, ok := formError(err); ok && !changedMeanwhile(e) {
		v.Errors = e.Fields
		return s.renderConnection(w, r, status, n, v)
	}
	if err != nil {
		return mergeAgain(w, r, s.updateConnection, err)
	}
	flash(r, ui.Flash{Title: "Successfully updated the connection."})
	return s.redirect(w, r, "/connections/"+n.ID)
}
