package main

import "testing"

// TestSyncEndsWithEverybodyInStep: a measurement is over when all users are in step, and not when none is due.
func TestSyncEndsWithEverybodyInStep(t *testing.T) {
	const users = 300
	r, err := measureSync(t.Context(), t.TempDir(), users, &far{}, "")
	if err != nil || r.RequestsPerUser != 1 || r.ResyncRequests != 0 {
		t.Errorf("%+v: %v", r, err)
	}
}
