package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestTokens(t *testing.T) {
	s := start(t)
	for _, token := range []string{"", "usher_nobody"} {
		g := s.as(token).refused(401, "", "GET", "/Users", nil)
		if c := g.header.Get("WWW-Authenticate"); !strings.HasPrefix(c, "Bearer") {
			t.Errorf("WWW-Authenticate %q", c)
		}
	}
	s.as("").refused(401, "", "GET", "/Users", nil, "Authorization", "Basic "+application)
	s.as("").refused(401, "", "GET", "/Users", nil, "Cookie", "session="+application)
	s.as("").must(200, "GET", "/Users", nil, "Authorization", "bearer "+application)
	s.as("").must(200, "GET", "/Users", nil, "Authorization", "Bearer Bearer "+application) // pasted with the word
	for _, path := range []string{"/ServiceProviderConfig", "/Schemas", "/ResourceTypes"} {
		s.as("").must(200, "GET", path, nil)
	}
	g := s.as("usher_broken").refused(500, "", "GET", "/Users", nil)
	if strings.Contains(g.text, "lunch") || strings.Count(s.log.String(), "at lunch") != 1 {
		t.Errorf("%s\n%s", g.text, s.log)
	}
	_, reference, _ := strings.Cut(g.text1("detail"), "reference ")
	if reference = strings.TrimSuffix(reference, "."); reference == "" || !strings.Contains(s.log.String(), reference) {
		t.Errorf("the reference %q is not in the log", reference)
	}
}

func TestMediaTypes(t *testing.T) {
	s := start(t)
	for i, ct := range []string{"application/scim+json", "application/json", "application/scim+json; charset=utf-8", "Application/JSON"} {
		s.must(201, "POST", "/Users", user(fmt.Sprint("u", i)), "Content-Type", ct)
	}
	for _, ct := range []string{"text/plain", "application/xml", "application/x-www-form-urlencoded", ";"} {
		s.refused(415, "", "POST", "/Users", user("x"), "Content-Type", ct)
	}
}

// RFC 8259 §8.1: a reader may ignore the mark that .NET and others write.
func TestAByteOrderMarkIsNoObstacle(t *testing.T) {
	s := start(t)
	s.must(201, "POST", "/Users", "\xef\xbb\xbf"+`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada"}`)
	s.refused(400, "invalidSyntax", "POST", "/Users", "\xef\xbb\xbf\xef\xbb\xbf{}")
}

func TestBodyLimit(t *testing.T) {
	s := start(t)
	for _, path := range []string{"/Users", "/Bulk", "/.search"} {
		s.refused(413, "", "POST", path, `{"x":"`+strings.Repeat("x", 1<<20)+`"}`)
	}
}

func TestRate(t *testing.T) {
	s := start(t, func(s *fixture) { s.api.Rate, s.api.Burst = 0.5, 3 })
	for range 3 {
		s.must(200, "GET", "/Users", nil)
	}
	g := s.refused(429, "", "GET", "/Users", nil)
	if a := g.header.Get("Retry-After"); a != "2" {
		t.Errorf("Retry-After %q", a)
	}
	s.as(another).must(200, "GET", "/Users", nil)
	s.must(200, "GET", "/Schemas", nil)
}

// Whoever sends one request after the other is slowed down and not refused; of a flood the rest is.
func TestRateIsSmooth(t *testing.T) {
	s := start(t, func(s *fixture) { s.api.Rate, s.api.Burst = 20, 2 })
	began := time.Now()
	for range 7 {
		s.must(200, "GET", "/Users?count=0", nil)
	}
	if took := time.Since(began); took < 240*time.Millisecond {
		t.Errorf("7 operations at 20 a second after 2 at once took %s", took)
	}
	var all sync.WaitGroup
	var refused atomic.Int64
	for range 80 {
		all.Go(func() {
			if g := s.do("GET", "/Users?count=0", nil); g.status == 429 {
				refused.Add(1)
			}
		})
	}
	all.Wait()
	if n := refused.Load(); n < 20 || n > 65 {
		t.Errorf("%d of 80 at once were refused; 20 can have their turn within the second", n)
	}
}

// A bulk is as many operations as it carries.
func TestRateOfBulk(t *testing.T) {
	s := start(t, func(s *fixture) { s.api.Rate, s.api.Burst = 20, 4 })
	var ops []obj
	for i := range 9 {
		ops = append(ops, op("POST", "/Users", fmt.Sprint(i), user(fmt.Sprint("u", i))))
	}
	began := time.Now()
	if got := s.must(200, "POST", "/Bulk", bulkOf(0, ops...)).statuses(); strings.Count(got, "201") != 9 {
		t.Errorf("statuses %s", got)
	}
	if took := time.Since(began); took < 200*time.Millisecond {
		t.Errorf("9 operations at 20 a second after 4 at once took %s", took)
	}
}

func TestUnknownPlaces(t *testing.T) {
	s := start(t)
	s.refused(404, "", "GET", "/Nothing", nil)
	s.refused(404, "", "GET", "/Users/a/b", nil)
	for call, allowed := range map[string]string{"DELETE /Users": "GET, POST", "POST /Users/x": "GET, PUT, PATCH, DELETE", "PUT /Schemas": "GET",
		"GET /Bulk": "POST", "DELETE /": "GET"} {
		method, path, _ := strings.Cut(call, " ")
		if a := s.refused(405, "", method, path, nil).header.Get("Allow"); a != allowed {
			t.Errorf("%s allows %q, want %q", path, a, allowed)
		}
	}
	for _, m := range []string{"POST", "PUT", "PATCH", "DELETE"} {
		for _, path := range []string{"/ServiceProviderConfig", "/ResourceTypes", "/Schemas"} {
			s.as("").refused(405, "", m, path, nil)
		}
	}
	s.must(200, "GET", "/Users/", nil)
	s.refused(404, "", "GET", "/Users/%2e%2e", nil)
}

func TestPanicIsAnError(t *testing.T) {
	s := start(t, func(s *fixture) {
		s.api.HashPassword = nil
	})
	s.refused(500, "", "POST", "/Users", user("x", "password", "y"))
	if !strings.Contains(s.log.String(), "panic") {
		t.Error("the panic is not in the log")
	}
}

// A list that breaks off must not look like a whole one.
func TestBrokenOff(t *testing.T) {
	s := start(t)
	var ids []string
	for i := range 600 {
		ids = append(ids, s.add(fmt.Sprint("u", i)))
	}
	id := s.addGroup("All", ids...)
	s.api.Store = &watched{Store: s.api.Store, failAfter: 1}
	r, _ := http.NewRequestWithContext(t.Context(), "GET", s.web.URL+"/scim2/Groups/"+id, nil)
	r.Header.Set("Authorization", "Bearer "+application)
	answer, err := s.web.Client().Do(r)
	if err == nil {
		var buf [1 << 20]byte
		n := 0
		for err == nil {
			var k int
			k, err = answer.Body.Read(buf[n:])
			n += k
		}
		_ = answer.Body.Close()
		if err.Error() == "EOF" {
			t.Errorf("%d with a whole body", answer.StatusCode)
		}
	}
	if !strings.Contains(s.log.String(), "disk is full") {
		t.Error("not in the log")
	}
	s.api.Store = &watched{Store: s.api.Store.(*watched).Store, failAfter: 1}
	s.api.Store.(*watched).members = 1
	s.refused(500, "", "GET", "/Groups/"+id, nil)
}
