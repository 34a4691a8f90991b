package main

import (
	"context"
	"io"
	"testing"

	"usher/connectors/all"
	"usher/programtest"
)

// These tests run what main runs, in this process.
var (
	program = programtest.Program(run)
	usher   = program.Run
	must    = program.Must
	serving = program.Serve
)

var (
	newDB      = programtest.NewDB
	newTarget  = programtest.NewTarget
	eventually = programtest.Eventually
)

// startWith runs a serving command with these kinds of connectors until the test ends.
func startWith(t *testing.T, kinds []all.Kind, args ...string) *programtest.Server {
	t.Helper()
	return programtest.Program(func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
		return runWith(ctx, kinds, args, stdin, stdout, stderr)
	}).Start(t, args...)
}
