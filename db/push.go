package db

import (
	"context"

	"usher/directory"
	"usher/provisioning"
)

// SetPushedGroups implements directory.Store.
func (s *Store) SetPushedGroups(ctx context.Context, connectorID string, groupIDs []string, c directory.Change) error {
	return noConnector()
}

// RetryGroup implements directory.Store.
func (s *Store) RetryGroup(ctx context.Context, connectorID, groupID, approve string, c directory.Change) error {
	return noGroup()
}

// PushedGroups are the groups chosen by hand for a connector, by name.
func (s *Store) PushedGroups(ctx context.Context, connectorID string) ([]directory.Group, error) {
	return nil, nil
}

// GroupPushes lists the groups at a connector that are pushed or were, by name; after is the cursor of a page.
func (s *Store) GroupPushes(ctx context.Context, connectorID, after string, n int) (provisioning.GroupPushPage, error) {
	return provisioning.GroupPushPage{}, nil
}

// PushesOf lists the connectors where a group is pushed or was, by connection.
func (s *Store) PushesOf(ctx context.Context, groupID string) ([]provisioning.GroupPush, error) {
	return nil, nil
}
