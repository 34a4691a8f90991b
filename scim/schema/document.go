package schema

import "usher/scim"

// Document is the schema as /Schemas shows it (RFC 7643 §7), with base the address of the API without a slash at
// its end. Every call makes a new map.
func (s *Schema) Document(base string) map[string]any {
	return map[string]any{
		"schemas":     []string{scim.SchemaURN},
		"id":          s.URN,
		"name":        s.Name,
		"description": s.Description,
		"attributes":  append(attributeDocuments(s.Common), attributeDocuments(s.Attributes)...),
		"meta":        map[string]any{"resourceType": "Schema", "location": base + "/Schemas/" + s.URN},
	}
}

func attributeDocuments(as []Attribute) []any {
	docs := make([]any, 0, len(as))
	for _, a := range as {
		d := map[string]any{
			"name":        a.Name,
			"type":        string(a.Type),
			"multiValued": a.Multi,
			"description": a.Description,
			"required":    a.Required,
			"caseExact":   a.CaseExact,
			"mutability":  a.Mutability,
			"returned":    a.Returned,
			"uniqueness":  a.Uniqueness,
		}
		if len(a.Canonical) > 0 {
			d["canonicalValues"] = a.Canonical
		}
		if len(a.References) > 0 {
			d["referenceTypes"] = a.References
		}
		if len(a.Sub) > 0 {
			d["subAttributes"] = attributeDocuments(a.Sub)
		}
		docs = append(docs, d)
	}
	return docs
}

// Document is the resource type as /ResourceTypes shows it (RFC 7643 §6), with base the address of the API without
// a slash at its end. Every call makes a new map.
func (rt *ResourceType) Document(base string) map[string]any {
	extensions := make([]any, 0, len(rt.Extensions))
	for _, s := range rt.Extensions {
		extensions = append(extensions, map[string]any{"schema": s.URN, "required": false})
	}
	return map[string]any{
		"schemas":          []string{scim.ResourceTypeURN},
		"id":               rt.Name,
		"name":             rt.Name,
		"endpoint":         rt.Endpoint,
		"description":      rt.Description,
		"schema":           rt.Core.URN,
		"schemaExtensions": extensions,
		"meta":             map[string]any{"resourceType": "ResourceType", "location": base + "/ResourceTypes/" + rt.Name},
	}
}
