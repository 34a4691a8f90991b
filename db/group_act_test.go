package db_test

import (
	"context"
	"testing"
	"time"

	"usher/db"
	"usher/directory"
)

// hasty is a store in which somebody writes right after a group was read.
type hasty struct {
	*db.Store
	meanwhile func(g directory.Group)
}

func (h *hasty) Group(ctx context.Context, id string) (directory.Group, error) {
	g, err := h.Store.Group(ctx, id)
	if do := h.meanwhile; err == nil && do != nil {
		h.meanwhile = nil
		do(g)
	}
	return g, err
}

type nobodyWaits struct{}

func (nobodyWaits) Wake() {}
func (nobodyWaits) ProvisionNow(context.Context, string, []directory.Provisioner) []directory.Outcome {
	return nil
}

// Whoever changes members does not give a group the name back that it had when they looked.
func TestMembersAndNameMeanwhile(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("grace")
		g := w.group("Old name")
		h := &hasty{Store: w.Store, meanwhile: func(g directory.Group) {
			g.DisplayName = "New name"
			w.update(g, directory.MemberChange{})
		}}
		d := &directory.Directory{Store: h, Engine: nobodyWaits{}, Now: func() time.Time { return at }}
		w.must(d.ChangeMembers(ctx, g.ID, directory.MemberChange{Add: []string{u.ID}}, directory.Actor{Kind: directory.ByAdmin, ID: "a"}))
		now, err := w.Group(ctx, g.ID)
		w.must(err)
		same(t, "name", now.DisplayName, "New name")
		same(t, "members", w.members(now), "[grace]")
		wantCode(t, d.ChangeMembers(ctx, "none", directory.MemberChange{}, directory.Actor{}), directory.NotFound)
	})
}
