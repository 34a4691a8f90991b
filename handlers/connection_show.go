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
	return s.renderConnection(w, r, http.StatusOK, n, n, nil)
}

// renderConnection shows the General tab of n with what was typed.
func (s *Server) renderConnection(w http.ResponseWriter, r *http.Request, status int, n, typed directory.Connection, errs map[string]string) error {
	all, err := s.Store.Connectors(r.Context(), n.ID)
	if err != nil {
		return err
	}
	common := views.ConnectionView{Shell: s.shell(r, views.NavConnections, n.Name, connectionsCrumb()), Connection: n, Connectors: len(all)}
	return s.render(w, r, status, views.ConnectionGeneral(views.ConnectionGeneralView{ConnectionView: common, Form: typed, Errors: errs}))
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
	typed := n
	typed.Name, typed.Description = f.Get("name"), f.Get("description")
	err = s.Directory.UpdateConnection(r.Context(), typed, actor(r))
	if e, status, ok := formError(err); ok {
		return s.renderConnection(w, r, status, n, typed, e.Fields)
	}
	if err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "Successfully updated the connection."})
	return s.redirect(w, r, "/connections/"+n.ID)
}
