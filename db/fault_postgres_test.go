package db_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"usher/db"
	"usher/db/dbtest"
	"usher/db/pgtest"
)

func TestPostgresFaults(t *testing.T) {
	address := pgtest.Empty(t)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("The PostgreSQL database %q", strings.TrimPrefix(u.Path, "/"))
	with := func(f func(*url.URL)) string {
		v := *u
		f(&v)
		if v.User != nil {
			v.User = url.UserPassword(v.User.Username(), "hunter2")
		}
		return v.String()
	}
	t.Run("no such database", func(t *testing.T) {
		refused(t, with(func(v *url.URL) { v.Path = "/nowhere" }), `"nowhere"`, "does not exist")
	})
	t.Run("no such user", func(t *testing.T) {
		refused(t, with(func(v *url.URL) { v.User = url.User("nobody_here") }), name, `does not let the user "nobody_here" in`)
	})
	t.Run("nobody listens", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		dead := "postgres://usher:hunter2@" + l.Addr().String() + "/usher"
		refused(t, dead, `"usher" at `+l.Addr().String(), "cannot be reached")
	})
	t.Run("read-only", func(t *testing.T) {
		s := dbtest.Open(t, address)
		db.Writer(s).SetMaxOpenConns(1)
		for db.Writer(s).Stats().OpenConnections > 1 { // another one tells other processes of changes
			time.Sleep(time.Millisecond)
		}
		if _, err := db.Writer(s).Exec(`SET default_transaction_read_only = on`); err != nil {
			t.Fatal(err)
		}
		tells(t, s.Probe(ctx), name, "is read-only", "nothing can be saved")
	})
}

// A server that goes away under a running Usher is named, and found again.
func TestPostgresGone(t *testing.T) {
	address := pgtest.Empty(t)
	dbtest.Open(t, address)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	p := newProxy(t, u)
	s := dbtest.Open(t, p.address)
	if err := s.Probe(ctx); err != nil {
		t.Fatal(err)
	}
	p.cut()
	for range 3 {
		err = s.Probe(ctx)
	}
	tells(t, err, fmt.Sprintf("The PostgreSQL database %q", strings.TrimPrefix(u.Path, "/")), "cannot be reached")
}

// proxy stands between Usher and a PostgreSQL server, until it is cut.
type proxy struct {
	address string
	l       net.Listener
	mu      sync.Mutex
	conns   []net.Conn
}

func newProxy(t *testing.T, to *url.URL) *proxy {
	t.Helper()
	network, target := "tcp", to.Host
	if dir := to.Query().Get("host"); strings.HasPrefix(dir, "/") {
		port := to.Query().Get("port")
		if port == "" {
			port = "5432"
		}
		network, target = "unix", dir+"/.s.PGSQL."+port
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{l: l}
	t.Cleanup(p.cut)
	u := *to
	u.Host = l.Addr().String()
	q := u.Query()
	q.Del("host")
	q.Del("port")
	u.RawQuery = q.Encode()
	p.address = u.String()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			var d net.Dialer
			far, err := d.DialContext(context.Background(), network, target)
			if err != nil {
				c.Close()
				continue
			}
			p.mu.Lock()
			p.conns = append(p.conns, c, far)
			p.mu.Unlock()
			go func() { _, _ = io.Copy(c, far); c.Close() }()
			go func() { _, _ = io.Copy(far, c); far.Close() }()
		}
	}()
	return p
}

func (p *proxy) cut() {
	p.l.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		c.Close()
	}
}
