package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"slices"
	"sync"
	"time"

	"usher/directory"
)

// fleetReport is what -json prints.
type fleetReport struct {
	Users          int     `json:"users"`
	Latency        string  `json:"latency"` // of each request
	Leavers        int     `json:"leavers"`
	P50            float64 `json:"leaver_p50_ms"` // from the deletion of the user until the target is asked to remove the account
	P99            float64 `json:"leaver_p99_ms"`
	Max            float64 `json:"leaver_max_ms"`
	Synced         int     `json:"synced_meanwhile"`
	UsersPerSecond float64 `json:"users_per_second"` // of the back-fill, while people left
	AtOnce         int64   `json:"requests_at_once"` // the most that the target saw
	MaxRSS         float64 `json:"max_rss_mb"`       // of the process, target included
}

func runFleet(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench fleet", flag.ContinueOnError)
	users := flags.Int("users", 100_000, "how many users there are to sync")
	latency := flags.Duration("latency", 5*time.Millisecond, "how long the target takes for each request")
	leavers := flags.Int("leavers", 100, "how many users are deleted meanwhile, one after another")
	gap := flags.Duration("gap", 100*time.Millisecond, "how long after one the next user is deleted")
	asJSON := flags.Bool("json", false, "print one JSON object")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *leavers < 1 || *users < *leavers || flags.NArg() > 0 {
		return errors.New("fleet takes flags only, and at least as many users as leave")
	}
	dir, err := os.MkdirTemp("", "usher-bench-")
	if err != nil {
		return err
	}
	r, err := measureFleet(ctx, dir, fleet{users: *users, leavers: *leavers, gap: *gap, latency: *latency})
	if err = errors.Join(err, os.RemoveAll(dir)); err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(out).Encode(r)
	}
	_, err = fmt.Fprintf(out, "%d users, %s a request\n%d leavers  p50 %.1f ms, p99 %.1f ms, max %.1f ms until the target is asked\nback-fill    %.0f users/s meanwhile, at most %d at once\nmemory       %.0f MB at most\n",
		r.Users, r.Latency, r.Leavers, r.P50, r.P99, r.Max, r.UsersPerSecond, r.AtOnce, r.MaxRSS)
	return err
}

// fleet is a back-fill during which people leave.
type fleet struct {
	users, leavers int
	gap, latency   time.Duration
}

// removals notes when the target is asked to remove an account.
type removals struct {
	http.Handler
	mu sync.Mutex
	at map[string]time.Time // by the account's ID
}

func (m *removals) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodDelete {
		m.mu.Lock()
		m.at[path.Base(r.URL.Path)] = time.Now()
		m.mu.Unlock()
	}
	m.Handler.ServeHTTP(w, r)
}

func (m *removals) of(account string) (time.Time, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.at[account]
	return at, ok
}

func measureFleet(ctx context.Context, dir string, f fleet) (r fleetReport, err error) {
	away := &far{latency: f.latency}
	b, stop, err := newBench(ctx, dir, away)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	if err := b.prepare(ctx, f.users); err != nil {
		return r, err
	}
	asked := &removals{Handler: away.Handler, at: map[string]time.Time{}}
	away.Handler = asked
	work, end := context.WithCancel(ctx)
	var engine sync.WaitGroup
	engine.Go(func() { b.engine.Run(work) })
	defer engine.Wait()
	defer end()
	if _, err := b.directory.CreateProvisioner(ctx, directory.Provisioner{ConnectorID: b.connector.ID, Connection: b.connector.Connection}, system); err != nil {
		return r, err
	}
	if err := b.underWay(ctx, min(f.users/10, 2000)); err != nil {
		return r, err
	}
	before, start := b.target.Count(), time.Now()
	took, err := b.leave(ctx, f, asked)
	if err != nil {
		return r, err
	}
	r.Synced = b.target.Count() - before + f.leavers
	r.UsersPerSecond = float64(r.Synced) / time.Since(start).Seconds()
	r.Users, r.Latency, r.Leavers, r.AtOnce = f.users, f.latency.String(), f.leavers, away.most.Load()
	slices.Sort(took)
	ms := func(share float64) float64 { return took[int(share*float64(len(took)-1)+0.5)].Seconds() * 1000 }
	r.P50, r.P99, r.Max = ms(0.5), ms(0.99), ms(1)
	r.MaxRSS, err = maxRSS()
	return r, err
}

// underWay waits until the target has so many accounts.
func (b *bench) underWay(ctx context.Context, accounts int) error {
	for b.target.Count() < accounts {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	return nil
}

// leave deletes users who have an account already, one after another, while the others are still being synced, and says
// how long each took until the target was asked to remove the account.
func (b *bench) leave(ctx context.Context, f fleet, asked *removals) ([]time.Duration, error) {
	var took []time.Duration
	present := b.target.Snapshot()
	for _, account := range present[:f.leavers] {
		if b.target.Count() > f.users-f.users/20 {
			return nil, errors.New("the back-fill ended before the last one left: take more users, or a smaller gap")
		}
		began := time.Now()
		if _, err := b.directory.DeleteUser(ctx, account.ExternalID, system); err != nil {
			return nil, err
		}
		for at, ok := asked.of(account.ID); ; at, ok = asked.of(account.ID) {
			if ok {
				took = append(took, at.Sub(began))
				break
			}
			if time.Since(began) > time.Minute {
				return nil, errors.New("a leaver's account was not removed within a minute")
			}
			time.Sleep(200 * time.Microsecond)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(f.gap - min(f.gap, time.Since(began))):
		}
	}
	return took, nil
}
