package handlers

import (
	"context"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"usher/connectors"
	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

// DemoTargets are the demo's built-in services.
type DemoTargets interface {
	// Targets are what the services hold now, at most n accounts and n groups of each.
	Targets(n int) []DemoTarget
	// SetTrouble makes every request to a kind's service meet trouble from now on; NotFound when there is none.
	SetTrouble(ctx context.Context, kind string, t connectors.Trouble) error
	// ChangeSampleUsers changes the sample users and says how many there were.
	ChangeSampleUsers(ctx context.Context) (int, error)
}

// DemoTarget is one of the demo's services and what it holds.
type DemoTarget = views.DemoTarget

const shownAccounts = 200

// demoTargets reads the page about one target; without a kind in the URL that is the first. ok is false when there is
// no such target.
func (s *Server) demoTargets(r *http.Request) (v views.DemoTargetsView, ok bool, err error) {
	if s.Demo == nil {
		return v, false, nil
	}
	v = views.DemoTargetsView{Now: s.Now(), Targets: s.Demo.Targets(shownAccounts), Paused: r.URL.Query().Has("pause")}
	kind := chi.URLParam(r, "kind")
	for i, t := range v.Targets {
		if kind == "" || t.Kind == kind {
			v.Current, ok = i, true
			break
		}
	}
	if !ok {
		return v, kind == "" && len(v.Targets) == 0, nil
	}
	t, err := s.Store.Target(r.Context(), v.Target().ConnectorID)
	if directory.CodeOf(err) == directory.NotFound {
		return v, true, nil // deleted by whoever tries things out
	}
	if err != nil {
		return v, true, err
	}
	v.Known, v.Pauses = true, t.Pauses()
	v.Progress, err = s.Store.Progress(r.Context(), t.ID)
	return v, true, err
}

// showDemoTargets is a whole page, or for htmx the part that changes.
func (s *Server) showDemoTargets(w http.ResponseWriter, r *http.Request) error {
	v, ok, err := s.demoTargets(r)
	if err != nil {
		return err
	}
	if !ok {
		return notFound(w, r)
	}
	if partial(r) {
		if r.URL.Query().Get("seen") == v.Stamp() {
			w.WriteHeader(http.StatusNoContent)
			return nil
		}
		return s.render(w, r, http.StatusOK, views.DemoTargetState(v))
	}
	v.Shell = s.shell(r, views.NavTargets, "Demo targets")
	return s.render(w, r, http.StatusOK, views.DemoTargets(v))
}

// setTrouble answers with the page, where the outcome shows.
func (s *Server) setTrouble(w http.ResponseWriter, r *http.Request) error {
	v, ok, err := s.demoTargets(r)
	if err != nil {
		return err
	}
	if !ok {
		return notFound(w, r)
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	t, known := views.TroubleNamed(f.Get("trouble"))
	if !known {
		return incompleteForm()
	}
	if err := s.Demo.SetTrouble(r.Context(), v.Target().Kind, t); err != nil {
		return err
	}
	flash(r, views.TroubleFlash(v.Target(), t))
	return s.redirect(w, r, views.TargetURL(v.Target().Kind))
}

// changeSampleUsers gives the targets something to do.
func (s *Server) changeSampleUsers(w http.ResponseWriter, r *http.Request) error {
	if s.Demo == nil {
		return notFound(w, r)
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	n, err := s.Demo.ChangeSampleUsers(r.Context())
	if err != nil {
		return err
	}
	flash(r, ui.Flash{Tone: ui.Info, Title: "Changed " + strconv.Itoa(n) + " sample users", Text: "Each has another department and title now. Watch them arrive."})
	for _, t := range s.Demo.Targets(0) {
		if t.Kind == f.Get("kind") {
			return s.redirect(w, r, views.TargetURL(t.Kind))
		}
	}
	return s.redirect(w, r, views.TargetsURL)
}

// showTargetsMoved leads from where the page was.
func (s *Server) showTargetsMoved(w http.ResponseWriter, r *http.Request) error {
	if s.Demo == nil {
		return notFound(w, r)
	}
	return s.redirect(w, r, views.TargetsURL)
}
