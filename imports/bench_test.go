package imports_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"usher/db"
	"usher/db/dbtest"
	"usher/imports"
)

// crowd is a file of n users that is made while it is read.
type crowd struct {
	n, made int
	wide    int // more bytes in each row
	rest    []byte
}

func (c *crowd) Read(b []byte) (int, error) {
	if len(c.rest) == 0 {
		switch {
		case c.made == 0:
			c.rest = []byte("user name,first name,last name,email,title,department,phone,employee number\n")
		case c.made > c.n:
			return 0, io.EOF
		default:
			c.rest = fmt.Appendf(nil, "u%06d,Given%d,Family%d,u%d@example.com,Engineer,Department %d,+49 30 %d,%d%s\n", c.made, c.made, c.made%977, c.made, c.made%40, c.made, c.made, strings.Repeat("x", c.wide))
		}
		c.made++
	}
	n := copy(b, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// heap watches how large the heap becomes.
func heap() (peak func() uint64) {
	var most atomic.Uint64
	stop := make(chan struct{})
	runtime.GC()
	go func() {
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapAlloc))
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(stop); return most.Load() }
}

// passThrough imports n users and says how long upload, dry run and run took.
func passThrough(t testing.TB, s *db.Store, n int) (took [3]time.Duration, done imports.Done) {
	im := (&fixture{store: s, engine: &engine{}}).quiet()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); im.Run(ctx) }()
	defer func() { cancel(); <-ended }()
	wait := func(id string, state imports.State) imports.Import {
		for {
			i, err := s.Import(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			if i.State() == state {
				return i
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	began := time.Now()
	i, err := im.Upload(ctx, "crowd.csv", &crowd{n: n}, clerk)
	if err != nil {
		t.Fatal(err)
	}
	took[0], began = time.Since(began), time.Now()
	if err := im.Map(ctx, i, i.Mapping, imports.OnlyCreate, imports.RefuseUnknown); err != nil {
		t.Fatal(err)
	}
	i = wait(i.ID, imports.Checked)
	took[1], began = time.Since(began), time.Now()
	if err := im.Move(ctx, i, imports.Start, clerk); err != nil {
		t.Fatal(err)
	}
	i = wait(i.ID, imports.Finished)
	took[2] = time.Since(began)
	return took, i.Done
}

// TestMemory: what an upload takes does not grow with the file. Garbage is collected often, so that a busy machine
// which comes late to it does not count as memory that is used.
func TestMemory(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	im := (&fixture{store: dbtest.New(t), engine: &engine{}}).quiet()
	peak := heap()
	i, err := im.Upload(t.Context(), "crowd.csv", &crowd{n: 60_000, wide: 1_000}, clerk)
	if most := peak(); err != nil || i.Size < 60_000_000 || most > 40<<20 {
		t.Errorf("%d MiB for a file of %d MiB: %v", most>>20, i.Size>>20, err)
	}
}

// BenchmarkImport imports b.N rows: go test ./imports -run - -bench Import -benchtime 100000x
func BenchmarkImport(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.Store{"sqlite": dbtest.New, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			s := open(b)
			peak := heap()
			took, _ := passThrough(b, s, b.N)
			for k, what := range []string{"upload", "check", "run"} {
				b.ReportMetric(float64(b.N)/took[k].Seconds(), what+"-rows/s")
			}
			b.ReportMetric(float64(peak()>>20), "MiB-heap")
		})
	}
}
