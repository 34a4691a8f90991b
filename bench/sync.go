package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/pprof"
	"sync"
	"syscall"
	"time"

	"usher/connectors"
	"usher/connectors/all"
	"usher/connectors/scim2"
	"usher/connectors/scim2/scim2fake"
	"usher/db"
	"usher/directory"
	"usher/provisioning"
)

// syncReport is what -json prints.
type syncReport struct {
	Users           int     `json:"users"`
	FirstSync       float64 `json:"first_sync_seconds"` // from the making of the provisioner until every result is recorded
	UsersPerSecond  float64 `json:"users_per_second"`
	RequestsPerUser float64 `json:"requests_per_user"`
	AtOnce          int64   `json:"requests_at_once"` // the most that the target saw
	Refused         int64   `json:"requests_refused"`
	Resync          float64 `json:"resync_seconds"` // every account looked at again, nothing different
	ResyncRequests  int     `json:"resync_requests"`
	MaxRSS          float64 `json:"max_rss_mb"` // of the process, target included

	DiskPerUser float64     `json:"disk_per_user_bytes"` // the database's file, with a line of the log for each user
	Disk        []diskShare `json:"disk,omitempty"`      // with -tables
}

func runSync(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench sync", flag.ContinueOnError)
	users := flags.Int("users", 10_000, "how many users to sync")
	latency := flags.Duration("latency", 0, "how long the target takes for each request")
	limit := flags.Int("limit", 0, "how many requests at once the target bears; it answers 429 to more. 0: any number")
	tables := flags.Bool("tables", false, "say how many bytes a user each table and index takes on the disk")
	keep := flags.String("keep", "", "leave the database in this `directory`")
	asJSON := flags.Bool("json", false, "print one JSON object")
	profile := flags.String("cpuprofile", "", "write a CPU profile of both syncs to this `file`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *users < 1 || flags.NArg() > 0 {
		return errors.New("sync takes flags only, and at least one user")
	}
	dir, err := os.MkdirTemp(*keep, "usher-bench-")
	if err != nil {
		return err
	}
	report, err := measureSync(ctx, dir, *users, &far{latency: *latency, limit: int64(*limit)}, *profile)
	if *keep == "" {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	if err != nil {
		return err
	}
	if !*tables {
		report.Disk = nil
	}
	if *asJSON {
		return json.NewEncoder(out).Encode(report)
	}
	if _, err = fmt.Fprintf(out, "%d users\nfirst sync  %.2f s, %.0f users/s, %.3f requests per user, at most %d at once, %d refused\nre-sync     %.2f s, %d requests\nmemory      %.0f MB at most\n",
		report.Users, report.FirstSync, report.UsersPerSecond, report.RequestsPerUser, report.AtOnce, report.Refused, report.Resync, report.ResyncRequests, report.MaxRSS); err != nil {
		return err
	}
	return printDisk(out, report)
}

// bench is a database with users, a target on loopback, and an engine between them.
type bench struct {
	store     *db.Store
	target    *scim2fake.Server
	far       *far
	directory *directory.Directory
	engine    *provisioning.Engine
	connector directory.Connector
	url       string // of the target
}

var system = directory.Actor{Kind: directory.BySystem}

const databaseFile = "usher.db"

// newBench opens a database and an engine in dir, and a target that is so far away. stop ends the target and the database.
func newBench(ctx context.Context, dir string, away *far) (b *bench, stop func() error, err error) {
	ring, err := db.LoadKey("", filepath.Join(dir, databaseFile+".key"))
	if err != nil {
		return nil, nil, err
	}
	store, err := db.Open(ctx, filepath.Join(dir, databaseFile), ring)
	if err != nil {
		return nil, nil, err
	}
	opener := provisioning.NewOpener(all.Definitions())
	b = &bench{store: store, target: scim2fake.New(scim2fake.Options{Token: "bench"}), far: away}
	away.Handler = b.target
	b.engine = provisioning.New(store, opener, provisioning.Config{}, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	b.directory = &directory.Directory{Store: store, Engine: b.engine, Now: time.Now}
	end, err := b.serve()
	if err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	return b, func() error { end(); opener.Close(); return store.Close() }, nil
}

// measureSync leaves its database in dir.
func measureSync(ctx context.Context, dir string, users int, away *far, profile string) (r syncReport, err error) {
	if r, err = syncIn(ctx, dir, users, away, profile); err != nil {
		return r, err
	}
	r.DiskPerUser, r.Disk, err = readDisk(ctx, filepath.Join(dir, databaseFile), users)
	return r, err
}

func syncIn(ctx context.Context, dir string, users int, away *far, profile string) (r syncReport, err error) {
	b, stop, err := newBench(ctx, dir, away)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	if err := b.prepare(ctx, users); err != nil {
		return r, err
	}
	if profile != "" {
		f, createErr := os.Create(profile)
		if createErr != nil {
			return r, createErr
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		if err := pprof.StartCPUProfile(f); err != nil {
			return r, err
		}
		defer pprof.StopCPUProfile()
	}
	return b.measure(ctx, users)
}

func (b *bench) serve() (stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &http.Server{Handler: b.far, ReadHeaderTimeout: time.Minute}
	go func() { _ = s.Serve(l) }()
	b.url = "http://" + l.Addr().String() + scim2fake.Prefix
	return func() { _ = s.Close() }, nil
}

// prepare inserts the users and makes the connector; without a provisioner no account is due yet.
func (b *bench) prepare(ctx context.Context, users int) error {
	const together = directory.MostTogether
	for i := 0; i < users; i += together {
		batch := make([]directory.User, 0, together)
		for j := i; j < min(i+together, users); j++ {
			batch = append(batch, sample(j))
		}
		_, errs, err := b.directory.CreateUsers(ctx, batch, system)
		if err = errors.Join(append(errs, err)...); err != nil {
			return err
		}
	}
	settings, wrong := connectors.Read(scim2.Definition().AllFields(), map[string]string{
		"base_url": b.url, "token": "bench", "allow_private_network": "true"}, directory.Settings{})
	if err := wrong.Err(); err != nil {
		return err
	}
	n, err := b.directory.CreateConnection(ctx, directory.Connection{Name: "Bench"}, system)
	if err != nil {
		return err
	}
	b.connector, err = b.directory.CreateConnector(ctx,
		directory.Connector{ConnectionID: n.ID, Connection: n.Name, Kind: scim2.Kind, Enabled: true, Settings: settings}, system)
	return err
}

func sample(i int) directory.User {
	departments := []string{"Engineering", "Sales", "Finance", "Support"}
	u := directory.User{UserName: fmt.Sprintf("user%06d", i), Active: true, Source: directory.Import}
	u.Name = directory.Name{GivenName: fmt.Sprintf("Given%d", i), FamilyName: fmt.Sprintf("Family%d", i)}
	u.Department, u.Title = departments[i%len(departments)], "Specialist"
	u.SetEmail(u.UserName + "@example.com")
	return u
}

func (b *bench) measure(ctx context.Context, users int) (r syncReport, err error) {
	work, stop := context.WithCancel(ctx)
	var engine sync.WaitGroup
	engine.Go(func() { b.engine.Run(work) })
	defer engine.Wait()
	defer stop()

	r.Users = users
	start := time.Now()
	p, err := b.directory.CreateProvisioner(ctx, directory.Provisioner{ConnectorID: b.connector.ID, Connection: b.connector.Connection}, system)
	if err != nil {
		return r, err
	}
	if err = b.settled(ctx, users); err != nil {
		return r, err
	}
	r.FirstSync = time.Since(start).Seconds()
	r.AtOnce, r.Refused = b.far.most.Load(), b.far.refused.Load()
	r.UsersPerSecond, r.RequestsPerUser = float64(users)/r.FirstSync, float64(b.target.Requests())/float64(users)

	before := b.target.Requests()
	start = time.Now()
	if _, err = b.directory.Resync(ctx, p, system); err != nil {
		return r, err
	}
	if err = b.settled(ctx, users); err != nil {
		return r, err
	}
	r.Resync, r.ResyncRequests = time.Since(start).Seconds(), b.target.Requests()-before
	r.MaxRSS, err = maxRSS()
	return r, err
}

// settled waits until nothing is due or being tried, and then counts: every account must be in step.
func (b *bench) settled(ctx context.Context, users int) error {
	const look = 5 * time.Millisecond
	for {
		next, err := b.store.NextDue(ctx)
		if err != nil {
			return err
		}
		if next.IsZero() {
			p, err := b.store.Progress(ctx, b.connector.ID)
			switch {
			case err != nil:
				return err
			case p.Counts[provisioning.StatusSynced] == users:
				return nil
			case p.Counts[provisioning.StatusRunning] == 0: // what is being tried is not due meanwhile
				return fmt.Errorf("not every user could be synced: %v", p.Counts)
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(look):
		}
	}
}

func maxRSS() (float64, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, fmt.Errorf("read memory use: %w", err)
	}
	return float64(usage.Maxrss) / 1024, nil // kilobytes on Linux
}
