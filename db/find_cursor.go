package db

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"usher/scim"
	"usher/scim/filter"
)

// position is a place in an order: behind the resource with this key and ID.
type position struct {
	Segment int    `json:"s,omitempty"`
	Key     string `json:"k,omitempty"`
	Number  int64  `json:"n,omitempty"`
	ID      string `json:"i"`
}

func (p position) value(number bool) any {
	if number {
		return p.Number
	}
	return p.Key
}

// cursor is what a client hands back for the next page (RFC 9865 §2). It is good for its query only. It can be
// forged, but gives nothing that the query does not give.
type cursor struct {
	position
	Total int64  `json:"t"` // counted once, for the first page
	Query string `json:"q"`
}

// longestCursor is in bytes; a key has at most 400 characters.
const longestCursor = 8 << 10

func (f *finder[T]) encode(p position, total int64) string {
	b, _ := json.Marshal(cursor{position: p, Total: total, Query: f.fingerprint()}) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// decode reads q.After; nil is the first page.
func (f *finder[T]) decode() (*cursor, error) {
	if !f.q.ByCursor || f.q.After == "" {
		return nil, nil
	}
	invalid := scim.Invalid(scim.InvalidCursor, "This cursor was not given for this list. Begin again without one.")
	if len(f.q.After) > longestCursor {
		return nil, invalid
	}
	var c cursor
	b, err := base64.RawURLEncoding.DecodeString(f.q.After)
	if err != nil || json.Unmarshal(b, &c) != nil {
		return nil, invalid
	}
	if c.Query != f.fingerprint() || c.Segment < 0 || c.Segment >= len(f.order.segments) || c.Total < 0 ||
		clean(c.Key) != c.Key || clean(c.ID) != c.ID {
		return nil, invalid
	}
	return &c, nil
}

// fingerprint tells queries apart.
func (f *finder[T]) fingerprint() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %q %q %t ", f.r.kind, f.q.Client, f.order.path, f.order.desc)
	describe(h, f.q.Filter)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:12])
}

// describe writes a filter in one way only.
func describe(w io.Writer, e filter.Expr) {
	switch e := e.(type) {
	case filter.And:
		describeAll(w, "and", e.Left, e.Right)
	case filter.Or:
		describeAll(w, "or", e.Left, e.Right)
	case filter.Not:
		describeAll(w, "not", e.Expr)
	case filter.Where:
		describeAll(w, e.Ref.Path(), e.Expr)
	case filter.Compare:
		v := e.Value
		if t, ok := v.(time.Time); ok {
			v = t.UnixNano()
		}
		fmt.Fprintf(w, "(%s %s %T %q)", e.Ref.Path(), e.Op, v, fmt.Sprint(v))
	}
}

func describeAll(w io.Writer, name string, all ...filter.Expr) {
	fmt.Fprintf(w, "(%s", name)
	for _, e := range all {
		describe(w, e)
	}
	fmt.Fprint(w, ")")
}
