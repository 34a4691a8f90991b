package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"usher/auth"
	"usher/directory"
)

func TestPageMapsErrors(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	for _, c := range []struct {
		err    error
		status int
		says   string
	}{
		{&directory.Error{Code: directory.Invalid, Message: "Seven is right."}, 422, "Seven is right."},
		{&directory.Error{Code: directory.Conflict, Message: "Taken."}, 409, "Taken."},
		{&directory.Error{Code: directory.InUse, Message: "Used by HR."}, 409, "Used by HR."},
		{fmt.Errorf("wrapped: %w", &directory.Error{Code: directory.NotFound, Message: "No such user."}), 404, "No such user."},
		{&directory.Error{Code: directory.Rejected, Message: "Warehouse said no.", Err: errors.New("dsn=secret")}, 422, "Warehouse said no."},
		{&directory.Error{Code: directory.Invalid, Message: "Wait.", Err: &auth.LockedError{Wait: time.Minute}}, 429, "Wait."},
		{errors.New("dsn=secret"), 500, "Something went wrong"},
	} {
		w := httptest.NewRecorder()
		h.page(func(http.ResponseWriter, *http.Request) error { return c.err })(w, httptest.NewRequest("GET", "/", nil))
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%v: %d %s", c.err, w.Code, w.Body)
		}
		if got := w.Header().Get("Retry-After"); (got != "") != (c.status == 429) {
			t.Errorf("%v: Retry-After %q", c.err, got)
		}
		if strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%v: the page shows the cause", c.err)
		}
		if logged := strings.Contains(h.log.String(), "request failed"); logged != (c.status == 500) {
			t.Errorf("%v: logged %v", c.err, logged)
		}
	}
	if n := strings.Count(h.log.String(), "dsn=secret"); n != 1 {
		t.Errorf("the internal error is logged %d times, want once", n)
	}
}

func TestInternalErrorHasAReference(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	h.store.Fail(errors.New("disk on fire"))
	res := h.browser(t).get("/signin")
	reference := res.doc.Find(".problem-reference").Text()
	reference = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(reference), "Reference"))
	if res.code != 500 || len(reference) != 10 || !strings.Contains(h.log.String(), reference) {
		t.Errorf("%d, reference %q, log %s", res.code, reference, h.log)
	}
	if strings.Contains(res.text, "fire") {
		t.Error("the page shows the cause")
	}
}

func TestHtmxGetsAMessage(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("HX-Request", "true")
	w := httptest.NewRecorder()
	h.page(func(http.ResponseWriter, *http.Request) error { return errors.New("x") })(w, r)
	if strings.Contains(w.Body.String(), "<html") || w.Header().Get("HX-Retarget") != "#toaster" || !strings.Contains(w.Body.String(), "Reference:") {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
}

func TestPanicIsAnError(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	w := httptest.NewRecorder()
	h.recoverPanics(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") })).
		ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != 500 || strings.Contains(w.Body.String(), "boom") || !strings.Contains(h.log.String(), "boom") {
		t.Errorf("%d %s %s", w.Code, w.Body, h.log)
	}
}

func TestVisitorWhoLeftIsNoFailure(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h.page(func(_ http.ResponseWriter, r *http.Request) error { return r.Context().Err() })(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/", nil))
	if h.log.String() != "" {
		t.Errorf("logged: %s", h.log)
	}
}

func TestLogHasRoutesAndNoTokens(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	h.browser(t).get("/setup?token=verysecret")
	if l := h.log.String(); strings.Contains(l, "verysecret") || !strings.Contains(l, "route=/setup status=404") {
		t.Errorf("log: %s", l)
	}
}

func TestUnknownPageAndMethod(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	h.admin(t)
	b := h.signedIn(t)
	res := b.get("/nowhere")
	if res.code != 404 || res.doc.Find("nav").Length() == 0 {
		t.Errorf("%d, and the console is not around it", res.code)
	}
	if res := b.get("/signout"); res.code != 405 {
		t.Errorf("GET /signout: %d", res.code)
	}
	if res := b.get("/settings"); res.code != 200 {
		t.Errorf("a GET signed the visitor out: %d", res.code)
	}
}
