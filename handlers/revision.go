package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"usher/directory"
	"usher/views"
)

// revisionStore says who wrote last, and marks secrets for comparison.
type revisionStore interface {
	// LastChange is the newest change of a target by one of these actions; ok is false when there was none.
	LastChange(ctx context.Context, target string, actions ...string) (c directory.Change, ok bool, err error)
	// MarkSecret tells a secret at a place from another one there, and says nothing about either; "" for none.
	MarkSecret(place string, secret directory.Secret) string
}

// revisedForm is something stored as its form shows it. Every form that changes something stored goes through it: open
// when the form is shown, merge when it comes back.
type revisedForm struct {
	revision int64
	noun     string // what it is, for people
	entries  []views.Entry
	target   string   // of its changes
	actions  []string // that its form does
	reload   string   // where the form is opened afresh
}

func (f revisedForm) text() string { return strconv.FormatInt(f.revision, 10) }

// open is the beginning of a form that nobody typed into yet.
func (f revisedForm) open() views.Revised {
	return views.Revised{Revision: f.text(), Base: views.Base(f.entries)}
}

// mergedForm is a form that came back, put together with what is stored now.
type mergedForm struct {
	form     url.Values    // to be read: what the person wants, over what is stored
	revision int64         // that a save names
	revised  views.Revised // for showing the form again
	stale    bool          // somebody else changed the same form, and the person has not seen it or not chosen yet
}

// merge compares a form with what is stored. A form without a revision is not one of ours.
func (s *Server) merge(r *http.Request, f url.Values, now revisedForm) (mergedForm, error) {
	m := mergedForm{form: f, revision: now.revision, revised: views.Revised{Revision: now.text(), Base: f.Get(views.BaseField)}}
	read, err := readRevision(f)
	if err != nil {
		return m, err
	}
	seen := read == now.revision
	if seen && !f.Has(views.SeenField) {
		return m, nil
	}
	merged, rows, changed := views.Merge(m.revised.Base, now.entries, f, seen)
	if !changed { // the other save was about something that this form does not show
		return m, nil
	}
	m.form = merged
	o := &views.EditConflict{Noun: now.noun, Rows: rows, Now: s.Now(), Asked: seen, Reload: now.reload}
	c, ok, err := s.Store.LastChange(r.Context(), now.target, now.actions...)
	if err != nil {
		return m, err
	}
	if ok {
		o.Who, o.At = c.Actor.Name, c.At
		me := actor(r)
		if visitOf(r).public {
			me = userActor(r)
		}
		o.Mine = me.ID != "" && c.Actor.Kind == me.Kind && c.Actor.ID == me.ID
	}
	m.revised.Conflict, m.stale = o, !o.Asked || o.Open()
	return m, nil
}

// readRevision is the revision that a form, or a button, was shown with.
func readRevision(f url.Values) (int64, error) {
	n, err := strconv.ParseInt(f.Get(views.RevisionField), 10, 64)
	if err != nil || n <= 0 {
		return 0, incompleteForm()
	}
	return n, nil
}

// withRevision fills in the revision for a form that is only tried: that saves nothing, so it can overwrite nothing.
func withRevision(f url.Values, revision int64) url.Values {
	if !f.Has(views.RevisionField) {
		f.Set(views.RevisionField, strconv.FormatInt(revision, 10))
	}
	return f
}

type mergedAgainKey struct{}

// mergeAgain repeats the handler of a form whose write met another one after the two were compared: now it shows the other one. Other
// failures stay as they are.
func mergeAgain(w http.ResponseWriter, r *http.Request, handler func(http.ResponseWriter, *http.Request) error, err error) error {
	e, ok := errors.AsType[*directory.Error](err)
	if !ok || !changedMeanwhile(e) || r.Context().Value(mergedAgainKey{}) != nil {
		return err
	}
	return handler(w, r.WithContext(context.WithValue(r.Context(), mergedAgainKey{}, true)))
}
