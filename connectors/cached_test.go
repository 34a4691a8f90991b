package connectors

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// source gives the numbers 1, 2, 3, each a second after it was asked for and good for a minute; a number in fail is an error.
type source struct {
	asked int
	fail  []int
}

var errSource = errors.New("the source fails")

func (s *source) fetch(ctx context.Context) func() (int, time.Duration, error) {
	return func() (int, time.Duration, error) {
		s.asked++
		n := s.asked
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return 0, 0, ctx.Err()
		}
		if slices.Contains(s.fail, n) {
			return 0, 0, errSource
		}
		return n, time.Minute, nil
	}
}

func is(n int) func(int) bool { return func(v int) bool { return v == n } }

func TestCachedKeepsForItsLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := NewCached[int](time.Now), &source{}
		if c.Latest() != 0 {
			t.Errorf("holds %d before anything was fetched", c.Latest())
		}
		for _, step := range []struct {
			wait time.Duration
			want int
		}{{0, 1}, {time.Minute - 1, 1}, {1, 2}, {time.Second, 2}} {
			time.Sleep(step.wait)
			if v, err := c.Get(t.Context(), nil, s.fetch(t.Context())); v != step.want || err != nil || c.Latest() != step.want {
				t.Errorf("after another %v: %d, %v, want %d", step.wait, v, err, step.want)
			}
		}
	})
}

// A value that is refused is fetched again once, however many callers met the refusal; one that is refused again is handed
// over all the same, for whoever asked must not go round in a circle.
func TestCachedRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := NewCached[int](time.Now), &source{}
		_, _ = c.Get(t.Context(), nil, s.fetch(t.Context()))
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if v, err := c.Get(t.Context(), is(1), s.fetch(t.Context())); v != 2 || err != nil {
					t.Errorf("got %d, %v", v, err)
				}
			})
		}
		all.Wait()
		if v, _ := c.Get(t.Context(), is(3), s.fetch(t.Context())); v != 2 || s.asked != 2 {
			t.Errorf("got %d after %d fetches", v, s.asked)
		}
		if v, err := c.Get(t.Context(), func(int) bool { return true }, s.fetch(t.Context())); v != 3 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
	})
}

// While a better value is fetched, no caller is given the one that was refused.
func TestCachedDoesNotGiveTheRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := NewCached[int](time.Now), &source{}
		_, _ = c.Get(t.Context(), nil, s.fetch(t.Context()))
		go func() { _, _ = c.Get(t.Context(), is(1), s.fetch(t.Context())) }()
		synctest.Wait()
		if v, err := c.Get(t.Context(), nil, s.fetch(t.Context())); v != 2 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
	})
}

func TestCachedDoesNotKeepErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := NewCached[int](time.Now), &source{fail: []int{2}}
		_, _ = c.Get(t.Context(), nil, s.fetch(t.Context()))
		if v, err := c.Get(t.Context(), is(1), s.fetch(t.Context())); v != 0 || !errors.Is(err, errSource) || c.Latest() != 1 {
			t.Errorf("got %d, %v; latest %d", v, err, c.Latest())
		}
		if v, err := c.Get(t.Context(), nil, s.fetch(t.Context())); v != 3 || err != nil {
			t.Errorf("after the failure: %d, %v", v, err)
		}
	})
}

// A caller that leaves while waiting leaves at once, and one that leaves while fetching fails no other caller.
func TestCachedContexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := NewCached[int](time.Now), &source{}
		began := time.Now()
		fetching, leave := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer leave()
		go func() {
			if _, err := c.Get(fetching, nil, s.fetch(fetching)); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the caller that fetched and left: %v", err)
			}
		}()
		synctest.Wait()
		waiting, leave2 := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer leave2()
		if _, err := c.Get(waiting, nil, s.fetch(waiting)); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 100*time.Millisecond || s.asked != 1 {
			t.Errorf("the caller that waited and left: %v after %v, %d fetches", err, time.Since(began), s.asked)
		}
		if v, err := c.Get(t.Context(), nil, s.fetch(t.Context())); v != 2 || err != nil {
			t.Errorf("the caller that stayed: %d, %v", v, err)
		}
	})
}

func TestCachedByKeepsKeysApart(t *testing.T) {
	c := NewCachedBy[string, string](time.Now)
	get := func(key string) string {
		v, _ := c.Of(key).Get(t.Context(), nil, func() (string, time.Duration, error) { return "of " + key, time.Hour, nil })
		return v
	}
	if one := c.Of("a"); get("a") != "of a" || get("b") != "of b" || c.Of("a") != one {
		t.Errorf("a: %q, b: %q", get("a"), get("b"))
	}
	latest := c.Latest()
	slices.Sort(latest)
	if !slices.Equal(latest, []string{"of a", "of b"}) {
		t.Errorf("latest: %q", latest)
	}
	for n := range 2 * mostCached {
		c.Of(strconv.Itoa(n))
	}
	if len(c.all) > mostCached {
		t.Errorf("%d keys are remembered", len(c.all))
	}
}

func TestTokenLife(t *testing.T) {
	for lasts, want := range map[time.Duration]time.Duration{time.Hour: 59 * time.Minute, 2 * time.Minute: time.Minute, time.Minute: 30 * time.Second, 0: 0, -time.Minute: -30 * time.Second} {
		if got := TokenLife(lasts); got != want {
			t.Errorf("%v: used for %v, want %v", lasts, got, want)
		}
	}
}
