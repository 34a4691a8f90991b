package handlers

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"

	"usher/auth"
	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

// refusal is a request that the door itself turns away.
type refusal struct {
	status      int
	title, text string
	next        string
}

func (e *refusal) Error() string { return e.title + ": " + e.text }

func notFound(http.ResponseWriter, *http.Request) error {
	return &refusal{http.StatusNotFound, "This page does not exist", "The address is wrong, or what it showed is gone.",
		"Check the address, or go to the overview."}
}

func methodNotAllowed(http.ResponseWriter, *http.Request) error {
	return &refusal{http.StatusMethodNotAllowed, "This address cannot be opened like that",
		"It only receives a form of another page.", "Go to the overview and start from there."}
}

func tooManyRequests(http.ResponseWriter, *http.Request) error {
	return &refusal{http.StatusTooManyRequests, "Too many tries", "Too many requests came from your address in a short time.",
		"Wait a minute, then try again."}
}

func crossSite(http.ResponseWriter, *http.Request) error {
	return &refusal{http.StatusForbidden, "This request came from another site",
		"To protect you, Usher accepts forms from its own pages only.", "Open the page in Usher and send the form again."}
}

// statusOf is the one map from failures to statuses. A refused blocking act is 422 here: the person's input was not
// taken (the SCIM API answers 502).
func statusOf(err error) int {
	if e, ok := errors.AsType[*refusal](err); ok {
		return e.status
	}
	if _, ok := errors.AsType[*auth.LockedError](err); ok {
		return http.StatusTooManyRequests
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge
	}
	switch directory.CodeOf(err) {
	case directory.Invalid, directory.Rejected:
		return http.StatusUnprocessableEntity
	case directory.Conflict, directory.InUse:
		return http.StatusConflict
	case directory.NotFound:
		return http.StatusNotFound
	}
	return http.StatusInternalServerError
}

// problemOf says what went wrong in words for people. Nothing internal is in it but the reference.
func problemOf(err error, reference string) views.Problem {
	home := []ui.Action{{Label: "Go to the overview", Href: "/", Variant: ui.Outline}}
	if e, ok := errors.AsType[*refusal](err); ok {
		return views.Problem{Title: e.title, Text: e.text, Next: e.next, Actions: home}
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return views.Problem{Title: "The form is too large", Text: "A form can have at most 1 MiB.", Next: "Send less at once.", Actions: home}
	}
	if e, ok := errors.AsType[*directory.Error](err); ok {
		return views.Problem{Title: cmp.Or(publicTitle(err), titleOf(e.Code)), Text: e.Message, Actions: home}
	}
	return views.Problem{Title: "Something went wrong", Text: "Usher could not do this because of an internal error. Nothing that you entered caused it.",
		Next: "Try again. If it happens again, look for the reference below in the server's log.", Reference: reference, Actions: home}
}

func titleOf(c directory.Code) string {
	switch c {
	case directory.NotFound:
		return "This does not exist"
	case directory.Conflict:
		return "This cannot be saved as it is"
	case directory.InUse:
		return "This is in use"
	case directory.Rejected:
		return "A target refused this"
	}
	return "This cannot be done"
}

// formError is the failure that a form shows beside its fields, with the status of the answer; ok is false for
// failures that want a page of their own.
func formError(err error) (e *directory.Error, status int, ok bool) {
	e, ok = errors.AsType[*directory.Error](err)
	if !ok || e.Code == directory.NotFound {
		return nil, 0, false
	}
	if status = statusOf(err); status != http.StatusTooManyRequests {
		status = http.StatusUnprocessableEntity
	}
	return e, status, true
}

// setRetryAfter tells programs what the page tells people.
func setRetryAfter(w http.ResponseWriter, err error) {
	if l, ok := errors.AsType[*auth.LockedError](err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(l.Wait.Seconds())+1))
	}
}

// gone reports that the visitor left before the answer, which is nobody's failure.
func gone(r *http.Request, err error) bool {
	return errors.Is(err, context.Canceled) && r.Context().Err() != nil
}
