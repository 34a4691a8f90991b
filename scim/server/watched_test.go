package server_test

import (
	"context"
	"errors"

	"usher/directory"
	"usher/scim/server"
)

// watched counts, and fails on demand.
type watched struct {
	server.Store
	members, most int
	failAfter     int // pages of members; 0: never
	before        func(id string)
}

func (w *watched) Members(ctx context.Context, groupID, after string, limit int) ([]directory.Member, error) {
	w.members++
	w.most = max(w.most, limit)
	if w.failAfter > 0 && w.members > w.failAfter {
		return nil, errors.New("the disk is full")
	}
	return w.Store.Members(ctx, groupID, after, limit)
}

// User lets somebody else write between the reading and the writing.
func (w *watched) User(ctx context.Context, id string) (directory.User, error) {
	u, err := w.Store.User(ctx, id)
	if f := w.before; f != nil {
		w.before = nil
		f(id)
	}
	return u, err
}

func (w *watched) Group(ctx context.Context, id string) (directory.Group, error) {
	g, err := w.Store.Group(ctx, id)
	if f := w.before; f != nil {
		w.before = nil
		f(id)
	}
	return g, err
}
