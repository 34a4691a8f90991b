package server

import (
	"bufio"
	"context"
	"net/http"

	"usher/directory"
	"usher/scim"
	"usher/scim/schema"
)

// resource is a resource as an answer shows it. A group's members are read while it is written.
type resource struct {
	body      map[string]any // already without what the client did not want
	group     string         // ID of the group whose members follow; "" for none
	selection *schema.Selection
}

const (
	membersAtOnce = 500
	writeBuffer   = 32 << 10 // bytes
)

// reply begins an answer with its first full buffer, so that a failure before that is still an error message.
type reply struct {
	*bufio.Writer
	w      http.ResponseWriter
	status int
	began  bool
}

func newReply(w http.ResponseWriter, status int) *reply {
	p := &reply{w: w, status: status}
	p.Writer = bufio.NewWriterSize(p.begin(), writeBuffer)
	return p
}

type beginner struct{ p *reply }

func (p *reply) begin() beginner { return beginner{p} }

func (b beginner) Write(data []byte) (int, error) {
	if !b.p.began {
		b.p.began = true
		b.p.w.WriteHeader(b.p.status)
	}
	return b.p.w.Write(data)
}

// end flushes what was written, or says how writing failed.
func (p *reply) end(err error) error {
	switch {
	case err == nil:
		_ = p.Flush() // the client may have left
		return nil
	case p.began:
		return &brokenOff{err}
	}
	p.w.Header().Del("ETag")
	p.w.Header().Del("Location")
	return err
}

func (s *Server) writeOne(ctx context.Context, w http.ResponseWriter, a answer) error {
	p := newReply(w, a.status)
	return p.end(s.writeResource(ctx, p.Writer, a.resource))
}

func (s *Server) writeResource(ctx context.Context, w *bufio.Writer, r *resource) error {
	b, err := scim.AppendValue(nil, r.body)
	if err != nil {
		return err
	}
	if r.group == "" {
		_, _ = w.Write(b)
		return nil
	}
	_, _ = w.Write(b[:len(b)-1])
	if len(r.body) > 0 {
		_ = w.WriteByte(',')
	}
	_, _ = w.WriteString(`"members":[`)
	if err := s.writeMembers(ctx, w, r); err != nil {
		return err
	}
	_, _ = w.WriteString("]}")
	return nil
}

func (s *Server) writeMembers(ctx context.Context, w *bufio.Writer, r *resource) error {
	after, first := "", true
	for {
		page, err := s.Store.Members(ctx, r.group, after, membersAtOnce)
		if err != nil {
			return err
		}
		for _, m := range page {
			b, err := s.memberOf(m, r.selection)
			if err != nil {
				return err
			}
			if b == nil {
				continue
			}
			if !first {
				_ = w.WriteByte(',')
			}
			first = false
			_, _ = w.Write(b)
		}
		if len(page) < membersAtOnce {
			return nil
		}
		after = page[len(page)-1].UserID
	}
}

// memberOf is a member as JSON; nil when the client wants none of its parts.
func (s *Server) memberOf(m directory.Member, sel *schema.Selection) ([]byte, error) {
	holder := map[string]any{"members": []any{map[string]any{
		"value": m.UserID, "$ref": s.location(users, m.UserID), "type": "User", "display": m.Label}}}
	sel.Project(holder)
	list, _ := holder["members"].([]any)
	if len(list) == 0 {
		return nil, nil
	}
	return scim.AppendValue(nil, list[0])
}
