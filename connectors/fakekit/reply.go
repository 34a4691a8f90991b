package fakekit

import (
	"encoding/json"
	"net/http"
)

// Call is one request, read to its end.
type Call struct {
	*http.Request
	Content []byte // of the body
}

// Reply is what goes back.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Answer is a reply with a value as JSON.
func Answer(status int, v any) Reply { return Reply{Status: status, Body: JSON(v)} }

// JSON is for values of a fake's own making, which cannot fail.
func JSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// write sends the reply; contentType is that of a body whose header does not say.
func (p Reply) write(w http.ResponseWriter, contentType string) {
	h := w.Header()
	for k, v := range p.Header {
		h[k] = v
	}
	if len(p.Body) > 0 && h["Content-Type"] == nil {
		h["Content-Type"] = []string{contentType}
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(p.Body) // the client may be gone, which is its business
}
