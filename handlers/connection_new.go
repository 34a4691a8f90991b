package handlers

import (
	"net/http"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showConnectionNew(w http.ResponseWriter, r *http.Request) error {
	return s.renderConnectionNew(w, r, http.StatusOK, directory.Connection{}, nil)
}

func (s *Server) renderConnectionNew(w http.ResponseWriter, r *http.Request, status int, n directory.Connection, errs map[string]string) error {
	sh := s.shell(r, views.NavConnections, "Custom Connector", connectionsCrumb(), newConnectionCrumb())
	sh.Narrow = true
	return s.render(w, r, status, views.ConnectionNew(views.ConnectionNewView{Shell: sh, Connection: n, Errors: errs}))
}

func (s *Server) createConnection(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	typed := directory.Connection{Name: f.Get("name"), Description: f.Get("description"), Type: directory.CustomConnector}
	made, err := s.Directory.CreateConnection(r.Context(), typed, actor(r))
	if e, status, ok := formError(err); ok {
		return s.renderConnectionNew(w, r, status, typed, e.Fields)
	}
	if err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "Successfully created the connection."})
	return s.redirect(w, r, "/connections/"+made.ID)
}
