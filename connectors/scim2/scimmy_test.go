package scim2

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"usher/connectors"
	"usher/connectors/connectortest"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// independent is a SCIM service that is not ours, with a connector to it.
type independent struct {
	*connector
	url string
	t   *testing.T
}

// Update and UpdateGroup are the connector's without what the answer shows.
func (s independent) Update(ctx context.Context, id string, c connectors.Changes) error {
	_, err := s.connector.Update(ctx, id, c)
	return err
}

func (s independent) UpdateGroup(ctx context.Context, id string, g connectors.GroupProfile) error {
	_, err := s.connector.UpdateGroup(ctx, id, g)
	return err
}

// newIndependent starts scimmy. Without it the test is skipped, or fails when USHER_TEST_REQUIRE names it.
func newIndependent(t *testing.T, settings ...string) independent {
	t.Helper()
	without := func(why string) {
		if slices.Contains(strings.Split(os.Getenv("USHER_TEST_REQUIRE"), ","), "scimmy") {
			t.Fatalf("USHER_TEST_REQUIRE names scimmy: %s", why)
		}
		t.Skipf("without scimmy: %s", why)
	}
	if _, err := os.Stat("../../node_modules/scimmy-routers"); err != nil {
		without("it is not installed (npm ci)")
	}
	c := exec.CommandContext(t.Context(), "node", "testdata/scimmy.mjs")
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		without(err.Error())
	}
	t.Cleanup(func() { _, _ = in.Close(), c.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	var at struct{ URL string }
	if err == nil {
		err = json.Unmarshal([]byte(line), &at)
	}
	if err != nil {
		t.Fatalf("scimmy said %q: %v", line, err)
	}
	input := map[string]string{"base_url": at.URL + "/scim/v2", "auth_mode": "bearer", "token": "scimmy-token", "allow_private_network": "true", connectors.PushGroups: "true"}
	for i := 0; i < len(settings); i += 2 {
		input[settings[i]] = settings[i+1]
	}
	return independent{connectortest.Open(t, Definition(), input).(*connector), at.URL, t}
}

// holds is what the service holds: users at "/dump", groups at "/dump/groups".
func (s independent) holds(path string) (all []wire.Document) {
	s.t.Helper()
	r, err := http.Get(s.url + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer r.Body.Close()
	if err := json.NewDecoder(r.Body).Decode(&all); err != nil {
		s.t.Fatal(err)
	}
	return all
}

func (s independent) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s independent) ids(n int) []string {
	s.t.Helper()
	ids := make([]string, n)
	for i := range ids {
		a, err := s.Create(s.t.Context(), profile(i+1))
		s.must(err)
		ids[i] = a.ID
	}
	return ids
}

func TestScimmyUsers(t *testing.T) {
	for _, mode := range []string{"auto", "put"} {
		t.Run(mode, func(t *testing.T) {
			s := newIndependent(t, "update_mode", mode)
			_, err := s.Check(t.Context())
			s.must(err)
			_, err = s.Find(t.Context(), profile(1))
			want(t, err, connectors.NotFound)
			id := s.ids(1)[0]
			_, err = s.Create(t.Context(), named(2, profile(1).Text(service.AttrUserName)))
			want(t, err, connectors.Conflict)
			for _, p := range []connectors.Profile{profile(1), named(1, "someone-else@example.com"), {Values: profile(1).Values}} {
				if a, err := s.Find(t.Context(), p); err != nil || a.ID != id || a.ExternalID != profile(1).ResourceID {
					t.Fatalf("find %v: %+v, %v", p, a, err)
				}
			}
			s.must(s.Update(t.Context(), id, connectors.Changes{Set: map[string]any{department: "Numbers", "name.givenName": "Augusta", service.AttrUserName: "augusta@example.com"}, Clear: []string{"title"}}))
			s.must(s.Deprovision(t.Context(), id, connectors.Disable))
			u := s.holds("/dump")[0]
			if u.Get(department) != "Numbers" || u.Get("name.givenName") != "Augusta" || u.Get("name.familyName") != "Lovelace" || u.Get(service.AttrUserName) != "augusta@example.com" ||
				!wire.Blank(u.Get("title")) || u.Get(service.AttrActive) != false || u.Get(service.AttrExternalID) != profile(1).ResourceID {
				t.Errorf("the service holds %v", u)
			}
			s.must(s.Deprovision(t.Context(), id, connectors.Delete))
			want(t, s.Deprovision(t.Context(), id, connectors.Delete), connectors.NotFound)
			want(t, s.Update(t.Context(), id, connectors.Changes{Set: map[string]any{"title": "x"}, Want: profile(1)}), connectors.NotFound)
		})
	}
}

func TestScimmyGroups(t *testing.T) {
	for name, settings := range map[string][]string{"patch": nil, "put": {"update_mode", "put"}, "object": {"patch_style", "single_object"}} {
		t.Run(name, func(t *testing.T) {
			s := newIndependent(t, settings...)
			_, err := s.FindGroup(t.Context(), group(1))
			want(t, err, connectors.NotFound)
			who := s.ids(5)
			g, err := s.CreateGroup(t.Context(), group(1))
			s.must(err)
			_, err = s.CreateGroup(t.Context(), connectors.GroupProfile{ResourceID: "other", Name: group(1).Name})
			want(t, err, connectors.Conflict)
			change := func(c connectors.MemberChanges) map[string]error {
				t.Helper()
				refused, err := s.ChangeMembers(t.Context(), g.ID, c)
				s.must(err)
				return refused
			}
			for range 2 {
				if refused := change(connectors.MemberChanges{Add: who[:4]}); len(refused) > 0 {
					t.Fatalf("refused: %v", refused)
				}
			}
			refused := change(connectors.MemberChanges{Add: []string{"deadbeef-dead-4bad-8bad-deadbeef0000", who[4]}, Remove: []string{who[0], "deadbeef-dead-4bad-8bad-deadbeef0000"}})
			if len(refused) != 1 {
				t.Fatalf("refused: %v", refused)
			}
			want(t, refused["deadbeef-dead-4bad-8bad-deadbeef0000"], connectors.NotFound)
			s.must(s.UpdateGroup(t.Context(), g.ID, group(2)))
			var members []string
			for m, err := range s.Members(t.Context(), g.ID) {
				s.must(err)
				members = append(members, m)
			}
			if !slices.Equal(slices.Sorted(slices.Values(members)), slices.Sorted(slices.Values(who[1:]))) {
				t.Errorf("members: %v, want %v", members, who[1:])
			}
			held := s.holds("/dump/groups")
			if len(held) != 1 || held[0].Get(service.AttrDisplayName) != group(2).Name || held[0].Get(service.AttrExternalID) != group(1).ResourceID || fmt.Sprint(held[0]["schemas"]) != "["+scim.GroupURN+"]" {
				t.Errorf("the service holds %v", held)
			}
			a, err := s.FindGroup(t.Context(), group(2))
			if err != nil || a.ID != g.ID || a.ExternalID != group(1).ResourceID {
				t.Errorf("find by name: %+v, %v", a, err)
			}
			change(connectors.MemberChanges{Remove: who})
			s.must(s.DeleteGroup(t.Context(), g.ID))
			want(t, s.DeleteGroup(t.Context(), g.ID), connectors.NotFound)
			_, err = s.ChangeMembers(t.Context(), g.ID, connectors.MemberChanges{Add: who})
			want(t, err, connectors.NotFound)
			if n := len(s.holds("/dump")); n != len(who) {
				t.Errorf("%d users are left, want %d", n, len(who))
			}
		})
	}
}
