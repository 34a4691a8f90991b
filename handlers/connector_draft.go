package handlers

import (
	"sync"
	"time"

	"usher/directory"
)

const (
	draftLife      = 30 * time.Minute
	draftsPerAdmin = 5
	draftsInAll    = 200
)

// connectorDraft is what was typed into the wizard and not saved yet.
type connectorDraft struct {
	adminID      string
	connectionID string
	kind         string
	settings     directory.Settings
	keptAt       time.Time
	finished     bool // and saved: only this is remembered, without settings
}

// connectorDrafts keeps drafts in memory only: they hold secrets, which must neither go back to the browser nor be
// written before somebody presses Finish. The zero value is ready.
type connectorDrafts struct {
	mu      sync.Mutex
	byToken map[string]connectorDraft
}

// keep remembers a draft under a token that nobody can guess; the oldest goes when there are too many.
func (d *connectorDrafts) keep(now time.Time, draft connectorDraft) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.byToken == nil {
		d.byToken = map[string]connectorDraft{}
	}
	for token, old := range d.byToken {
		if old.expired(now) {
			delete(d.byToken, token)
		}
	}
	d.makeRoom(draftsPerAdmin, func(old connectorDraft) bool { return old.adminID == draft.adminID })
	d.makeRoom(draftsInAll, func(connectorDraft) bool { return true })
	draft.keptAt = now
	token := directory.NewToken()
	d.byToken[token] = draft
	return token
}

func (d *connectorDrafts) makeRoom(most int, counts func(connectorDraft) bool) {
	n, oldest := 0, ""
	for token, old := range d.byToken {
		if !counts(old) {
			continue
		}
		n++
		if oldest == "" || old.keptAt.Before(d.byToken[oldest].keptAt) {
			oldest = token
		}
	}
	if n >= most {
		delete(d.byToken, oldest)
	}
}

func (c connectorDraft) expired(now time.Time) bool { return now.Sub(c.keptAt) >= draftLife }

// find gives a draft to the administrator who made it, and for its connection only.
func (d *connectorDrafts) find(now time.Time, token, adminID, connectionID string) (connectorDraft, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	draft, ok := d.byToken[token]
	if !ok || draft.finished || draft.expired(now) || draft.adminID != adminID || draft.connectionID != connectionID {
		return connectorDraft{}, false
	}
	return draft, true
}

// finish forgets what was typed, and remembers that it was saved.
func (d *connectorDrafts) finish(token string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	draft := d.byToken[token]
	draft.settings, draft.finished = directory.Settings{}, true
	d.byToken[token] = draft
}

// saved reports that the administrator finished this draft before.
func (d *connectorDrafts) saved(token, adminID, connectionID string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	draft := d.byToken[token]
	return draft.finished && draft.adminID == adminID && draft.connectionID == connectionID
}

func (d *connectorDrafts) drop(token string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.byToken, token)
}
