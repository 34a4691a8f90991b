package server

import (
	"context"
	"hash/fnv"
	"maps"
	"net/http"
	"sync"

	"usher/directory"
	"usher/scim"
	"usher/scim/patch"
	"usher/scim/schema"
)

func (s *Server) showGroups(ctx context.Context, client string, sel *schema.Selection, gs ...directory.Group) ([]*resource, error) {
	ids := make([]string, len(gs))
	for i, g := range gs {
		ids[i] = g.ID
	}
	external, err := s.externalIDs(ctx, client, groups, sel, ids)
	if err != nil {
		return nil, err
	}
	withMembers := shows(groups, sel, "members")
	out := make([]*resource, len(gs))
	for i, g := range gs {
		body := s.groupResource(g, external[g.ID])
		sel.Project(body)
		out[i] = &resource{body: body, selection: sel}
		if withMembers {
			out[i].group = g.ID
		}
	}
	return out, nil
}

// groupResource is a group in SCIM's names, without its members.
func (s *Server) groupResource(g directory.Group, externalID string) map[string]any {
	m := s.head(groups, g.ID, g.Version, g.CreatedAt, g.UpdatedAt)
	m["displayName"] = g.DisplayName
	put(m, "externalId", externalID)
	return m
}

func (s *Server) showGroup(ctx context.Context, c *call, status int, g directory.Group) (answer, error) {
	sel, err := schema.Select(schema.Group(), c.params.attributes, c.params.excluded)
	if err != nil {
		return answer{}, err
	}
	shown, err := s.showGroups(ctx, c.client(), sel, g)
	if err != nil {
		return answer{}, err
	}
	return answer{status: status, location: s.location(groups, g.ID), version: etag(g.Version), resource: shown[0]}, nil
}

func (s *Server) getGroup(ctx context.Context, c *call) (answer, error) {
	g, err := s.Store.Group(ctx, c.id)
	if err != nil {
		return answer{}, err
	}
	if c.ifNone != "" && names(c.ifNone, g.Version) {
		return answer{status: http.StatusNotModified, version: etag(g.Version), location: s.location(groups, g.ID)}, nil
	}
	return s.showGroup(ctx, c, http.StatusOK, g)
}

func (s *Server) createGroup(ctx context.Context, c *call) (answer, error) {
	g, ids, err := groupFrom(c)
	if err != nil {
		return answer{}, err
	}
	if g, err = s.Directory.CreateGroup(ctx, g, ids, c.token.Actor()); err != nil {
		return answer{}, err
	}
	if g, err = s.Store.Group(ctx, g.ID); err != nil {
		return answer{}, err
	}
	return s.showGroup(ctx, c, http.StatusCreated, g)
}

// groupFrom reads the body of a POST or PUT: the group, and the IDs of its members.
func groupFrom(c *call) (directory.Group, []string, error) {
	body := maps.Clone(c.body)
	assume(body, "schemas", []any{scim.GroupURN})
	if list, ok := member(body, "members").([]any); ok && len(list) > maxMembers {
		return directory.Group{}, nil, tooManyMembers(len(list))
	}
	if err := schema.Clean(schema.Group(), body); err != nil {
		return directory.Group{}, nil, err
	}
	var g directory.Group
	g.DisplayName, _ = body["displayName"].(string)
	external, _ := body["externalId"].(string)
	g.ClientID, g.SkipUnknown = directory.ClientID{Client: c.client(), Value: external}, c.token.SkipUnknownMembers
	list, _ := body["members"].([]any)
	return g, memberIDs(list), nil
}

func tooManyMembers(n int) error {
	return invalid(scim.TooMany, "The request names %d members; %d are the most. Add the others by PATCH.", n, maxMembers)
}

