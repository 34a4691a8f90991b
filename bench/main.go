// Command bench measures Usher on the machine that it runs on, one subcommand a file. It is not for proving that
// Usher is right: that is what the tests do.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
)

const usage = `usage: go run ./bench COMMAND [flags]

  sync    a first sync of many users to a SCIM target on loopback, and a re-sync with nothing to do

go run ./bench COMMAND -h shows the flags.
`

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200) // as the program does
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(os.Args) < 2 || os.Args[1] != "sync" {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	err := runSync(ctx, os.Args[2:], os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
