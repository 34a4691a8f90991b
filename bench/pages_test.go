package main

import (
	"path/filepath"
	"testing"

	"usher/db/pgtest"
)

// TestPagesAreAllThere: every page of the router is asked, on both databases, and there is something on it.
func TestPagesAreAllThere(t *testing.T) {
	for name, dsn := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "usher.db") },
		"postgres": func(t *testing.T) string { return pgtest.Empty(t) },
	} {
		t.Run(name, func(t *testing.T) {
			r, err := measurePages(t.Context(), t.TempDir(), []string{dsn(t)}, []int{300}, 500, "")
			if err != nil || len(r.Pages) < 100 {
				t.Errorf("%d pages: %v", len(r.Pages), err)
			}
		})
	}
}
