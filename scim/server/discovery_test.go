package server_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func (g got) keys(path string) string {
	m, _ := g.at(path).(map[string]any)
	var all []string
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func TestServiceProviderConfig(t *testing.T) {
	s := start(t).as("")
	g := s.must(200, "GET", "/ServiceProviderConfig", nil).want("schemas.0", "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
		"patch.supported", true, "bulk.supported", true, "bulk.maxOperations", 1000, "filter.supported", true, "filter.maxResults", 200,
		"changePassword.supported", true, "sort.supported", true, "etag.supported", true, "pagination.cursor", true, "pagination.index", true,
		"pagination.defaultPaginationMethod", "index", "pagination.defaultPageSize", 100, "pagination.maxPageSize", 200,
		"authenticationSchemes.0.type", "oauthbearertoken", "meta.resourceType", "ServiceProviderConfig",
		"meta.location", "https://usher.example.com/scim2/ServiceProviderConfig")
	if g.at("bulk.maxPayloadSize") != float64(1<<20) {
		t.Errorf("maxPayloadSize %v", g.at("bulk.maxPayloadSize"))
	}
	for _, path := range []string{"documentationUri", "authenticationSchemes.0.documentationUri", "authenticationSchemes.0.specUri"} {
		if !strings.HasPrefix(g.text1(path), "https://") {
			t.Errorf("%s is %q", path, g.text1(path))
		}
	}
	// RFC 7643 §5 and RFC 9865 §4 know these and no others.
	for path, want := range map[string]string{
		"":                        "authenticationSchemes bulk changePassword documentationUri etag filter meta pagination patch schemas sort",
		"pagination":              "cursor defaultPageSize defaultPaginationMethod index maxPageSize",
		"authenticationSchemes.0": "description documentationUri name primary specUri type",
	} {
		if got := g.keys(path); got != want {
			t.Errorf("%q has %s, want %s", path, got, want)
		}
	}
}

func TestSchemas(t *testing.T) {
	s := start(t).as("")
	g := s.must(200, "GET", "/Schemas", nil).want("schemas.0", "urn:ietf:params:scim:api:messages:2.0:ListResponse", "totalResults", 3, "startIndex", 1, "itemsPerPage", 3)
	for i := range 3 {
		at := fmt.Sprintf("Resources.%d", i)
		if got := g.keys(at); got != "attributes description id meta name schemas" {
			t.Errorf("%s has %s", at, got)
		}
		id := g.text1(at + ".id")
		s.must(200, "GET", "/Schemas/"+id, nil).want("id", id, "meta.location", "https://usher.example.com/scim2/Schemas/"+id, "meta.resourceType", "Schema")
		s.must(200, "GET", "/Schemas/"+strings.ReplaceAll(id, ":", "%3A"), nil).want("id", id)
		allowed := strings.Fields("name type multiValued description required caseExact mutability returned uniqueness canonicalValues referenceTypes subAttributes")
		for j := range g.list(at + ".attributes") {
			for _, k := range strings.Fields(g.keys(fmt.Sprintf("%s.attributes.%d", at, j))) {
				if !slices.Contains(allowed, k) {
					t.Errorf("an attribute with %s", k)
				}
			}
		}
	}
	s.refused(404, "", "GET", "/Schemas/urn:nothing", nil)
	s.refused(403, "", "GET", "/Schemas"+query("filter", `id eq "x"`), nil)
}

func TestResourceTypes(t *testing.T) {
	s := start(t).as("")
	s.must(200, "GET", "/ResourceTypes", nil).want("totalResults", 2, "Resources.0.id", "User", "Resources.0.endpoint", "/Users", "Resources.0.schemaExtensions.0.schema", enterprise,
		"Resources.0.schemaExtensions.0.required", false, "Resources.1.name", "Group", "Resources.1.schemaExtensions", "[]",
		"Resources.1.meta.location", "https://usher.example.com/scim2/ResourceTypes/Group")
	s.must(200, "GET", "/ResourceTypes/User", nil).want("schema", "urn:ietf:params:scim:schemas:core:2.0:User", "schemas.0", "urn:ietf:params:scim:schemas:core:2.0:ResourceType")
	s.refused(404, "", "GET", "/ResourceTypes/Robot", nil)
	s.refused(403, "", "GET", "/ResourceTypes"+query("filter", `name eq "User"`), nil)
}
