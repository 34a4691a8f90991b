package schema

import (
	"regexp"
	"slices"
	"strings"

	"usher/scim"
)

// Selection is which attributes an answer shows: the parameters attributes and excludedAttributes (RFC 7644 §3.9).
type Selection struct {
	rt      *ResourceType
	only    bool            // nothing but what is always shown and what is named
	named   map[string]bool // folded canonical paths, of attributes and of sub-attributes
	touched map[string]bool // folded paths of the attributes of which a sub-attribute is named
}

// Select reads the names of attributes; those that the resource type does not have are ignored. The URN of a schema
// means all its attributes. Naming both lists is a *scim.Error with invalidValue: they exclude each other.
func Select(rt *ResourceType, attributes, excluded []string) (*Selection, error) {
	attributes, excluded = words(attributes), words(excluded)
	if len(attributes) > 0 && len(excluded) > 0 {
		return nil, scim.Invalid(scim.InvalidValue, "Use attributes or excludedAttributes, not both.")
	}
	s := &Selection{rt: rt, only: len(attributes) > 0, named: map[string]bool{}, touched: map[string]bool{}}
	for _, name := range append(attributes, excluded...) {
		s.add(name)
	}
	return s, nil
}

// words splits what came as one text with commas, and leaves out what is empty.
func words(names []string) []string {
	var all []string
	for _, n := range names {
		for w := range strings.SplitSeq(n, ",") {
			if w = strings.TrimSpace(w); w != "" {
				all = append(all, w)
			}
		}
	}
	return all
}

// brackets choose among values, as in emails[type eq "work"]. Whole attributes are shown, so what they say is passed over.
var brackets = regexp.MustCompile(`\[[^\]]*\]`)

func (s *Selection) add(name string) {
	name = brackets.ReplaceAllString(name, "")
	if schema := s.rt.Schema(name); schema != nil {
		for _, a := range schema.Attributes {
			s.add(schema.URN + ":" + a.Name)
		}
		return
	}
	ref, ok := s.rt.Find(name)
	if !ok {
		return
	}
	s.named[fold(ref)] = true
	if ref.Sub != nil {
		s.touched[fold(Ref{URN: ref.URN, Attr: ref.Attr})] = true
	}
}

func fold(r Ref) string { return strings.ToLower(r.Path()) }

// Shows says whether the answer has this attribute, or a part of it, if the resource does. What need not be shown
// need not be read either, such as a group's members.
func (s *Selection) Shows(ref Ref) bool {
	whole := Ref{URN: ref.URN, Attr: ref.Attr}
	if !s.shows(whole, s.touched[fold(whole)] && s.only) {
		return false
	}
	return ref.Sub == nil || s.showsPart(ref)
}

func (s *Selection) shows(ref Ref, asked bool) bool {
	switch named := s.named[fold(ref)]; ref.Leaf().Returned {
	case Always:
		return true
	case Never:
		return false
	case Request:
		return s.only && (named || asked)
	default:
		return named == s.only || asked
	}
}

// showsPart is for a sub-attribute of an attribute that is shown. Of one that is named whole, all parts are.
func (s *Selection) showsPart(ref Ref) bool {
	whole := Ref{URN: ref.URN, Attr: ref.Attr}
	return s.shows(ref, s.named[fold(whole)] && s.only)
}

// Project removes from the resource, in place, what the answer does not show. The resource is as Clean leaves one,
// with what the service adds; maps within it are not changed but replaced.
func (s *Selection) Project(resource map[string]any) {
	for key, v := range resource {
		if schema := s.rt.Schema(key); schema != nil {
			inner, _ := v.(map[string]any)
			if inner = s.object(schema.URN+":", inner); len(inner) > 0 {
				resource[key] = inner
			} else {
				delete(resource, key)
			}
		}
	}
	shown := s.object("", resource)
	for key := range resource {
		if x, ok := shown[key]; ok {
			resource[key] = x
		} else if s.rt.Schema(key) == nil {
			delete(resource, key)
		}
	}
}

func (s *Selection) object(prefix string, m map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	for key, v := range m {
		ref, ok := s.rt.Find(prefix + key)
		if !ok || ref.Sub != nil || !s.Shows(ref) {
			continue
		}
		if x := s.parts(ref, v); x != nil {
			out[key] = x
		}
	}
	return out
}

func (s *Selection) parts(ref Ref, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, x := range v {
			ref.Sub = ref.Attr.Part(key)
			if ref.Sub != nil && s.showsPart(ref) {
				out[key] = x
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case []any:
		all := slices.Clone(v)
		for i, x := range all {
			all[i] = s.parts(ref, x)
		}
		all = slices.DeleteFunc(all, func(x any) bool { return x == nil })
		if len(all) == 0 && len(v) > 0 {
			return nil
		}
		return all
	}
	return v
}

// Project is Select and Project in one.
func Project(rt *ResourceType, resource map[string]any, attributes, excluded []string) error {
	s, err := Select(rt, attributes, excluded)
	if err == nil {
		s.Project(resource)
	}
	return err
}
