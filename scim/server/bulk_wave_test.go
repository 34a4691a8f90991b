package server

import (
	"fmt"
	"slices"
	"testing"
)

func TestWaves(t *testing.T) {
	post := func(name string) *operation {
		return &operation{method: "POST", path: "/Users", bulkID: name, data: map[string]any{"UserName": name}}
	}
	on := func(method, path string, data any) *operation {
		return &operation{method: method, path: path, data: data}
	}
	patch := func(path, key string) *operation { return on("PATCH", path, map[string]any{key: "x"}) }
	boss := post("boss")
	boss.refs = []string{"ada"}
	for _, c := range []struct {
		name string
		ops  []*operation
		want []int
	}{
		{"different users", []*operation{post("ada"), post("bob"), post("eve")}, []int{3}},
		{"one name twice: the first has it", []*operation{post("ada"), post("bob"), post("ADA"), post("eve")}, []int{2, 2}},
		{"one that names another", []*operation{post("ada"), boss, post("eve")}, []int{1, 1, 1}},
		{"another method", []*operation{post("ada"), on("DELETE", "/Users/1", nil), on("DELETE", "/Users/2", nil), post("bob")}, []int{1, 2, 1}},
		{"one user twice", []*operation{patch("/Users/1", "title"), patch("/Users/2", "title"), patch("/Users/1/", "title")}, []int{2, 1}},
		{"a name that others may want", []*operation{patch("/Users/1", "title"), patch("/Users/2", "username"), patch("/Users/3", "title")}, []int{1, 1, 1}},
		{"a name in a path", []*operation{patch("/Users/1", "title"), on("PATCH", "/Users/2", []any{map[string]any{"path": "userName"}})}, []int{1, 1}},
		{"all of a user", []*operation{on("PUT", "/Users/1", nil), on("PUT", "/Users/2", nil)}, []int{1, 1}},
		{"groups", []*operation{on("DELETE", "/Groups/1", nil), on("DELETE", "/Groups/2", nil)}, []int{1, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var sizes []int
			for _, w := range (&batch{ops: c.ops}).waves() {
				sizes = append(sizes, len(w))
			}
			if !slices.Equal(sizes, c.want) {
				t.Errorf("waves of %v, want %v", sizes, c.want)
			}
		})
	}
	var many []*operation
	for i := range 40 {
		many = append(many, post(fmt.Sprint(i)))
	}
	if w := (&batch{ops: many}).waves(); len(w) != 3 || len(w[0]) != mostAtOnce {
		t.Errorf("%d waves, the first of %d", len(w), len(w[0]))
	}
	if w := (&batch{ops: many, failOn: 1}).waves(); len(w) != 40 {
		t.Errorf("%d waves though the first failure ends it", len(w))
	}
}

func TestAPanicInAWaveIsTheCallers(t *testing.T) {
	defer func() {
		if recover() != "no" {
			t.Error("the panic got lost")
		}
	}()
	wave{{}, {}}.do(func(*operation) (answer, error) { panic("no") })
}
