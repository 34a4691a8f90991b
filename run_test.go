package main

import (
	"context"
	"flag"
	"io"
	"os"
	"runtime"
	"strconv"
	"testing"

	"usher/connectors/all"
	"usher/programtest"
)

// These tests run what main runs, in this process.
var (
	inProcess = programtest.Program(run)
	usher     = inProcess.Run
	must      = inProcess.Must
	start     = inProcess.Start
	serving   = inProcess.Serve
)

var (
	newDB      = programtest.NewDB
	newTarget  = programtest.NewTarget
	eventually = programtest.Eventually
	get        = programtest.Get
	page       = programtest.Page
	signIn     = programtest.SignIn
)

// The long tests mostly wait, for browsers and for clocks, so one more of them runs than there are processors.
func TestMain(m *testing.M) {
	flag.Parse()
	if n := runtime.GOMAXPROCS(0); flag.Lookup("test.parallel").Value.String() == strconv.Itoa(n) {
		_ = flag.Set("test.parallel", strconv.Itoa(n+1)) // a number is always right
	}
	os.Exit(m.Run())
}

// startWith runs a serving command with these kinds of connectors until the test ends.
func startWith(t *testing.T, kinds []all.Kind, args ...string) *programtest.Server {
	t.Helper()
	return programtest.Program(func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
		return runWith(ctx, kinds, args, stdin, stdout, stderr)
	}).Start(t, args...)
}
