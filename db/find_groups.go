package db

import (
	"context"
	"fmt"

	"usher/directory"
	"usher/scim/filter"
)

// FindGroups answers a SCIM list of groups. The filter means what filter.Match says; members are live users. A filter
// or an order that is not possible is a *scim.Error.
func (s *Store) FindGroups(ctx context.Context, q filter.Query) (filter.Page[directory.Group], error) {
	p, err := find(ctx, s, groups(), groupScope{groups(), q.Client}, q, scanGroup)
	if err != nil {
		return p, fmt.Errorf("find groups: %w", err)
	}
	return p, nil
}

// groupScope is the attributes of groups.
type groupScope struct {
	resource
	client string
}

func (s groupScope) compare(c filter.Compare) (term, error) {
	if t, ok, err := s.common(c, s.client); ok {
		return t, err
	}
	if c.Ref.Attr.Name == "members" {
		return s.elements(memberElement{s.resource}, c)
	}
	return term{}, unsearchable(c.Ref)
}

func (s groupScope) where(w filter.Where) (term, error) {
	if w.Ref.Path() != "members" {
		return term{}, unsearchable(w.Ref)
	}
	return s.elements(memberElement{s.resource}, w.Expr)
}
