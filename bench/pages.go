package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"usher/db"
)

const (
	pageRuns = 20 // that are measured of each page
	pageWarm = 2  // before them

	leastLines = 100_000 // of the provisioning log, whatever the number of users
)

func runPages(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench pages", flag.ContinueOnError)
	users := flags.String("users", "1000,1000000", "how many users there are: `numbers`, separated by commas")
	only := flags.String("only", "", "ask only pages whose address contains this `text`")
	asJSON := flags.Bool("json", false, "print one JSON object")
	dsns := flags.String("db", "", "an empty database for each number, as postgres:// `addresses` or paths; new SQLite files when not given")
	if err := flags.Parse(args); err != nil {
		return err
	}
	sizes, err := sizesOf(*users)
	if err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return errors.New("pages takes flags only")
	}
	dir, err := os.MkdirTemp("", "usher-bench-")
	if err != nil {
		return err
	}
	all, err := databasesFor(dir, sizes, *dsns)
	if err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	report, err := measurePages(ctx, dir, all, sizes, leastLines, *only)
	if err = errors.Join(err, os.RemoveAll(dir)); err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(out).Encode(report)
	}
	return report.print(out)
}

// databasesFor names a database for each number of users.
func databasesFor(dir string, sizes []int, dsns string) (all []string, err error) {
	for i := range sizes {
		all = append(all, filepath.Join(dir, fmt.Sprintf("usher%d.db", i)))
	}
	if dsns != "" {
		all = strings.Split(dsns, ",")
	}
	if len(all) != len(sizes) {
		return nil, errors.New("give as many databases as numbers of users")
	}
	return all, nil
}

// pagesReport is what -json prints.
type pagesReport struct {
	Engine string       `json:"engine"`
	Users  []int        `json:"users"`
	Pages  []pageFigure `json:"pages"`
}

// pageFigure is how long a page took, by number of users.
type pageFigure struct {
	Page   string    `json:"page"`
	Median []float64 `json:"median_ms"`
	Max    []float64 `json:"max_ms"`
	Ratio  float64   `json:"ratio"` // of the last median to the first
}

func measurePages(ctx context.Context, dir string, dsns []string, sizes []int, lines int, only string) (r pagesReport, err error) {
	ring, err := db.LoadKey("", filepath.Join(dir, "usher.db.key"))
	if err != nil {
		return r, err
	}
	var sites []*pagesSite
	for i, dsn := range dsns {
		store, openErr := db.Open(ctx, dsn, ring)
		if openErr != nil {
			return r, openErr
		}
		defer func() { err = errors.Join(err, store.Close()) }()
		s, openErr := newPagesSite(ctx, store)
		if openErr != nil {
			return r, openErr
		}
		defer s.opener.Close()
		began := time.Now()
		if err := s.fill(ctx, dsn, sizes[i], lines); err != nil {
			return r, err
		}
		fmt.Fprintf(os.Stderr, "filled a database with %d users in %.0f s\n", sizes[i], time.Since(began).Seconds())
		r.Engine, r.Users, sites = store.Engine(), append(r.Users, sizes[i]), append(sites, s)
	}
	return r, r.measure(ctx, sites, only)
}

// measure asks every page of all sites in turns, so that what else the machine does meets them alike.
func (r *pagesReport) measure(ctx context.Context, sites []*pagesSite, only string) error {
	addresses := make([][]string, len(sites))
	for i, s := range sites {
		var err error
		if addresses[i], err = s.addresses(); err != nil {
			return err
		}
	}
	for n, name := range sites[0].names {
		if !strings.Contains(name, only) {
			continue
		}
		took := make([][]time.Duration, len(sites))
		for run := range pageRuns + pageWarm {
			for i, s := range sites {
				d, err := s.ask(ctx, addresses[i][n])
				if err != nil {
					return err
				}
				if run >= pageWarm {
					took[i] = append(took[i], d)
				}
			}
		}
		f := pageFigure{Page: name}
		for _, t := range took {
			slices.Sort(t)
			f.Median, f.Max = append(f.Median, milliseconds(t[len(t)/2])), append(f.Max, milliseconds(t[len(t)-1]))
		}
		f.Ratio = f.Median[len(f.Median)-1] / f.Median[0]
		r.Pages = append(r.Pages, f)
	}
	return nil
}

func (r pagesReport) print(out io.Writer) error {
	const page = "%-66s"
	fmt.Fprintf(out, page, r.Engine)
	for _, n := range r.Users {
		fmt.Fprintf(out, "%21s", fmt.Sprint(n, " users"))
	}
	fmt.Fprintf(out, "%8s\n", "ratio")
	slow, growing := 0, 0
	for _, f := range r.Pages {
		fmt.Fprintf(out, page, f.Page)
		for i, m := range f.Median {
			fmt.Fprintf(out, "%21s", fmt.Sprintf("%.2f (%.2f) ms", m, f.Max[i]))
		}
		fmt.Fprintf(out, "%8.2f\n", f.Ratio)
		if f.Median[len(f.Median)-1] > 20 {
			slow++
		}
		if f.Ratio > 1.5 {
			growing++
		}
	}
	_, err := fmt.Fprintf(out, "medians of %d, in brackets the slowest; of %d pages %d take more than 20 ms and %d more than 1.5 times as long\n",
		pageRuns, len(r.Pages), slow, growing)
	return err
}
