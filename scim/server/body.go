package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"usher/scim"
)

// readBody is the JSON object in the body of a request, of at most maxBody bytes.
func readBody(w http.ResponseWriter, r *http.Request) (map[string]any, error) {
	if err := checkMediaType(r.Header.Get("Content-Type")); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, err
		}
		return nil, invalid(scim.InvalidSyntax, "The body did not arrive whole.")
	}
	var v any
	if err := json.Unmarshal(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), &v); err != nil { // a mark may be ignored (RFC 8259 §8.1)
		return nil, invalid(scim.InvalidSyntax, "The body is not JSON: %v.", err)
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, invalid(scim.InvalidSyntax, "The body must be a JSON object.")
	}
	return m, nil
}

// checkMediaType accepts SCIM's type, JSON's, and none at all (RFC 7644 §3.1, §8.1).
func checkMediaType(header string) error {
	if header == "" {
		return nil
	}
	t, _, err := mime.ParseMediaType(header)
	if err != nil || (t != scim.MediaType && t != scim.JSONMediaType) {
		return problem(http.StatusUnsupportedMediaType, "", "Send %s; %q is not read here.", scim.MediaType, header)
	}
	return nil
}
