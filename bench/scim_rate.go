package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"usher/scim"
)

const (
	bulkSize = 100 // operations of one request
	rounds   = 5
)

// compareRates measures how often a second each kind of request is done, when several clients send them at once.
func compareRates(ctx context.Context, clients []*scimClient) (all []figure, err error) {
	for _, m := range []struct {
		name     string
		atOnce   int // clients
		requests int // of all clients in all rounds
		each     int // how much one request does
		do       func(*scimClient, context.Context) error
	}{
		{"userName eq, 8 clients", 8, 4000, 1, func(c *scimClient, ctx context.Context) error { return c.one(ctx, `userName eq "user%07d"`) }},
		{"POST, 8 clients", 8, 8000, 1, (*scimClient).create},
		{"POST, 64 clients", 64, 16000, 1, (*scimClient).create},
		{"PATCH, 8 clients", 8, 8000, 1, (*scimClient).edit},
		{"Bulk of 100, 1 client", 1, 100, bulkSize, (*scimClient).bulk},
	} {
		f, err := rates(ctx, m.name, clients, m.atOnce, m.requests, m.do)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		for i := range f.Values {
			f.Values[i] *= float64(m.each)
		}
		all = append(all, f)
	}
	return all, nil
}

// rates are how often a second something is done, the median of some rounds with each server in turn, and what the
// slowest of a hundred took.
func rates(ctx context.Context, name string, clients []*scimClient, atOnce, n int, do func(*scimClient, context.Context) error) (figure, error) {
	perSecond, took := make([][]float64, len(clients)), make([][]time.Duration, len(clients))
	for range rounds {
		for i, c := range clients {
			t, all, err := together(ctx, atOnce, n/rounds, func(ctx context.Context) error { return do(c, ctx) })
			if err != nil {
				return figure{}, err
			}
			perSecond[i] = append(perSecond[i], float64(len(t))/all.Seconds())
			took[i] = append(took[i], t...)
		}
	}
	f := figure{Name: name, Unit: "/s"}
	for i := range clients {
		slices.Sort(perSecond[i])
		slices.Sort(took[i])
		f.Values = append(f.Values, perSecond[i][rounds/2])
		f.Slow = append(f.Slow, milliseconds(took[i][len(took[i])*99/100]))
	}
	return f, nil
}

// together does something n times, by several at once, and gives how long each took and all did.
func together(ctx context.Context, atOnce, n int, do func(context.Context) error) (took []time.Duration, all time.Duration, err error) {
	parts, errs := make([][]time.Duration, atOnce), make([]error, atOnce)
	var wg sync.WaitGroup
	began := time.Now()
	for i := range atOnce {
		wg.Go(func() {
			for range n / atOnce {
				start := time.Now()
				if errs[i] = do(ctx); errs[i] != nil {
					return
				}
				parts[i] = append(parts[i], time.Since(start))
			}
		})
	}
	wg.Wait()
	return slices.Concat(parts...), time.Since(began), errors.Join(errs...)
}

// known are users with their IDs, to be edited in turn.
type known struct {
	mu   sync.Mutex
	ids  []string
	next atomic.Int64
}

func (k *known) add(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ids = append(k.ids, id)
}

func (c *scimClient) edit(ctx context.Context) error {
	n := c.known.next.Add(1)
	id := c.known.ids[int(n)%len(c.known.ids)]
	return c.send(ctx, "PATCH", "/Users/"+id, map[string]any{"schemas": []string{scim.PatchURN},
		"Operations": []any{map[string]any{"op": "replace", "path": "title", "value": fmt.Sprint("Title ", n)}}}, http.StatusOK, nil)
}

func (c *scimClient) bulk(ctx context.Context) error {
	var ops []any
	for range bulkSize {
		user := c.user()
		ops = append(ops, map[string]any{"method": "POST", "path": "/Users", "bulkId": user["userName"], "data": user})
	}
	var answer struct {
		Operations []struct {
			Status string `json:"status"`
		} `json:"Operations"`
	}
	err := c.send(ctx, "POST", "/Bulk", map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:BulkRequest"}, "Operations": ops}, http.StatusOK, &answer)
	for _, op := range answer.Operations {
		if op.Status != "201" {
			return fmt.Errorf("an operation came out as %s", op.Status)
		}
	}
	return err
}
