package fakekit

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"usher/connectors"
)

// counter is a service that counts what it does.
type counter struct {
	Front
	done int
}

func newCounter(s Setup) *counter {
	c := &counter{}
	s.ContentType = "application/json"
	s.Serve = func(q Call) Reply {
		c.done++
		return Answer(http.StatusOK, map[string]any{"done": c.done, "got": string(q.Content)})
	}
	s.Trouble = func(t connectors.Trouble, q Call) (Reply, bool) {
		return Reply{Status: http.StatusTeapot, Body: []byte(t)}, q.URL.Path != "/always"
	}
	c.SetUp(s)
	return c
}

func (c *counter) ask(method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer secret")
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w
}

func TestFaultsFireInTheirTurn(t *testing.T) {
	c := newCounter(Setup{})
	c.AddFault(Fault{Method: "POST", PathRe: `^/a\?b=1$`, Nth: 2, Times: 2, Status: 418, Header: http.Header{"X-A": {"1"}}, Body: "no"})
	for i, want := range []int{200, 418, 418, 200} {
		if w := c.ask("POST", "/a?b=1", ""); w.Code != want || want == 418 && (w.Body.String() != "no" || w.Header().Get("X-A") != "1") {
			t.Errorf("request %d: %d %s", i, w.Code, w.Body)
		}
		if w := c.ask("GET", "/a?b=1", ""); w.Code != 200 {
			t.Errorf("another method: %d", w.Code)
		}
	}
	c.AddFault(Fault{Times: -1})
	for range 2 {
		if w := c.ask("GET", "/", ""); w.Code != 503 {
			t.Errorf("a fault for ever, without a status of its own: %d", w.Code)
		}
	}
	c.ClearFaults()
	if w := c.ask("GET", "/", ""); w.Code != 200 || c.Requests() != 11 {
		t.Errorf("after they were cleared: %d; %d requests", w.Code, c.Requests())
	}
}

// A fault before leaves the state alone, and one after does not.
func TestPhases(t *testing.T) {
	c := newCounter(Setup{})
	c.AddFault(Fault{Status: 500})
	c.AddFault(Fault{Nth: 2, Phase: After, Status: 501})
	for i, want := range []struct{ status, done int }{{500, 0}, {501, 1}, {200, 2}} {
		if w := c.ask("POST", "/", ""); c.done != want.done || w.Code != want.status {
			t.Errorf("request %d: status %d, %d are done", i, w.Code, c.done)
		}
	}
}

func TestDrops(t *testing.T) {
	var dropped []bool
	c := newCounter(Setup{Finish: func(_ Call, _ *Reply, d bool) { dropped = append(dropped, d) }})
	srv := httptest.NewServer(c)
	defer srv.Close()
	c.AddFault(Fault{Phase: After, Drop: Reset})
	c.AddFault(Fault{Nth: 2, Phase: After, Drop: EOF})
	if _, err := http.Get(srv.URL); err == nil {
		t.Error("the connection was not reset")
	}
	resp, err := http.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err = io.ReadAll(resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the answer ended with %v", err)
	}
	if c.done != 2 || len(dropped) != 2 || !dropped[0] || !dropped[1] {
		t.Errorf("%d are done, dropped %v", c.done, dropped)
	}
}

func TestTrouble(t *testing.T) {
	c := newCounter(Setup{})
	for _, trouble := range []connectors.Trouble{connectors.Down, connectors.Throttled, connectors.Revoked} {
		c.SetTrouble(trouble)
		w := c.ask("GET", "/", "")
		if w.Code != 418 || w.Body.String() != string(trouble) || c.Trouble() != trouble || (w.Header().Get("Retry-After") == "10") != (trouble == connectors.Throttled) {
			t.Errorf("%s: %d %s %v", trouble, w.Code, w.Body, w.Header())
		}
		if w := c.ask("GET", "/always", ""); w.Code != 200 {
			t.Errorf("%s: what is not troubled answers %d", trouble, w.Code)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(Setup{})
		c.SetTrouble(connectors.Slow)
		began := time.Now()
		if w := c.ask("GET", "/", ""); w.Code != 200 || time.Since(began) != 2*time.Second {
			t.Errorf("slow: %d after %v", w.Code, time.Since(began))
		}
		c.SetTrouble(connectors.NoTrouble)
		if c.ask("GET", "/", ""); time.Since(began) != 2*time.Second {
			t.Error("the trouble did not end")
		}
	})
}

func TestJournal(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	c := newCounter(Setup{Journal: 3, Now: func() time.Time { return now }, TokenPath: "/token", Hide: func(q *Request) { q.Body = strings.ReplaceAll(q.Body, "password", Blanked) }})
	for _, path := range []string{"/1", "/2", "/3", "/4", "/5", "/6", "/token"} {
		c.ask("POST", path, "a password")
	}
	got := c.Journal()
	if len(got) != 3 || got[0].Path != "/5" || got[0].Body != "a [secret]" || got[2].Body != Blanked || got[1].Header.Get("Authorization") != Blanked || got[1].At != now || got[1].Status != 200 {
		t.Errorf("%+v", got)
	}
	if c.Requests() != 6 || c.Logins() != 1 {
		t.Errorf("%d requests, %d for tokens", c.Requests(), c.Logins())
	}
	if c.ClearJournal(); len(c.Journal()) != 0 {
		t.Error("it is not cleared")
	}
	none := newCounter(Setup{})
	if none.ask("GET", "/", ""); len(none.Journal()) != 0 {
		t.Error("a journal of no size remembers")
	}
}
