package fakekit

import (
	"slices"
	"sync"
	"time"
)

// Watch notices what a good client never does: writes of one thing that overlap, a create that is sent again blindly
// after its outcome was not known, and what the fake reports. The zero value is ready. It is safe for concurrent use.
type Watch struct {
	mu       sync.Mutex
	writing  map[string]int  // by path, how many write it now
	doubt    map[string]bool // names whose create had no certain outcome, until the client looks
	overlaps []string
	broken   []string
}

// Write serves a request that counts as a writer of the path meanwhile, and takes at least so long. An empty path is not
// watched. With busy, a second writer at the same time gets what busy says, and does not count as an overlap.
func (w *Watch) Write(path string, takes time.Duration, busy func() Reply, serve func() Reply) Reply {
	if path != "" {
		if !w.enter(path, busy != nil) {
			return busy()
		}
		defer w.leave(path)
	}
	if takes > 0 {
		time.Sleep(takes)
	}
	return serve()
}

func (w *Watch) enter(path string, alone bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if alone && w.writing[path] > 0 {
		return false
	}
	if w.writing == nil {
		w.writing = map[string]int{}
	}
	if w.writing[path]++; w.writing[path] > 1 {
		w.overlaps = append(w.overlaps, path)
		w.broken = append(w.broken, "writes of one thing overlap: "+path)
	}
	return true
}

func (w *Watch) leave(path string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.writing[path]--; w.writing[path] == 0 {
		delete(w.writing, path)
	}
}

// Created follows a create of a thing with this name. After one that was not certain, the client must look for the name
// before it sends another.
func (w *Watch) Created(name string, certain bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.doubt[name] {
		w.broken = append(w.broken, "create of "+name+" sent again without a look")
	}
	delete(w.doubt, name)
	if !certain {
		if w.doubt == nil {
			w.doubt = map[string]bool{}
		}
		w.doubt[name] = true
	}
}

// Looked says that the client looked for the names that looks reports.
func (w *Watch) Looked(looks func(name string) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for name := range w.doubt {
		if looks(name) {
			delete(w.doubt, name)
		}
	}
}

// Violated reports what the client did, and must never do.
func (w *Watch) Violated(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = append(w.broken, what)
}

// Violations are all that was noticed, in the order in which it was.
func (w *Watch) Violations() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.broken)
}

// Overlaps are the paths that were written twice at the same time.
func (w *Watch) Overlaps() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.overlaps)
}
