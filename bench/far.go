package main

import (
	"net/http"
	"sync/atomic"
	"time"
)

// far is a target that is some way off, and that bears so many requests at once.
type far struct {
	http.Handler
	latency time.Duration // of each request
	limit   int64         // more at once are answered with 429; 0: any number

	now, most, refused atomic.Int64
}

func (f *far) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := f.now.Add(1)
	defer f.now.Add(-1)
	if f.limit > 0 && now > f.limit {
		f.refused.Add(1)
		http.Error(w, "too many at once", http.StatusTooManyRequests)
		return
	}
	for most := f.most.Load(); now > most && !f.most.CompareAndSwap(most, now); most = f.most.Load() {
	}
	if f.latency > 0 {
		time.Sleep(f.latency)
	}
	f.Handler.ServeHTTP(w, r)
}
