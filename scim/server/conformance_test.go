package server_test

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// attribute is one of /Schemas, as a client that knows nothing else reads it.
type attribute map[string]any

func (a attribute) is(key, value string) bool { return a[key] == value }
func (a attribute) name() string              { return a["name"].(string) }
func (a attribute) writable() bool            { return !a.is("mutability", "readOnly") }
func (a attribute) sub() (all []attribute) {
	list, _ := a["subAttributes"].([]any)
	for _, x := range list {
		all = append(all, x.(map[string]any))
	}
	return all
}

// described is a resource type as the discovery documents describe it.
type described struct {
	fixture    *fixture
	name       string
	endpoint   string
	core       []attribute
	extensions map[string][]attribute
}

func (s *fixture) discover(name string) described {
	s.t.Helper()
	g := s.must(200, "GET", "/ResourceTypes/"+name, nil)
	d := described{fixture: s, name: name, endpoint: g.text1("endpoint"), core: s.attributes(g.text1("schema")), extensions: map[string][]attribute{}}
	for _, x := range g.list("schemaExtensions") {
		urn := x.(map[string]any)["schema"].(string)
		d.extensions[urn] = s.attributes(urn)
	}
	return d
}

func (s *fixture) attributes(urn string) (all []attribute) {
	s.t.Helper()
	for _, x := range s.must(200, "GET", "/Schemas/"+urn, nil).list("attributes") {
		all = append(all, x.(map[string]any))
	}
	return all
}

// value makes up a value; of is the name of the attribute that a sub-attribute belongs to.
func (d described) value(of string, a attribute) any {
	var v any
	switch one := func() any {
		switch {
		case a.is("type", "boolean"):
			return true
		case a.is("type", "complex"):
			m := map[string]any{}
			for _, sub := range a.sub() {
				if sub.writable() {
					m[sub.name()] = d.value(a.name(), sub)
				}
			}
			if ref, ok := m["$ref"].(string); ok {
				m["value"] = ref[strings.LastIndexByte(ref, '/')+1:]
			}
			return m
		case a.is("type", "binary"):
			return base64.StdEncoding.EncodeToString([]byte(rand.Text()))
		case a.is("type", "reference"):
			if fmt.Sprint(a["referenceTypes"]) == "[User]" {
				return "https://usher.example.com/scim2/Users/" + d.fixture.add(rand.Text())
			}
			return "https://" + strings.ToLower(rand.Text()) + ".test"
		case of == "emails" && a.name() == "value":
			return rand.Text() + "@" + strings.ToLower(rand.Text()) + ".com"
		}
		if canonical, ok := a["canonicalValues"].([]any); ok {
			return canonical[len(canonical)-1]
		}
		return rand.Text()
	}(); a["multiValued"] {
	case true:
		v = []any{one}
	default:
		v = one
	}
	return v
}

// each calls f with every attribute that a client may write: its path, what it is, and where it is in a resource.
func (d described) each(f func(path string, a attribute, at func(map[string]any) any)) {
	for _, a := range d.core {
		if a.writable() {
			f(a.name(), a, func(m map[string]any) any { return m[a.name()] })
		}
	}
	for urn, as := range d.extensions {
		for _, a := range as {
			if a.writable() {
				f(urn+":"+a.name(), a, func(m map[string]any) any { in, _ := m[urn].(map[string]any); return in[a.name()] })
			}
		}
	}
}

// full is a resource with a value of every attribute.
func (d described) full() map[string]any {
	m := map[string]any{"schemas": []any{"urn:ietf:params:scim:schemas:core:2.0:" + d.name}}
	d.each(func(path string, a attribute, _ func(map[string]any) any) {
		holder := m
		if urn := strings.TrimSuffix(path, ":"+a.name()); urn != path {
			if _, ok := m[urn]; !ok {
				m[urn] = map[string]any{}
				m["schemas"] = append(m["schemas"].([]any), urn)
			}
			holder = m[urn].(map[string]any)
		}
		holder[a.name()] = d.value("", a)
	})
	return m
}

