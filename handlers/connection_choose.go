package handlers

import (
	"net/http"

	"usher/views"
	"usher/views/ui"
)

func newConnectionCrumb() ui.Crumb {
	return ui.Crumb{Label: "Create Connection", Href: "/connections/new"}
}

func (s *Server) showConnectionChoose(w http.ResponseWriter, r *http.Request) error {
	sh := s.shell(r, views.NavConnections, "Create Connection", connectionsCrumb())
	sh.Narrow = true
	return s.render(w, r, http.StatusOK, views.ConnectionChoose(views.ConnectionChooseView{Shell: sh}))
}
