package oidc_test

import (
	"testing"
	"time"

	"usher/auth/oidc"
	"usher/directory"
)

// While one sign-in waits for a target, another of the same person is told to wait, too.
func TestStagedUserIsNotSignedIn(t *testing.T) {
	w := newFixture(t)
	u := directory.User{ID: directory.NewID(), UserName: "ada", Source: directory.JIT, Active: true}
	u.Arrival.Identity = directory.Identity{ConnectionID: w.signIn.ConnectionID, Issuer: w.signIn.Issuer, Subject: ada.Subject}
	w.must(w.db.CreateUser(t.Context(), u, w.Directory.Change(admin, directory.ActionUserCreate, u.ID, u.UserName), time.Now().Add(time.Minute)))
	_, err := w.arrive(ada)
	if f := failed(t, err, oidc.Clash); f.Title != "Your account is being set up" {
		t.Error(f.Title)
	}
}
