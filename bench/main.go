// Command bench measures Usher on the machine that it runs on, one subcommand a file. It is not for proving that
// Usher is right: that is what the tests do.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
)

const usage = `usage: go run ./bench COMMAND [flags]

  sync    a first sync of many users to a SCIM target on loopback, and a re-sync with nothing to do
  fleet   how soon the accounts of people who leave are removed while many others are being synced
  scim    the SCIM API: creates, filtered reads and pages, with few users and with many
  pages   every page of the console, with few users and with many

go run ./bench COMMAND -h shows the flags.
`

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200) // as the program does
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	commands := map[string]func(context.Context, []string, io.Writer) error{"sync": runSync, "fleet": runFleet, "scim": runSCIM, "pages": runPages}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	err := commands[os.Args[1]](ctx, os.Args[2:], os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
