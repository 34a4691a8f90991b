package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"usher/db"
)

const (
	scimRuns = 400 // requests of each kind
	scimPage = 100
)

func runSCIM(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench scim", flag.ContinueOnError)
	users := flags.String("users", "1000,1000000", "how many users there are: `numbers`, separated by commas")
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
		return errors.New("scim takes flags only")
	}
	dir, err := os.MkdirTemp("", "usher-bench-")
	if err != nil {
		return err
	}
	all, err := databasesFor(dir, sizes, *dsns)
	if err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	show := printFigures
	if *asJSON {
		show = encodeFigures
	}
	return errors.Join(measureSCIM(ctx, dir, all, sizes, func(c []*scimClient, f []figure) error { return show(out, c, f) }), os.RemoveAll(dir))
}

func sizesOf(text string) (sizes []int, err error) {
	for word := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < scimPage {
			return nil, fmt.Errorf("%q is no number of users that is at least %d", word, scimPage)
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}

func measureSCIM(ctx context.Context, dir string, dsns []string, sizes []int, show func([]*scimClient, []figure) error) (err error) {
	ring, err := db.LoadKey("", filepath.Join(dir, "usher.db.key"))
	if err != nil {
		return err
	}
	var clients []*scimClient
	for i, dsn := range dsns {
		store, openErr := db.Open(ctx, dsn, ring)
		if openErr != nil {
			return openErr
		}
		defer func() { err = errors.Join(err, store.Close()) }()
		c, stop, serveErr := serveSCIM(ctx, store)
		if serveErr != nil {
			return serveErr
		}
		defer stop()
		if err = c.fill(ctx, store, dsn, sizes[i]); err != nil {
			return err
		}
		clients = append(clients, c)
	}
	figures, err := compare(ctx, clients)
	if err != nil {
		return err
	}
	return show(clients, figures)
}

func (c *scimClient) fill(ctx context.Context, store *db.Store, dsn string, size int) error {
	if n, err := store.CountUsers(ctx); err != nil || n > 0 {
		return errors.Join(err, fmt.Errorf("a database has %d users already; give an empty one", n))
	}
	began := time.Now()
	f, err := newFiller(ctx, store, dsn)
	if err != nil {
		return err
	}
	err = errors.Join(f.to(ctx, size), f.sql.Close())
	c.made, c.engine = size, store.Engine()
	fmt.Fprintf(os.Stderr, "filled a database with %d users in %.0f s\n", size, time.Since(began).Seconds())
	return err
}

// compare measures all clients in turns, so that what else the machine does meets them alike.
func compare(ctx context.Context, clients []*scimClient) (all []figure, err error) {
	for _, c := range clients {
		if c.after, err = c.middle(ctx); err != nil {
			return nil, err
		}
	}
	for _, m := range []struct {
		name string
		do   func(c *scimClient, ctx context.Context) error
	}{
		{"userName eq", func(c *scimClient, ctx context.Context) error { return c.one(ctx, `userName eq "user%07d"`) }},
		{"emails.value eq", func(c *scimClient, ctx context.Context) error {
			return c.one(ctx, `emails.value eq "user%07d@example.com"`)
		}},
		{"first page of 100", func(c *scimClient, ctx context.Context) error { return c.page(ctx, "") }},
		{"cursor page, in the middle", func(c *scimClient, ctx context.Context) error {
			return c.page(ctx, "&cursor="+url.QueryEscape(c.after))
		}},
	} {
		f, err := timed(ctx, m.name, clients, m.do)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	many, err := compareRates(ctx, clients)
	return append(all, many...), err
}

// middle walks the list by cursors and gives the cursor of its middle.
func (c *scimClient) middle(ctx context.Context) (after string, err error) {
	for seen := 0; seen < c.made/2-scimPage; {
		l, err := c.do(ctx, "GET", "/Users?attributes=id&count=200&cursor="+url.QueryEscape(after), nil, http.StatusOK)
		if err != nil {
			return "", err
		}
		seen, after = seen+len(l.Resources), string(l.NextCursor)
	}
	return after, nil
}

// timed does something again and again with each client in turn, after a few times to warm up.
func timed(ctx context.Context, name string, clients []*scimClient, do func(*scimClient, context.Context) error) (figure, error) {
	const warm = 20
	took := make([][]time.Duration, len(clients))
	for i := range scimRuns + warm {
		for n, c := range clients {
			began := time.Now()
			if err := do(c, ctx); err != nil {
				return figure{}, err
			}
			if i >= warm {
				took[n] = append(took[n], time.Since(began))
			}
		}
	}
	f := figure{Name: name, Unit: "ms"}
	for _, t := range took {
		slices.Sort(t)
		f.Values = append(f.Values, milliseconds(t[len(t)/2]))
		f.Slow = append(f.Slow, milliseconds(t[len(t)*95/100]))
	}
	return f, nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
