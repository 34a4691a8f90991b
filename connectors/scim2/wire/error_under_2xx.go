package wire

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"usher/scim"
)

// errorMark is in every SCIM error message, however its schema is spelled.
var errorMark = []byte("api:messages:2.0:error")

// refusedInside looks into an answer whose status line says yes: one that carries a SCIM error message (RFC 7644 §3.12),
// alone, in a list or as an operation of a bulk answer, is that error, with the status in the message.
func refusedInside(a Answer) Answer {
	if !a.OK() || len(a.Body) == 0 || !bytes.Contains(bytes.ToLower(a.Body), errorMark) {
		return a
	}
	message := errorIn(a.Body, 0)
	if message == nil {
		return a
	}
	said, _ := scim.ParseError(message)
	a.Status, a.Body = statusInside(said), message
	return a
}

// statusInside is the status that a message speaks of. One without any is about the values if it has a scimType, which is
// for such errors only; else nothing is known.
func statusInside(said scim.Error) int {
	if n, err := strconv.Atoi(strings.TrimSpace(string(said.Status))); err == nil && n >= http.StatusBadRequest && n <= 599 {
		return n
	}
	if said.ScimType != "" {
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

// maxNesting is as deep as an answer is looked into: a message in a response in an operation in a list.
const maxNesting = 4

// errorIn is the first error message in a document, nil when there is none. It looks where messages stand and not into the
// values of attributes, which may hold any text.
func errorIn(raw []byte, depth int) json.RawMessage {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || depth > maxNesting {
		return nil
	}
	if raw[0] == '[' {
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil {
			return nil
		}
		for _, x := range list {
			if found := errorIn(x, depth+1); found != nil {
				return found
			}
		}
		return nil
	}
	var fields map[string]json.RawMessage
	if raw[0] != '{' || json.Unmarshal(raw, &fields) != nil {
		return nil
	}
	if _, conforms := scim.ParseError(raw); conforms {
		return raw
	}
	for name, v := range fields {
		switch strings.ToLower(name) {
		case "resources", "operations", "response":
			if found := errorIn(v, depth+1); found != nil {
				return found
			}
		}
	}
	return nil
}
