package db

import (
	"context"
	"errors"

	"usher/directory"
)

var errNoGroups = errors.New("groups are not built yet")

func (s *Store) Group(ctx context.Context, id string) (directory.Group, error) {
	return directory.Group{}, errNoGroups
}
func (s *Store) GroupsByName(ctx context.Context, keys []string) ([]directory.Group, error) {
	return nil, errNoGroups
}
func (s *Store) CreateGroup(ctx context.Context, g directory.Group, members []string, c directory.Change) error {
	return errNoGroups
}
func (s *Store) UpdateGroup(ctx context.Context, g directory.Group, m directory.MemberChange, c directory.Change) (bool, error) {
	return false, errNoGroups
}
func (s *Store) DeleteGroup(ctx context.Context, id string, c directory.Change) error { return errNoGroups }
func (s *Store) GroupsOf(ctx context.Context, userIDs []string) (map[string][]directory.GroupRef, error) {
	return nil, nil
}
func (s *Store) SetGroupsOf(ctx context.Context, userID string, groupIDs []string, c directory.Change) (bool, error) {
	return false, errNoGroups
}
func (s *Store) SetScope(ctx context.Context, connectionID string, groupIDs []string, c directory.Change) error {
	return errNoGroups
}