func (d described) compare(what string, want, have map[string]any) {
	d.fixture.t.Helper()
	d.each(func(path string, a attribute, at func(map[string]any) any) {
		w, h := at(want), at(have)
		if a.is("returned", "never") {
			if h != nil {
				d.fixture.t.Errorf("%s gives back %s", what, path)
			}
			return
		}
		if !reflect.DeepEqual(w, h) {
			d.fixture.t.Errorf("%s: %s is %v, want %v", what, path, h, w)
		}
	})
}

// Everything that the schemas declare writable can be written in each way, and is read back as it was written.
func TestSchemasAreTrue(t *testing.T) {
	for _, name := range []string{"User", "Group"} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			d := s.discover(name)
			body := d.full()
			made := s.must(201, "POST", d.endpoint, body)
			at := d.endpoint + "/" + made.text1("id")
			d.compare("POST", body, made.body)
			d.compare("GET", body, s.must(200, "GET", at, nil).body)
			body = d.full()
			d.compare("PUT", body, s.must(200, "PUT", at, body).body)
			d.compare("GET", body, s.must(200, "GET", at, nil).body)
			d.patch(at)
			d.project(at)
		})
	}
}

func (d described) patch(at string) {
	s := d.fixture
	for _, kind := range []string{"add", "replace", "remove"} {
		d.each(func(path string, a attribute, where func(map[string]any) any) {
			o := obj{"op": kind, "path": path}
			var v any
			if kind != "remove" {
				v = d.value("", a)
				o["value"] = v
				if kind == "add" { // to values that are there, one more would be added
					s.do("PATCH", at, patchOf(obj{"op": "remove", "path": path}))
				}
			}
			g := s.do("PATCH", at, patchOf(o))
			if kind == "remove" && a["required"] == true {
				if g.status != 400 || g.text1("scimType") != "mutability" {
					s.t.Errorf("remove of %s: %d %s", path, g.status, g.text)
				}
				return
			}
			if g.status != 200 && g.status != 204 {
				s.t.Errorf("%s of %s: %d %s", kind, path, g.status, g.text)
				return
			}
			have := where(s.must(200, "GET", at, nil).body)
			if list, ok := have.([]any); ok && len(list) == 0 {
				have = nil
			}
			if !a.is("returned", "never") && !reflect.DeepEqual(have, v) {
				s.t.Errorf("after %s, %s is %v, want %v", kind, path, have, v)
			}
		})
	}
	for urn := range d.extensions { // an extension as a whole
		v := map[string]any{"department": "x"}
		s.must(200, "PATCH", at, patchOf(obj{"op": "add", "path": urn, "value": v})).want("<"+urn+">.department", "x")
		s.must(200, "PATCH", at, patchOf(obj{"op": "remove", "path": urn})).want("<"+urn+">", nil)
	}
}

// Each attribute can be asked for alone, and left out.
func (d described) project(at string) {
	s := d.fixture
	s.must(200, "PUT", at, d.full())
	d.each(func(path string, a attribute, where func(map[string]any) any) {
		if a.is("returned", "never") {
			return
		}
		only := s.must(200, "GET", at+query("attributes", path), nil).body
		if where(only) == nil || len(only) > 3 {
			s.t.Errorf("attributes=%s: %v", path, only)
		}
		if a.is("returned", "default") {
			if rest := s.must(200, "GET", at+query("excludedAttributes", path), nil).body; where(rest) != nil {
				s.t.Errorf("excludedAttributes=%s: %v", path, rest)
			}
		}
	})
}

func TestMembersNameOnRequest(t *testing.T) {
	s := start(t)
	id := s.addGroup("Team", s.add("ada", "displayName", "Ada L"))
	s.must(200, "GET", "/Groups/"+id, nil).want("members.0.display", nil)
	s.must(200, "GET", "/Groups/"+id+"?attributes=members", nil).want("members.0.display", "Ada L", "members.0.type", "User")
}
