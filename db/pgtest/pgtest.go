// Package pgtest starts a throw-away PostgreSQL for one test binary, from the server that is installed here. It is for
// tests only.
package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
)

// RequireEnv lists, separated by commas, what tests must not be skipped for; "postgres" is this package's word.
const RequireEnv = "USHER_TEST_REQUIRE"

var databases atomic.Int64

// New gives the address of a fresh database, a copy of one that migrate prepared once.
func New(t testing.TB, migrate func(dsn string) error) string {
	t.Helper()
	s := started(t)
	prepare.Do(func() {
		if unprepared = s.exec("CREATE DATABASE template_usher"); unprepared == nil {
			unprepared = migrate(s.dsn("template_usher"))
		}
	})
	if unprepared != nil {
		t.Fatalf("prepare database: %v", unprepared)
	}
	return s.create(t, "template_usher")
}

// Empty gives the address of a fresh database without tables.
func Empty(t testing.TB) string {
	t.Helper()
	return started(t).create(t, "template1")
}

// started starts the server once. Without PostgreSQL the test is skipped, or fails where that is required.
func started(t testing.TB) server {
	t.Helper()
	start.Do(func() { running, failed = launch() })
	if failed == nil {
		return running
	}
	if slices.Contains(strings.Split(os.Getenv(RequireEnv), ","), "postgres") {
		t.Fatalf("PostgreSQL is required here: %v", failed)
	}
	t.Skipf("skipped: PostgreSQL is not available: %v", failed)
	return server{}
}

func (s server) create(t testing.TB, template string) string {
	t.Helper()
	name := fmt.Sprintf("t%d", databases.Add(1))
	if err := s.exec("CREATE DATABASE " + name + " TEMPLATE " + template); err != nil {
		t.Fatalf("make database: %v", err)
	}
	return s.dsn(name)
}

type server struct{ dir string }

func (s server) dsn(database string) string {
	return "postgres://postgres@/" + database + "?host=" + s.dir
}

func (s server) exec(statement string) error {
	d, err := sql.Open("pgx", s.dsn("postgres"))
	if err != nil {
		return err
	}
	defer d.Close()
	_, err = d.ExecContext(context.Background(), statement)
	return err
}

// One server and one template serve the whole test binary.
var (
	start      sync.Once
	running    server
	failed     error
	prepare    sync.Once
	unprepared error
)

func launch() (server, error) {
	initdb, err := find("initdb")
	if err != nil {
		return server{}, err
	}
	postgres, err := find("postgres")
	if err != nil {
		return server{}, err
	}
	dir, err := os.MkdirTemp("", "usher-pg")
	if err != nil {
		return server{}, err
	}
	s := server{dir}
	attr, err := unprivileged(dir)
	if err != nil {
		return s, err
	}
	data := filepath.Join(dir, "data")
	// A collation other than C: what must not depend on it is found out here.
	c := exec.Command(initdb, "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8",
		"--locale-provider=icu", "--icu-locale=en-US")
	c.SysProcAttr, c.Dir = attr, dir
	if out, err := c.CombinedOutput(); err != nil {
		return s, fmt.Errorf("initdb: %w: %s", err, out)
	}
	return s, s.serve(postgres, data, attr)
}

// serve starts the server under a shell that reads from a pipe which only this process can write to. However this
// process ends, the pipe closes, and the shell stops the server and removes its files.
func (s server) serve(postgres, data string, attr *syscall.SysProcAttr) error {
	const watch = `"$0" -D "$1" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
		-c max_connections=200 >"$2/log" 2>&1 & p=$!; read -r gone; kill -QUIT $p; wait $p; rm -rf "$2"`
	c := exec.Command("/bin/sh", "-c", watch, postgres, data, s.dir)
	c.SysProcAttr, c.Dir = attr, s.dir
	if _, err := c.StdinPipe(); err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	keep.Store(c)
	var err error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if err = s.exec("SELECT 1"); err == nil {
			return nil
		}
	}
	log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return fmt.Errorf("PostgreSQL did not start: %w: %s", err, log)
}

// keep holds the end of the pipe; collected, it would close.
var keep atomic.Pointer[exec.Cmd]

// unprivileged lets root run what refuses to run as root.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Setpgid: true} // an interrupt at the terminal is for the tests
	if os.Getuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 31)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 31)
	if err != nil {
		return nil, err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, os.Chown(dir, int(uid), int(gid))
}

func find(program string) (string, error) {
	if p, err := exec.LookPath(program); err == nil {
		return p, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + program)
	if err != nil || len(found) == 0 {
		return "", errors.New("there is no " + program + " here; install Debian's package postgresql")
	}
	return found[len(found)-1], nil
}