func memberIDs(list []any) []string {
	ids, seen := make([]string, 0, len(list)), make(map[string]bool, len(list))
	for _, x := range list {
		m, _ := x.(map[string]any)
		if id, _ := m["value"].(string); id != "" && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// replaceGroup is PUT: whoever the client left out of the members leaves the group.
func (s *Server) replaceGroup(ctx context.Context, c *call) (answer, error) {
	next, ids, err := groupFrom(c)
	if err != nil {
		return answer{}, err
	}
	g, err := s.rewriteGroup(ctx, c, func(g *directory.Group, _ string) (directory.MemberChange, error) {
		g.DisplayName, g.ClientID = next.DisplayName, next.ClientID
		return directory.MemberChange{Set: true, Add: ids}, nil
	})
	if err != nil {
		return answer{}, err
	}
	return s.showGroup(ctx, c, http.StatusOK, g)
}

// patchGroup changes members without reading those who stay.
func (s *Server) patchGroup(ctx context.Context, c *call) (answer, error) {
	ops, err := operationsOf(c.body)
	if err != nil {
		return answer{}, err
	}
	said, others, err := patch.SplitMembers(ops)
	if err != nil {
		return answer{}, err
	}
	if n := len(said.Add) + len(said.Remove); n > maxMembers {
		return answer{}, tooManyMembers(n)
	}
	change := directory.MemberChange{Set: said.Set, Clear: said.Clear, Add: said.Add, Remove: said.Remove}
	g, err := s.rewriteGroup(ctx, c, func(g *directory.Group, external string) (directory.MemberChange, error) {
		now := s.groupResource(*g, external)
		if _, err := patch.Apply(schema.Group(), now, others); err != nil {
			return change, err
		}
		g.DisplayName, _ = now["displayName"].(string)
		value, _ := now["externalId"].(string)
		g.ClientID = directory.ClientID{Client: c.client(), Value: value}
		return change, nil
	})
	if err != nil {
		return answer{}, err
	}
	brief, err := s.answersBriefly(ctx, c, g.ID)
	if err != nil {
		return answer{}, err
	}
	if brief {
		return answer{status: http.StatusNoContent, location: s.location(groups, g.ID), version: etag(g.Version)}, nil
	}
	return s.showGroup(ctx, c, http.StatusOK, g)
}

// shownMembers is the most members of a group that a PATCH shows without being asked for attributes.
const shownMembers = 200

// answersBriefly says whether a PATCH of the group is answered without a body (RFC 7644 §3.5.2): when the answer would
// have more members in it than a client that changed one of them wants to wait for.
func (s *Server) answersBriefly(ctx context.Context, c *call, id string) (bool, error) {
	if len(c.params.attributes) > 0 {
		return false, nil
	}
	sel, err := schema.Select(schema.Group(), nil, c.params.excluded)
	if err != nil || !shows(groups, sel, "members") {
		return false, err
	}
	some, err := s.Store.Members(ctx, id, "", shownMembers+1)
	return len(some) > shownMembers, err
}

// rewriteGroup writes what edit makes of the group as it is now, and of its members.
func (s *Server) rewriteGroup(ctx context.Context, c *call, edit func(g *directory.Group, external string) (directory.MemberChange, error)) (directory.Group, error) {
	turn := s.turn(c.id)
	turn.Lock()
	defer turn.Unlock()
	for try := 1; ; try++ {
		g, err := s.Store.Group(ctx, c.id)
		if err != nil {
			return g, err
		}
		if err := c.check(g.Version); err != nil {
			return g, err
		}
		external, err := s.Store.ClientIDs(ctx, c.client(), groups.key, []string{g.ID})
		if err != nil {
			return g, err
		}
		g.SkipUnknown = c.token.SkipUnknownMembers
		change, err := edit(&g, external[g.ID])
		if err != nil {
			return g, err
		}
		_, err = s.Directory.UpdateGroup(ctx, g, change, c.token.Actor())
		if c.again(err, try) {
			continue
		}
		if err != nil {
			return g, c.outcome(err)
		}
		return s.Store.Group(ctx, g.ID)
	}
}

// turn is what a writer of the group holds. Clients send the members of one group in many requests at once, and each
// would find that another one was quicker.
func (s *Server) turn(id string) *sync.Mutex {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return &s.turns[h.Sum32()%uint32(len(s.turns))]
}

func (s *Server) deleteGroup(ctx context.Context, c *call) error {
	if c.ifMatch != "" {
		g, err := s.Store.Group(ctx, c.id)
		if err != nil {
			return err
		}
		if err := c.check(g.Version); err != nil {
			return err
		}
	}
	return s.Directory.DeleteGroup(ctx, c.id, c.token.Actor())
}
