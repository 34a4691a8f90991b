// Package server is the SCIM 2.0 service provider (RFC 7643, RFC 7644, RFC 9865): the door for programs. It turns
// requests into the acts of directory, as the console does. It is not for people, cookies or SQL.
package server

import (
	"context"

	"usher/directory"
	"usher/scim/filter"
)

// Store is what the API reads. What it changes goes through directory.Directory.
type Store interface {
	User(ctx context.Context, id string) (directory.User, error)
	Group(ctx context.Context, id string) (directory.Group, error)
	GroupsOf(ctx context.Context, userIDs []string) (map[string][]directory.GroupRef, error)
	// FindUsers and FindGroups answer a list; a filter that cannot be answered is a *scim.Error with invalidFilter.
	FindUsers(ctx context.Context, q filter.Query) (filter.Page[directory.User], error)
	FindGroups(ctx context.Context, q filter.Query) (filter.Page[directory.Group], error)
	// ClientIDs are a client's names for some users ("user") or groups ("group"), by resource ID.
	ClientIDs(ctx context.Context, client, kind string, resourceIDs []string) (map[string]string, error)
	// Members is a page of a group's members in a stable order, after the user with this ID.
	Members(ctx context.Context, groupID, afterUserID string, limit int) ([]directory.Member, error)
}
