package handlers

import (
	"net/http"

	"usher/views"
	"usher/views/ui"
)

func userAddCrumbs() []ui.Crumb {
	return append(usersCrumbs(), ui.Crumb{Label: "Add users", Href: views.UserAddURL})
}

// showUserAdd leads to one new user or to many, and lists the files that were imported.
func (s *Server) showUserAdd(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	page, err := s.Store.Imports(r.Context(), q.Get("before"), 20)
	if err != nil {
		return err
	}
	v := views.UserAddView{Shell: s.shell(r, views.NavUsers, "Add users", usersCrumbs()...), Now: s.Now(), Imports: page.Imports}
	if q.Get("before") != "" {
		v.First = views.UserAddURL
	}
	if page.Next != "" {
		v.Next = pageLink(views.UserAddURL, q, "before", page.Next)
	}
	return s.render(w, r, http.StatusOK, views.UserAdd(v))
}
