package server

import (
	"context"
	"crypto/rand"
	"maps"
	"net/http"
	"slices"
	"strings"

	"usher/directory"
	"usher/scim"
	"usher/scim/patch"
	"usher/scim/schema"
)

func (s *Server) showUsers(ctx context.Context, client string, sel *schema.Selection, us ...directory.User) ([]*resource, error) {
	ids := make([]string, len(us))
	for i, u := range us {
		ids[i] = u.ID
	}
	external, err := s.externalIDs(ctx, client, users, sel, ids)
	if err != nil {
		return nil, err
	}
	var in map[string][]directory.GroupRef
	if shows(users, sel, "groups") && len(ids) > 0 {
		if in, err = s.Store.GroupsOf(ctx, ids); err != nil {
			return nil, err
		}
	}
	out := make([]*resource, len(us))
	for i, u := range us {
		body := s.userResource(u, external[u.ID], in[u.ID])
		sel.Project(body)
		out[i] = &resource{body: body}
	}
	return out, nil
}

// externalIDs are the client's names for the resources, when the answer shows them.
func (s *Server) externalIDs(ctx context.Context, client string, k *kind, sel *schema.Selection, ids []string) (map[string]string, error) {
	if len(ids) == 0 || sel != nil && !shows(k, sel, "externalId") {
		return nil, nil
	}
	return s.Store.ClientIDs(ctx, client, k.key, ids)
}

func shows(k *kind, sel *schema.Selection, name string) bool {
	ref, ok := k.resourceType().Find(name)
	return ok && sel.Shows(ref)
}

// showUser answers with one user.
func (s *Server) showUser(ctx context.Context, c *call, status int, u directory.User) (answer, error) {
	sel, err := schema.Select(schema.User(), c.params.attributes, c.params.excluded)
	if err != nil {
		return answer{}, err
	}
	shown, err := s.showUsers(ctx, c.client(), sel, u)
	if err != nil {
		return answer{}, err
	}
	return answer{status: status, location: s.location(users, u.ID), version: etag(u.Version), resource: shown[0]}, nil
}

func (s *Server) getUser(ctx context.Context, c *call) (answer, error) {
	u, err := s.Store.User(ctx, c.id)
	if err != nil {
		return answer{}, err
	}
	if c.ifNone != "" && names(c.ifNone, u.Version) {
		return answer{status: http.StatusNotModified, version: etag(u.Version), location: s.location(users, u.ID)}, nil
	}
	return s.showUser(ctx, c, http.StatusOK, u)
}

func (s *Server) createUser(ctx context.Context, c *call) (answer, error) {
	body := maps.Clone(c.body)
	assume(body, "schemas", []any{scim.UserURN})
	assume(body, "active", true)
	if err := schema.Clean(schema.User(), body); err != nil {
		return answer{}, err
	}
	u := directory.User{Source: directory.SCIM, Active: true}
	if err := s.fill(ctx, c, &u, "", body); err != nil {
		return answer{}, err
	}
	u, _, err := s.Directory.CreateUser(ctx, u, c.token.Actor())
	if err != nil {
		return answer{}, err
	}
	if u, err = s.Store.User(ctx, u.ID); err != nil {
		return answer{}, err
	}
	return s.showUser(ctx, c, http.StatusCreated, u)
}

// assume gives an attribute that the client left out a value; names are in any case (RFC 7643 §2.1).
func assume(body map[string]any, name string, value any) {
	for key, v := range body {
		if strings.EqualFold(key, name) && v != nil {
			return
		}
	}
	body[name] = value
}

// replaceUser is PUT: what the client left out is cleared, but for the password and for active, which stays.
func (s *Server) replaceUser(ctx context.Context, c *call) (answer, error) {
	return s.rewriteUser(ctx, c, func(u directory.User, _ map[string]any) (map[string]any, error) {
		body := maps.Clone(c.body)
		assume(body, "schemas", []any{scim.UserURN})
		assume(body, "active", u.Active)
		return body, schema.Clean(schema.User(), body)
	})
}

func (s *Server) patchUser(ctx context.Context, c *call) (answer, error) {
	ops, err := operationsOf(c.body)
	if err != nil {
		return answer{}, err
	}
	kept := rand.Text() // stands for the password that there is, so that its removal can be seen
	return s.rewriteUser(ctx, c, func(u directory.User, now map[string]any) (map[string]any, error) {
		if u.PasswordHash != "" {
			now["password"] = kept
		}
		if _, err := patch.Apply(schema.User(), now, ops); err != nil {
			return nil, err
		}
		switch now["password"] {
		case kept:
			delete(now, "password")
		case nil:
			c.dropPassword = u.PasswordHash != ""
		}
		return now, nil
	})
}

// rewriteUser writes what edit makes of the user as it is now.
func (s *Server) rewriteUser(ctx context.Context, c *call, edit func(directory.User, map[string]any) (map[string]any, error)) (answer, error) {
	for try := 1; ; try++ {
		u, err := s.Store.User(ctx, c.id)
		if err != nil {
			return answer{}, err
		}
		if err := c.check(u.Version); err != nil {
			return answer{}, err
		}
		external, err := s.Store.ClientIDs(ctx, c.client(), users.key, []string{u.ID})
		if err != nil {
			return answer{}, err
		}
		now := s.userResource(u, external[u.ID], nil)
		next, err := edit(u, now)
		if err != nil {
			return answer{}, err
		}
		if err := s.fill(ctx, c, &u, external[u.ID], next); err != nil {
			return answer{}, err
		}
		_, err = s.Directory.UpdateUser(ctx, u, c.token.Actor())
		if c.again(err, try) {
			continue
		}
		if err != nil {
			return answer{}, c.outcome(err)
		}
		if u, err = s.Store.User(ctx, u.ID); err != nil {
			return answer{}, err
		}
		return s.showUser(ctx, c, http.StatusOK, u)
	}
}

// fill puts a clean resource into the user. external is what this client has called the user so far.
func (s *Server) fill(ctx context.Context, c *call, u *directory.User, external string, m map[string]any) error {
	p, err := profileOf(m)
	if err != nil {
		return err
	}
	if c.me {
		if err := onlyOwn(c.method == http.MethodPut, u, m, &p); err != nil {
			return err
		}
	}
	if p.Manager.Value == u.Manager.Value {
		p.Manager.DisplayName = u.Manager.DisplayName // read-only here; whoever wrote it knows the manager
	}
	u.Profile = p
	u.UserName, _ = m["userName"].(string)
	if active, ok := m["active"].(bool); ok {
		u.Active = active
	}
	if !slices.ContainsFunc(p.Emails, func(e directory.Email) bool { return directory.SameAddress(e.Value, u.VerifiedEmail) }) {
		u.VerifiedEmail = "" // the address is not theirs any more
	}
	now, _ := m["externalId"].(string)
	u.Arrival.ClientID = directory.ClientID{Client: c.client(), Value: now}
	if !c.me && (u.ExternalID == "" || u.ExternalID == external) {
		u.ExternalID = now
	}
	return s.setPassword(ctx, c, u, m)
}

func (s *Server) deleteUser(ctx context.Context, c *call) error {
	if c.ifMatch != "" {
		u, err := s.Store.User(ctx, c.id)
		if err != nil {
			return err
		}
		if err := c.check(u.Version); err != nil {
			return err
		}
	}
	_, err := s.Directory.DeleteUser(ctx, c.id, c.token.Actor())
	return err
}
