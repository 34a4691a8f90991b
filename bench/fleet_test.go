package main

import (
	"testing"
	"time"
)

// TestFleetSeesEveryLeaverRemoved: each of them is measured, and the back-fill goes on meanwhile.
func TestFleetSeesEveryLeaverRemoved(t *testing.T) {
	r, err := measureFleet(t.Context(), t.TempDir(), fleet{users: 1000, leavers: 5, latency: 5 * time.Millisecond})
	if err != nil || r.P50 <= 0 || r.Max < r.P50 || r.AtOnce < 2 {
		t.Errorf("%+v: %v", r, err)
	}
}
