package connectors

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// packedZeros is a large answer that is small while it is packed.
func packedZeros(t *testing.T, size int) http.Handler {
	t.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") == "gzip" {
			w.Header().Set("Content-Encoding", "gzip")
		}
		_, _ = w.Write(packed.Bytes())
	})
}

// What twenty attempts at several targets unpack at once is bounded all together: each answer by its own bound, and
// of those past 1 MiB one of each client and four of the process are in memory.
func TestLargeAnswersTakeTurns(t *testing.T) {
	srv := httptest.NewServer(packedZeros(t, 64<<20))
	defer srv.Close()
	var mu sync.Mutex
	now, most := map[int]int{}, map[int]int{}
	count := func(client, by int) {
		mu.Lock()
		defer mu.Unlock()
		for _, key := range []int{client, -1} {
			now[key] += by
			most[key] = max(most[key], now[key])
		}
	}
	var all sync.WaitGroup
	for client := range 10 {
		c := NewClient(open(), nil)
		for range 2 {
			all.Go(func() {
				resp, err := c.Get(srv.URL)
				if err != nil {
					t.Error(err)
					return
				}
				total, counted := 0, false
				buf := make([]byte, 64<<10)
				for err == nil {
					var n int
					if n, err = resp.Body.Read(buf); total >= modest && n > 0 && !counted {
						counted = true
						count(client, 1)
					}
					total += n
				}
				if !errors.Is(err, ErrTooLarge) || total > maxBody {
					t.Errorf("%d bytes, then %v", total, err)
				}
				count(client, -1)
				resp.Body.Close()
				resp.Body.Close() // a second time gives nothing back twice
			})
		}
	}
	all.Wait()
	if most[-1] > largeAtOnce || most[-1] == 0 {
		t.Errorf("%d large answers were in memory at once, want at most %d", most[-1], largeAtOnce)
	}
	for client, n := range most {
		if client >= 0 && n > 1 {
			t.Errorf("client %d read %d large answers at once", client, n)
		}
	}
	if len(processPlaces) != 0 {
		t.Errorf("%d places were not given back", len(processPlaces))
	}
}

// A large answer waits no longer than its attempt, and a small one does not wait.
func TestNoRoomForALargeAnswer(t *testing.T) {
	large := httptest.NewServer(packedZeros(t, 2<<20))
	defer large.Close()
	c := NewClient(open(), nil)
	first, err := c.Get(large.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Body.Close()
	if _, err := io.ReadAll(first.Body); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, large.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Body.Close()
	if _, err := io.ReadFull(second.Body, make([]byte, modest)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err = io.ReadAll(second.Body); !errors.Is(err, ErrNoRoom) {
		t.Errorf("got %v", err)
	}
	if e := NoAnswer(OpFind, err); e.Kind != Temporary || !strings.Contains(e.Message, "other answers of that size") {
		t.Errorf("%s: %s", e.Kind, e.Message)
	}
	first.Body.Close()
	third, err := c.Get(large.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer third.Body.Close()
	if b, err := io.ReadAll(third.Body); len(b) != 2<<20 || err != nil {
		t.Errorf("after the place was given back: %d bytes, %v", len(b), err)
	}
}

func TestLargeHeadersAreRefused(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Large", strings.Repeat("x", 2*maxHeader))
	}))
	defer srv.Close()
	resp, err := NewClient(open(), nil).Get(srv.URL)
	if err == nil {
		resp.Body.Close()
		t.Error("a header of 512 KiB was read")
	}
}
