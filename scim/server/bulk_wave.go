package server

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"usher/directory"
)

const mostAtOnce = 16 // operations of one bulk request

// wave is operations that are done at once: whichever of them comes first, the outcome is the same.
type wave []*operation

// waves are the operations in the order in which they are done.
func (b *batch) waves() []wave {
	var all []wave
	var taken map[string]bool // what the operations of the last wave are about
	for _, i := range order(b.ops) {
		op := b.ops[i]
		about := op.about()
		meets := slices.ContainsFunc(about, func(one string) bool { return taken[one] })
		if len(taken) == 0 || len(about) == 0 || meets || b.failOn > 0 || !all[len(all)-1].takes(op) {
			all, taken = append(all, nil), map[string]bool{}
		}
		all[len(all)-1] = append(all[len(all)-1], op)
		for _, one := range about {
			taken[one] = true
		}
	}
	return all
}

func (w wave) takes(op *operation) bool { return len(w) < mostAtOnce && w[0].method == op.method }

// about is by what a user is known whom the operation alone is about, as long as neighbours of the same method are about
// others; none when it may be about more than that: a name that another could want, what another one makes, or a group.
func (op *operation) about() []string {
	if len(op.refs) > 0 || op.cycle || !strings.HasPrefix(op.path, users.endpoint) {
		return nil
	}
	switch op.method {
	case http.MethodPost:
		data, _ := op.data.(map[string]any)
		return directory.NameKeys(textOf(member(data, "userName")))
	case http.MethodPatch:
		if mentions(op.data, "userName") {
			return nil
		}
		return []string{strings.TrimSuffix(op.path, "/")}
	case http.MethodDelete:
		return []string{strings.TrimSuffix(op.path, "/")}
	}
	return nil
}

// mentions reports whether the word is anywhere in the value, as a key or within a text, in any case.
func mentions(v any, word string) bool {
	has := func(text string) bool { return strings.Contains(strings.ToLower(text), strings.ToLower(word)) }
	switch v := v.(type) {
	case string:
		return has(v)
	case []any:
		for _, x := range v {
			if mentions(x, word) {
				return true
			}
		}
	case map[string]any:
		for k, x := range v {
			if has(k) || mentions(x, word) {
				return true
			}
		}
	}
	return false
}

type answered struct {
	answer answer
	err    error
}

// do does all of the wave and returns when all have an answer. A panic in one of them is the caller's.
func (w wave) do(one func(*operation) (answer, error)) []answered {
	out := make([]answered, len(w))
	if len(w) == 1 {
		out[0].answer, out[0].err = one(w[0])
		return out
	}
	var all sync.WaitGroup
	panics := make(chan any, len(w))
	for i, op := range w {
		all.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					panics <- p
				}
			}()
			out[i].answer, out[i].err = one(op)
		})
	}
	all.Wait()
	if len(panics) > 0 {
		panic(<-panics)
	}
	return out
}
