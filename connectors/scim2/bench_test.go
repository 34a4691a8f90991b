package scim2

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"usher/connectors"
	"usher/connectors/connectortest"
	"usher/connectors/scim2/scim2fake"
	"usher/scim"
)

func BenchmarkEncodeCreate(b *testing.B) {
	p := profile(1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := newUser(p).Encode(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeCreated(b *testing.B) {
	body, _ := newUser(profile(1)).Encode()
	body = append([]byte(`{"id":"6f682616bae3641a","meta":{"resourceType":"User","created":"2026-11-23T11:18:00Z"},`), body[1:]...)
	b.ReportAllocs()
	for b.Loop() {
		var s seen
		if err := scim.Decode(body, &s); err != nil || s.ID == "" {
			b.Fatal(err)
		}
	}
}

// BenchmarkFakeCreate is the fake alone, without net/http's server.
func BenchmarkFakeCreate(b *testing.B) {
	fake := scim2fake.New(scim2fake.Options{Token: testToken})
	bodies := make([]string, 200_000)
	for i := range bodies {
		body, _ := newUser(profile(i)).Encode()
		bodies[i] = string(body)
	}
	header := http.Header{"Content-Type": {"application/scim+json"}, "Authorization": {"Bearer " + testToken}}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		r, _ := http.NewRequest(http.MethodPost, "/scim/v2/Users", strings.NewReader(bodies[i%len(bodies)]))
		r.Header = header
		fake.ServeHTTP(&nowhere{header: http.Header{}}, r)
		i++
	}
}

type nowhere struct{ header http.Header }

func (n *nowhere) Header() http.Header         { return n.header }
func (n *nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n *nowhere) WriteHeader(int)             {}

// BenchmarkCreate is everything: connector, traced client, loopback, fake.
func BenchmarkCreate(b *testing.B) {
	for name, traced := range map[string]bool{"traced": true, "plain": false} {
		b.Run(name, func(b *testing.B) {
			srv := httptest.NewServer(scim2fake.New(scim2fake.Options{Token: testToken}))
			defer srv.Close()
			c := connectortest.Open(b, Definition(), target{url: srv.URL}.Settings())
			var n atomic.Int64
			b.SetParallelism(8)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					ctx := context.Background()
					if traced {
						ctx = connectors.WithTrace(ctx, &connectors.Trace{})
					}
					if _, err := c.Create(ctx, profile(int(n.Add(1)))); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
