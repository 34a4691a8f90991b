package schema

import "strings"

// complete adds what all resource types have and lists the names of all attributes.
func complete(rt *ResourceType) *ResourceType {
	rt.common = commonAttributes()
	rt.names = map[string]Ref{}
	for i := range rt.common {
		rt.name("", "", &rt.common[i])
		rt.name(rt.Core.URN+":", "", &rt.common[i])
	}
	for i := range rt.Core.Attributes {
		rt.name("", "", &rt.Core.Attributes[i])
		rt.name(rt.Core.URN+":", "", &rt.Core.Attributes[i])
	}
	for _, s := range rt.Extensions {
		for i := range s.Attributes {
			rt.name(s.URN+":", s.URN, &s.Attributes[i])
		}
	}
	rt.shortNames()
	return rt
}

func (rt *ResourceType) name(prefix, urn string, a *Attribute) {
	key := strings.ToLower(prefix + a.Name)
	rt.names[key] = Ref{URN: urn, Attr: a}
	for i := range a.Sub {
		rt.names[key+"."+strings.ToLower(a.Sub[i].Name)] = Ref{URN: urn, Attr: a, Sub: &a.Sub[i]}
	}
}

// shortNames names an extension's attributes without its URN too, but for names that something else has.
func (rt *ResourceType) shortNames() {
	holders := map[string]int{}
	for _, s := range rt.Extensions {
		for _, a := range s.Attributes {
			holders[strings.ToLower(a.Name)]++
		}
	}
	for _, s := range rt.Extensions {
		for i := range s.Attributes {
			short := strings.ToLower(s.Attributes[i].Name)
			if _, taken := rt.names[short]; !taken && holders[short] == 1 {
				rt.name("", s.URN, &s.Attributes[i])
			}
		}
	}
}

// Find is the attribute of this name, in any case: userName, name.familyName, emails.value, meta.lastModified, or
// with the URN of its schema before it and a colon (RFC 7644 §3.10). That is the right form for an extension's attribute;
// clients that leave the URN out, as in "manager", are understood when no other attribute has the name.
func (rt *ResourceType) Find(name string) (Ref, bool) {
	r, ok := rt.names[strings.ToLower(name)]
	return r, ok
}

// Schema is the core schema or the extension with this URN, in any case; nil when it is neither.
func (rt *ResourceType) Schema(urn string) *Schema {
	if strings.EqualFold(urn, rt.Core.URN) {
		return rt.Core
	}
	for _, s := range rt.Extensions {
		if strings.EqualFold(urn, s.URN) {
			return s
		}
	}
	return nil
}

// Part is the sub-attribute of this name, in any case; nil when there is none.
func (a *Attribute) Part(name string) *Attribute {
	for i := range a.Sub {
		if strings.EqualFold(a.Sub[i].Name, name) {
			return &a.Sub[i]
		}
	}
	return nil
}
