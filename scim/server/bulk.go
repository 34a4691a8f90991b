package server

import (
	"context"
	"net/http"
	"time"

	"usher/auth"
	"usher/scim"
)

const (
	bulkRequestURN  = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	bulkResponseURN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"

	operationWithin = 3 * time.Minute // longer than any blocking provisioner may take
)

// bulk carries out several operations (RFC 7644 §3.7). They are done in the order in which they came, but for those
// that refer to a resource that a later one makes: these wait for it. Neighbours that cannot tell which of them came
// first are done at once. Each stands alone, and what is done stays done.
func (s *Server) bulk(w http.ResponseWriter, r *http.Request) error {
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	ops, failOn, err := bulkRequest(body)
	if err != nil {
		return err
	}
	b := &batch{server: s, token: tokenOf(r.Context()), ops: ops, failOn: failOn, made: map[string]string{}}
	deadline := http.NewResponseController(w)
	for _, w := range b.waves() {
		_ = deadline.SetWriteDeadline(time.Now().Add(operationWithin)) // a bulk may take longer than one answer
		if !b.next(r.Context(), w) {
			break
		}
	}
	if err := r.Context().Err(); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]any{"schemas": []string{bulkResponseURN}, "Operations": b.results()})
}

// bulkRequest checks the form of the whole request before anything of it is done.
func bulkRequest(body map[string]any) (ops []*operation, failOn int, err error) {
	if urns, ok := member(body, "schemas").([]any); ok && !holds(urns, bulkRequestURN) {
		return nil, 0, invalid(scim.InvalidSyntax, "schemas must list %q.", bulkRequestURN)
	}
	list, ok := member(body, "Operations").([]any)
	if !ok || len(list) == 0 {
		return nil, 0, invalid(scim.InvalidSyntax, "Operations is missing, or is not a list with operations in it.")
	}
	if len(list) > maxOperations {
		return nil, 0, problem(http.StatusRequestEntityTooLarge, scim.TooMany, "There are %d operations; %d are the most of one bulk (maxOperations).",
			len(list), maxOperations)
	}
	if failOn, err = number(body, "failOnErrors", 0); err != nil {
		return nil, 0, err
	}
	if _, ok := body["failOnErrors"]; ok {
		failOn = max(failOn, 1)
	}
	for i, x := range list {
		op, err := operationFrom(i, x)
		if err != nil {
			return nil, 0, err
		}
		ops = append(ops, op)
	}
	return ops, failOn, nil
}

// batch is a bulk request that is being carried out.
type batch struct {
	server  *Server
	token   auth.Token
	ops     []*operation
	failOn  int               // how many failures end it; 0: none
	failed  int               // so far
	counted bool              // the first operation is under way
	made    map[string]string // IDs of the resources that were made, by bulkId
}

// next does the operations of a wave, and says whether to go on.
func (b *batch) next(ctx context.Context, w wave) bool {
	limiter := b.server.limits.of(b.token.ID, time.Now())
	for range w {
		if b.counted { // the request itself was, for the first of them
			if err := limiter.Wait(ctx); err != nil {
				return false
			}
		}
		b.counted = true
	}
	answers := w.do(func(op *operation) (answer, error) { return b.do(ctx, op) })
	if ctx.Err() != nil {
		return false
	}
	for i, op := range w {
		b.note(ctx, op, answers[i])
	}
	return b.failOn == 0 || b.failed < b.failOn
}

// note keeps what is told about an operation, and what it made for those that name it.
func (b *batch) note(ctx context.Context, op *operation, a answered) {
	if a.err != nil {
		op.result(b.server.problemOf(ctx, a.err), a.answer)
		b.failed++
		return
	}
	op.result(nil, a.answer)
	if _, again := b.made[op.bulkID]; op.madeID != "" && !again {
		b.made[op.bulkID] = op.madeID
	}
}

func (b *batch) do(ctx context.Context, op *operation) (answer, error) {
	c, err := op.call(b.made)
	if err != nil {
		return answer{}, err
	}
	c.token = b.token
	a, err := b.server.do(ctx, c)
	if c.id != "" {
		a.location = b.server.location(c.kind, c.id) // also of what failed, but for a POST (RFC 7644 §3.7)
	}
	if err == nil && c.id == "" {
		op.madeID = lastPart(a.location)
	}
	return a, err
}

// results are those of the operations that were reached, in the order of the request.
func (b *batch) results() []any {
	out := []any{}
	for _, op := range b.ops {
		if op.done != nil {
			out = append(out, op.done)
		}
	}
	return out
}
