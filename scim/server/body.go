package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"usher/scim"
)

// byteOrderMark may be before JSON, though nobody should send it; whoever reads may ignore it (RFC 8259 §8.1).
const byteOrderMark = "\xef\xbb\xbf"

// readBody is the JSON object in the body of a request, of at most maxBody bytes. Its numbers are json.Number, so that
// a long employee number stays what it is.
func readBody(w http.ResponseWriter, r *http.Request) (map[string]any, error) {
	if err := checkMediaType(r.Header.Get("Content-Type")); err != nil {
		return nil, err
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		w.Header().Set("Accept-Encoding", "identity") // RFC 9110 §15.5.16
		return nil, problem(http.StatusUnsupportedMediaType, "", "Send the body as it is: %q is not unpacked here.", coding)
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, err
		}
		return nil, invalid(scim.InvalidSyntax, "The body did not arrive whole.")
	}
	v, err := decode(bytes.TrimPrefix(b, []byte(byteOrderMark)))
	if err != nil {
		return nil, invalid(scim.InvalidSyntax, "The body is not JSON: %v.", err)
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, invalid(scim.InvalidSyntax, "The body must be a JSON object.")
	}
	return m, nil
}

// decode reads one JSON value with nothing after it.
func decode(b []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, errors.New("it ends too early")
		}
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the object")
	}
	return v, nil
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
