package handlers

import (
	"net/http"

	"usher/views"
)

// TargetView is what the demo's built-in target shows of itself.
type TargetView interface {
	// Accounts are at most n of what the target holds now, and how many it holds in all.
	Accounts(n int) (rows []DemoAccount, total int)
}

// DemoAccount is one account at the built-in target, in SCIM's attribute names.
type DemoAccount = views.TargetAccount

const shownAccounts = 200

// showTarget is a whole page, or for htmx the part that changes.
func (s *Server) showTarget(w http.ResponseWriter, r *http.Request) error {
	if s.Demo == nil {
		return notFound(w, r)
	}
	v := views.TargetView{Paused: r.URL.Query().Has("pause")}
	v.Accounts, v.Total = s.Demo.Accounts(shownAccounts)
	if partial(r) {
		return s.render(w, r, http.StatusOK, views.TargetAccounts(v))
	}
	v.Shell = s.shell(r, views.NavTarget, "Target")
	return s.render(w, r, http.StatusOK, views.Target(v))
}
