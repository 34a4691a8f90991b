package server

import (
	"net/http"
	"strconv"
	"strings"

	"usher/scim"
)

// operation is one operation of a bulk request (RFC 7644 §3.7).
type operation struct {
	method  string
	bulkID  string // the request's name for what a POST makes
	path    string
	version string
	data    any
	refs    []string // bulkIds that the path and the data name
	cycle   bool     // it waits for itself

	madeID string
	done   map[string]any // what is told about it; nil until it was reached
}

// operationFrom refuses the whole request for an operation that is not one: nothing of it was done yet.
func operationFrom(i int, x any) (*operation, error) {
	m, ok := x.(map[string]any)
	if !ok {
		return nil, invalid(scim.InvalidSyntax, "Operation %d is not an object.", i+1)
	}
	op := &operation{method: strings.ToUpper(textOf(member(m, "method"))), bulkID: textOf(member(m, "bulkId")),
		path: textOf(member(m, "path")), version: textOf(member(m, "version")), data: member(m, "data")}
	switch op.method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		if op.data == nil {
			return nil, invalid(scim.InvalidSyntax, "Operation %d (%s) has no data.", i+1, op.method)
		}
	case http.MethodDelete:
	default:
		return nil, invalid(scim.InvalidSyntax, "The method of operation %d is none of POST, PUT, PATCH and DELETE.", i+1)
	}
	if op.path == "" {
		return nil, invalid(scim.InvalidSyntax, "Operation %d (%s) has no path.", i+1, op.method)
	}
	if op.method == http.MethodPost && op.bulkID == "" {
		return nil, invalid(scim.InvalidSyntax, "Operation %d (POST) has no bulkId.", i+1)
	}
	op.refs = references(op.data, references(op.path, nil))
	return op, nil
}

const bulkIDPrefix = "bulkId:"

// references collects the bulkIds that are named anywhere in the value.
func references(v any, found []string) []string {
	switch v := v.(type) {
	case string:
		if at := strings.Index(v, bulkIDPrefix); at >= 0 && (at == 0 || v[at-1] == '/') {
			found = append(found, v[at+len(bulkIDPrefix):])
		}
	case []any:
		for _, x := range v {
			found = references(x, found)
		}
	case map[string]any:
		for _, x := range v {
			found = references(x, found)
		}
	}
	return found
}

// resolve is the value with IDs in place of bulkIds.
func resolve(v any, made map[string]string) any {
	switch v := v.(type) {
	case string:
		if at := strings.Index(v, bulkIDPrefix); at >= 0 && (at == 0 || v[at-1] == '/') {
			return v[:at] + made[v[at+len(bulkIDPrefix):]]
		}
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = resolve(x, made)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = resolve(x, made)
		}
		return out
	}
	return v
}

// call is the operation with its references resolved.
func (op *operation) call(made map[string]string) (*call, error) {
	if op.cycle {
		return nil, problem(http.StatusConflict, "", "The operation waits for a resource that waits for this one. Create one of them without "+
			"naming the other, and add the name afterwards.")
	}
	for _, id := range op.refs {
		if made[id] == "" {
			return nil, problem(http.StatusConflict, scim.InvalidValue, "bulkId:%s names no resource that this request has made.", id)
		}
	}
	path, _ := resolve(op.path, made).(string)
	k, id, err := target(path, op.method)
	if err != nil {
		return nil, err
	}
	c := &call{method: op.method, kind: k, id: id, ifMatch: op.version, params: params{count: defaultPage, startIndex: 1}}
	if op.method == http.MethodDelete {
		return c, nil
	}
	data := resolve(op.data, made)
	if list, ok := data.([]any); ok && op.method == http.MethodPatch { // as in the example of RFC 7644 §3.7.3
		data = map[string]any{"Operations": list}
	}
	var ok bool
	if c.body, ok = data.(map[string]any); !ok {
		return nil, invalid(scim.InvalidSyntax, "data must be an object.")
	}
	return c, nil
}

// target reads /Users, /Groups/ID and the like.
func target(path, method string) (*kind, string, error) {
	path = strings.TrimSuffix(path, "/")
	for _, k := range kinds() {
		rest, ok := strings.CutPrefix(path, k.endpoint)
		if !ok {
			continue
		}
		id, ok := strings.CutPrefix(rest, "/")
		switch {
		case rest == "" && method == http.MethodPost:
			return k, "", nil
		case ok && id != "" && !strings.Contains(id, "/") && method != http.MethodPost:
			return k, id, nil
		}
	}
	return nil, "", problem(http.StatusNotFound, "", "%s %s is not possible in a bulk request.", method, path)
}

func lastPart(location string) string { return location[strings.LastIndexByte(location, '/')+1:] }

// result notes what is told about the operation (RFC 7644 §3.7): the body of the answer when it failed.
func (op *operation) result(p *scim.Error, a answer) {
	op.done = map[string]any{"method": op.method, "status": strconv.Itoa(a.status)}
	put(op.done, "bulkId", op.bulkID)
	put(op.done, "location", a.location)
	if p == nil {
		put(op.done, "version", a.version)
		return
	}
	op.done["status"] = strconv.Itoa(statusOf(p))
	op.done["response"] = p
}

// order is the positions of the operations in the order in which they can be done: as they came, each after those
// that make what it names. Operations that wait for each other in a circle are marked, and come as they are.
func order(ops []*operation) []int {
	maker := map[string]int{}
	for i, op := range ops {
		if _, ok := maker[op.bulkID]; op.method == http.MethodPost && !ok {
			maker[op.bulkID] = i
		}
	}
	o := &ordering{ops: ops, maker: maker, state: make([]int, len(ops)), at: make([]int, len(ops))}
	for i := range ops {
		o.visit(i)
	}
	return o.out
}

type ordering struct {
	ops   []*operation
	maker map[string]int
	state []int // 0 not seen, 1 its makers are being placed, 2 placed
	at    []int // position on the stack, while state is 1
	stack []int
	out   []int
}

// visit places what the operation waits for, and then the operation.
func (o *ordering) visit(i int) {
	if o.state[i] != 0 {
		return
	}
	o.state[i], o.at[i] = 1, len(o.stack)
	o.stack = append(o.stack, i)
	for _, ref := range o.ops[i].refs {
		j, ok := o.maker[ref]
		switch {
		case !ok:
		case o.state[j] == 1:
			for _, k := range o.stack[o.at[j]:] {
				o.ops[k].cycle = true
			}
		default:
			o.visit(j)
		}
	}
	o.stack = o.stack[:len(o.stack)-1]
	o.state[i] = 2
	o.out = append(o.out, i)
}
