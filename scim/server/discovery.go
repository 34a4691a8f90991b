package server

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"

	"usher/scim"
	"usher/scim/schema"
)

const (
	rfc7644 = "https://datatracker.ietf.org/doc/html/rfc7644"
	rfc6750 = "https://datatracker.ietf.org/doc/html/rfc6750"
)

// showConfig is what this service can do (RFC 7643 §5, RFC 9865 §4).
func (s *Server) showConfig(w http.ResponseWriter, r *http.Request) error {
	yes := map[string]any{"supported": true}
	return s.writeDocument(w, map[string]any{
		"schemas":          []string{scim.ConfigURN},
		"documentationUri": rfc7644,
		"patch":            yes,
		"bulk":             map[string]any{"supported": true, "maxOperations": maxOperations, "maxPayloadSize": maxBody},
		"filter":           map[string]any{"supported": true, "maxResults": maxPage},
		"changePassword":   yes,
		"sort":             yes,
		"etag":             yes,
		"pagination": map[string]any{"cursor": true, "index": true, "defaultPaginationMethod": "index",
			"defaultPageSize": defaultPage, "maxPageSize": maxPage},
		"authenticationSchemes": []any{map[string]any{"type": "oauthbearertoken", "name": "API token",
			"description": "An API token made in the console, sent in the header Authorization: Bearer.",
			"specUri":     rfc6750, "documentationUri": rfc6750, "primary": true}},
		"meta": map[string]any{"resourceType": "ServiceProviderConfig", "location": s.base() + "/ServiceProviderConfig"},
	})
}

func (s *Server) listSchemas(w http.ResponseWriter, r *http.Request) error {
	var all []any
	for _, d := range schema.Schemas() {
		all = append(all, d.Document(s.base()))
	}
	return s.writeDocuments(w, r, all)
}

func (s *Server) showSchema(w http.ResponseWriter, r *http.Request) error {
	for _, d := range schema.Schemas() {
		if strings.EqualFold(d.URN, pathID(r)) {
			return s.writeDocument(w, d.Document(s.base()))
		}
	}
	return problem(http.StatusNotFound, "", "There is no such schema. %s/Schemas lists them.", s.base())
}

func (s *Server) listResourceTypes(w http.ResponseWriter, r *http.Request) error {
	var all []any
	for _, rt := range schema.ResourceTypes() {
		all = append(all, rt.Document(s.base()))
	}
	return s.writeDocuments(w, r, all)
}

func (s *Server) showResourceType(w http.ResponseWriter, r *http.Request) error {
	for _, rt := range schema.ResourceTypes() {
		if rt.Name == pathID(r) {
			return s.writeDocument(w, rt.Document(s.base()))
		}
	}
	return problem(http.StatusNotFound, "", "There is no such resource type. %s/ResourceTypes lists them.", s.base())
}

func pathID(r *http.Request) string {
	id, err := url.PathUnescape(chi.URLParam(r, "id"))
	if err != nil {
		return ""
	}
	return id
}

// writeDocuments is a list of everything: discovery knows no pages, and a filter is refused (RFC 7644 §4).
func (s *Server) writeDocuments(w http.ResponseWriter, r *http.Request, all []any) error {
	if r.URL.Query().Has("filter") {
		return problem(http.StatusForbidden, "", "This list cannot be filtered (RFC 7644 §4). Ask for all of it.")
	}
	return s.writeDocument(w, map[string]any{"schemas": []string{scim.ListURN}, "totalResults": len(all), "startIndex": 1,
		"itemsPerPage": len(all), "Resources": all})
}

func (s *Server) writeDocument(w http.ResponseWriter, v any) error {
	return writeJSON(w, http.StatusOK, v)
}

func writeJSON(w http.ResponseWriter, status int, v any) error {
	b, err := scim.AppendValue(nil, v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", scim.MediaType)
	w.WriteHeader(status)
	_, _ = w.Write(b)
	return nil
}
