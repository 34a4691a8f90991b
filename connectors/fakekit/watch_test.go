package fakekit

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func ok() Reply { return Reply{Status: 200} }

func TestOverlapsAreNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w Watch
		both := func(a, b string, busy func() Reply) (statuses []int) {
			var mu sync.Mutex
			var all sync.WaitGroup
			for _, path := range []string{a, b} {
				all.Go(func() {
					out := w.Write(path, time.Second, busy, ok)
					mu.Lock()
					defer mu.Unlock()
					statuses = append(statuses, out.Status)
				})
			}
			all.Wait()
			return statuses
		}
		both("/a", "/b", nil)
		both("", "", nil)
		w.Write("/a", 0, nil, ok)
		if v := w.Violations(); len(v) != 0 {
			t.Errorf("none overlapped: %v", v)
		}
		if got := both("/a", "/a", func() Reply { return Reply{Status: 429} }); !slices.Contains(got, 429) || !slices.Contains(got, 200) || len(w.Overlaps()) != 0 {
			t.Errorf("writers that come one by one: %v, overlaps %v", got, w.Overlaps())
		}
		if got := both("/a", "/a", nil); !slices.Equal(got, []int{200, 200}) || !slices.Equal(w.Overlaps(), []string{"/a"}) || len(w.Violations()) != 1 {
			t.Errorf("%v, overlaps %v", got, w.Overlaps())
		}
	})
}

func TestBlindCreatesAreNoticed(t *testing.T) {
	var w Watch
	w.Created("ada", true)
	w.Created("ada", false)
	w.Created("bob", false)
	w.Looked(func(name string) bool { return name == "ada" })
	w.Created("ada", true)
	if v := w.Violations(); len(v) != 0 {
		t.Errorf("after a look: %v", v)
	}
	w.Created("bob", true)
	w.Created("bob", true)
	w.Violated("something else")
	if v := w.Violations(); !slices.Equal(v, []string{"create of bob sent again without a look", "something else"}) {
		t.Errorf("%v", v)
	}
}
