package schema

import "sync"

// Every has the attributes of all resource types: what a query over all of them may name (RFC 7644 §3.4.2.1). It is
// no resource type that is served, and shared: never write to it.
func Every() *ResourceType { return every() }

var every = sync.OnceValue(func() *ResourceType {
	core := &Schema{Name: "Resource"}
	seen := map[string]bool{}
	rt := &ResourceType{Name: "Resource", Core: core}
	for _, t := range ResourceTypes() {
		for _, a := range t.Core.Attributes {
			if !seen[a.Name] {
				core.Attributes = append(core.Attributes, a)
			}
			seen[a.Name] = true
		}
		rt.Extensions = append(rt.Extensions, t.Extensions...)
	}
	return complete(rt)
})
