// Package e2e is the tests that start the whole program, as a process of its own, and use it as people do: by its pages,
// its API and its commands. It is not for what a smaller test can show.
package e2e

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"usher/directory"
	"usher/programtest"
)

// binary is the file of the program; TestMain makes it.
var binary string

var (
	process = programtest.Program(runBinary)
	usher   = process.Run
	must    = process.Must
	start   = process.Start
	serving = process.Serve
)

var (
	newDB      = programtest.NewDB
	newTarget  = programtest.NewTarget
	eventually = programtest.Eventually
	get        = programtest.Get
	page       = programtest.Page
	signIn     = programtest.SignIn
)

// What the program's exit code says.
const (
	exitOK     = 0
	exitFailed = 1
)

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	flag.Parse()
	// The tests mostly wait, for browsers and for clocks, so one more of them runs than there are processors.
	if n := runtime.GOMAXPROCS(0); flag.Lookup("test.parallel").Value.String() == strconv.Itoa(n) {
		_ = flag.Set("test.parallel", strconv.Itoa(n+1)) // a number is always right
	}
	dir, err := os.MkdirTemp("", "usher-e2e")
	if err == nil {
		defer func() { _ = os.RemoveAll(dir) }()
		err = errors.Join(build(filepath.Join(dir, "usher")), lookAtSource())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// build makes the program as it ships, once for all tests.
func build(file string) error {
	binary = file
	if out, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", file, "usher").CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// lookAtSource opens every folder that the program is made of. The go command takes an earlier result of these tests
// for theirs as long as the files that they opened are the same, and does not know what they build.
func lookAtSource() error {
	return filepath.WalkDir("..", func(_ string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() && slices.Contains([]string{".git", "node_modules", ".screenshots"}, e.Name()) {
			return fs.SkipDir
		}
		return err
	})
}

// runBinary runs the program as another process. When ctx ends it is asked to stop, as by Ctrl-C.
func runBinary(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := exec.CommandContext(ctx, binary, args...)
	c.Stdin, c.Stdout, c.Stderr = stdin, stdout, stderr
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	runtime.LockOSThread() // until the program has ended
	defer runtime.UnlockOSThread()
	endWithTests(c)
	if err := c.Run(); c.ProcessState == nil {
		fmt.Fprintln(stderr, err)
		return -1
	}
	return c.ProcessState.ExitCode()
}

// tester signs what the tests do in the database themselves.
var tester = directory.Actor{Kind: directory.ByCLI, Name: "test"}

// now has the precision that is stored.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
