package handlers

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"runtime/debug"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"usher/views"
	"usher/views/ui"
)

// page makes a handler of a function that can fail. It is the one place that turns an error into a page, or into a
// message when htmx asked for a part of one; what is not for people is logged here, once, under a reference.
func (s *Server) page(fn func(w http.ResponseWriter, r *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := fn(w, r); err != nil {
			s.fail(w, r, err)
		}
	}
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if gone(r, err) {
		return
	}
	status, reference := statusOf(err), ""
	if status >= http.StatusInternalServerError {
		reference = rand.Text()[:10]
		s.Log.ErrorContext(r.Context(), "request failed", "reference", reference, "method", r.Method, "route", routeOf(r), "err", err)
	}
	setRetryAfter(w, err)
	if err := s.showProblem(w, r, status, problemOf(err, reference)); err != nil {
		s.Log.ErrorContext(r.Context(), "error page failed", "reference", reference, "err", err)
		http.Error(w, "Something went wrong. Reference: "+reference, http.StatusInternalServerError)
	}
}

func (s *Server) showProblem(w http.ResponseWriter, r *http.Request, status int, p views.Problem) error {
	if visitOf(r).public {
		return s.showPublicProblem(w, r, status, p)
	}
	if partial(r) {
		w.Header().Set("HX-Retarget", "#toaster")
		w.Header().Set("HX-Reswap", "beforeend")
		text := p.Text
		if p.Reference != "" {
			text += " Reference: " + p.Reference
		}
		return s.write(w, r, status, ui.Toast(ui.Flash{Tone: ui.Danger, Title: p.Title, Text: text}))
	}
	sh := views.Shell{Title: p.Title, Admin: visitOf(r).admin.UserName, Demo: s.Demo != nil, Outbox: s.outboxInSidebar(), Crumbs: []ui.Crumb{{Label: p.Title}}}
	return s.write(w, r, status, views.ErrorPage(sh, p))
}

// render answers with a page or a part of one. The session is saved first, since its cookie goes before the body.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	t, typed := interruptedForm{}, false
	if status == http.StatusOK {
		t, typed = s.takeTyped(r)
	}
	if err := visitOf(r).save(w, r); err != nil {
		return err
	}
	if !typed {
		return s.write(w, r, status, c)
	}
	return s.writeWith(w, r, status, c, func(page []byte) ([]byte, error) { return s.refill(r.Context(), page, t) })
}

// write renders into memory first, so that a failing template is an error page and not half a page.
func (s *Server) write(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	return s.writeWith(w, r, status, c, func(page []byte) ([]byte, error) { return page, nil })
}

func (s *Server) writeWith(w http.ResponseWriter, r *http.Request, status int, c templ.Component, change func([]byte) ([]byte, error)) error {
	var buf bytes.Buffer
	if err := c.Render(r.Context(), &buf); err != nil {
		return fmt.Errorf("render the page: %w", err)
	}
	page, err := change(buf.Bytes())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(page) // the visitor may have left
	return nil
}

// redirect sends the browser to a local page after something was done.
func (s *Server) redirect(w http.ResponseWriter, r *http.Request, to string) error {
	if err := visitOf(r).save(w, r); err != nil {
		return err
	}
	if partial(r) { // following a 303 would put the whole page into the part
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// partial reports whether htmx asked for a part of a page.
func partial(r *http.Request) bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-Request-Type") != "full" && r.Header.Get("HX-Boosted") != "true"
}

// form reads the posted fields, at most as many bytes as limitBody allows.
func form(r *http.Request) (url.Values, error) {
	err := r.ParseForm()
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && kind == "multipart/form-data" {
		err = r.ParseMultipartForm(maxForm)
	}
	if err != nil && statusOf(err) != http.StatusRequestEntityTooLarge {
		return nil, &refusal{http.StatusBadRequest, "The form cannot be read", "It arrived incomplete or in another form than Usher sends it.",
			"Open the page again and repeat your entry."}
	}
	if err != nil {
		return nil, err
	}
	return r.PostForm, nil
}

// shell is what a page has around it; the message left by the page before is shown once.
func (s *Server) shell(r *http.Request, nav, title string, crumbs ...ui.Crumb) views.Shell {
	v := visitOf(r)
	return views.Shell{Title: title, Nav: nav, Crumbs: append(crumbs, ui.Crumb{Label: title}), Admin: v.admin.UserName,
		Flash: v.takeFlash(), Demo: s.Demo != nil, Outbox: s.outboxInSidebar()}
}

// recoverPanics makes a panic an ordinary internal error, with its stack in the log.
func (s *Server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler { //nolint:errorlint // net/http compares it like this
				panic(v)
			}
			s.fail(w, r, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
		}()
		next.ServeHTTP(w, r)
	})
}

// routeOf is the pattern, not the path: paths have IDs in them, and queries tokens.
func routeOf(r *http.Request) string {
	if c := chi.RouteContext(r.Context()); c != nil {
		return c.RoutePattern()
	}
	return ""
}
