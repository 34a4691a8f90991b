package server

import (
	"net/url"
	"reflect"
	"testing"

	"usher/directory"
	"usher/scim/schema"
)

// TestResourceHasEveryAttribute: a client is shown every row of the table under its name, and what it sends back is read
// as it was.
func TestResourceHasEveryAttribute(t *testing.T) {
	u := directory.User{ID: "1"}
	for _, a := range directory.Attributes() {
		a.Set(&u, "the "+a.Label)
	}
	for _, p := range directory.AddressParts() {
		p.Set(&u, "the "+p.Label)
	}
	m := (&Server{BaseURL: &url.URL{Scheme: "https", Host: "usher.example"}}).userResource(u, u.ExternalID, nil)
	for _, a := range directory.Attributes() {
		ref, ok := schema.User().Find(a.Name())
		if !ok {
			t.Fatalf("there is no %s", a.Path)
		}
		got := valueAt(m, ref)
		if list, several := got.([]any); several && len(list) == 1 {
			element, _ := list[0].(map[string]any)
			if got = element["value"]; a.Type == directory.PlaceValue {
				got = element["formatted"]
			}
		}
		if got != a.Get(&u) {
			t.Errorf("%s is %v", a.Path, got)
		}
	}
	p, err := profileOf(m)
	if err != nil || !reflect.DeepEqual(p, u.Profile) {
		t.Errorf("read back as %+v, %v", p, err)
	}
}

func valueAt(m map[string]any, ref schema.Ref) any {
	if ref.URN != "" {
		m, _ = m[ref.URN].(map[string]any)
	}
	if ref.Sub == nil {
		return m[ref.Attr.Name]
	}
	whole, _ := m[ref.Attr.Name].(map[string]any)
	return whole[ref.Sub.Name]
}

// TestOwnAttributes: by a personal token people change what the table says is theirs to write, and nothing else.
func TestOwnAttributes(t *testing.T) {
	for _, a := range directory.Attributes() {
		if a.Path == "externalId" || a.Writer == directory.FileWrites { // one is the client's own name, the other read-only to every client
			continue
		}
		u, next := directory.User{UserName: "ada"}, directory.User{UserName: "ada"}
		a.Set(&u, "old")
		a.Set(&next, "new")
		p := next.Profile
		err := onlyOwn(false, &u, map[string]any{"userName": next.UserName}, &p)
		if (err == nil) != (a.Writer == directory.UserWrites) {
			t.Errorf("%s: %v", a.Path, err)
		}
		p, m := next.Profile, map[string]any{"userName": next.UserName}
		if err := onlyOwn(true, &u, m, &p); err != nil {
			t.Errorf("PUT of %s: %v", a.Path, err)
		}
		now := &directory.User{UserName: m["userName"].(string), Profile: p}
		if got := a.Get(now); (got == "new") != (a.Writer == directory.UserWrites) {
			t.Errorf("after a PUT %s is %s", a.Path, got)
		}
	}
}
