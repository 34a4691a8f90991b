// Command usher ushers an organisation's users out to the systems that they need: a console, a directory and an
// engine that makes every target agree with it, in one program. Package main wires the others together, one file
// a command; it is not for rules, which live in directory, provisioning and auth.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"usher/connectors/all"
	"usher/db"
	"usher/directory"
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200) // what lives is small and what is made is short-lived: 30 MB more, a tenth less work
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal kills
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Exit codes, for scripts.
const (
	exitOK     = 0
	exitFailed = 1 // it was tried and did not work; standard error says why
	exitUsage  = 2 // the command line makes no sense
)

// cli is every command and flag. Flags of a single act have no environment variable: one that lingers there
// would change users unasked.
type cli struct {
	DB             string        `name:"db" default:"usher.db" help:"Database: a SQLite file, or postgres://… for PostgreSQL."`
	KeyFile        string        `placeholder:"FILE" help:"File with the data key that seals secrets; made when missing. By default the database's name with .key, and usher.key for PostgreSQL. $$USHER_KEY, the key itself, goes before any file."`
	AttemptTimeout time.Duration `default:"30s" help:"How long one attempt at a target may take, all its requests together."`
	LogFormat      string        `enum:"text,json" default:"text" help:"How log lines on standard error are written: text or json."`

	Serve   serveCmd   `cmd:"" default:"withargs" help:"Serve the console and provision users (what usher does without a command)."`
	Demo    demoCmd    `cmd:"" help:"Serve a throw-away console with built-in targets and sample users (its database is its own: --db is not used)."`
	Apply   applyCmd   `cmd:"" help:"Create or change the connections, connectors and provisioners of a YAML file."`
	User    userCmd    `cmd:"" help:"Create, change, delete or show a user."`
	Admin   adminCmd   `cmd:"" help:"Manage the console's administrators."`
	Token   tokenCmd   `cmd:"" help:"Manage API tokens."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// run is the whole program: tests start it as people do. It returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return runWith(ctx, all.Kinds(), args, stdin, stdout, stderr)
}

// runWith is run with these kinds of connectors.
func runWith(ctx context.Context, kinds []all.Kind, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var c cli
	c.User.Create.attributeFlags, c.User.Update.attributeFlags = newAttributeFlags(), newAttributeFlags()
	exited, code := false, exitOK // --help has done everything when it has printed
	parser, err := kong.New(&c, kong.Name("usher"), kong.DefaultEnvars("USHER"), kong.Writers(stdout, stderr),
		kong.Description("Usher sends an organisation's users to the systems that they need, and keeps them in step."),
		kong.ConfigureHelp(kong.HelpOptions{WrapUpperBound: 110, NoExpandSubcommands: true}),
		kong.Exit(func(n int) { exited, code = true, n }))
	if err != nil {
		fmt.Fprintln(stderr, "usher:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if exited {
		return code
	}
	if err != nil {
		fmt.Fprintf(stderr, "usher: %v\nRun usher --help, or usher COMMAND --help, to see what there is.\n", err)
		return exitUsage
	}
	a := &app{ctx: ctx, cli: &c, kinds: kinds, stdin: stdin, stdout: stdout, stderr: stderr}
	if err := parsed.Run(a); err != nil {
		fmt.Fprintln(stderr, "usher:", failure(err))
		if _, ok := errors.AsType[usageError](err); ok {
			return exitUsage
		}
		return exitFailed
	}
	return exitOK
}

// outermost is what an error of the system was met at, "apply: " or the like: what we have put before it ourselves.
func outermost(err error) string {
	inner := errors.Unwrap(err)
	if inner == nil {
		return ""
	}
	before, _, ok := strings.Cut(err.Error(), ": "+inner.Error())
	if !ok || strings.ContainsAny(before, "/") {
		return ""
	}
	return before + ": "
}

// usageError is a command line that parses and makes no sense all the same.
type usageError string

func (e usageError) Error() string { return string(e) }

// failure is an error for a person at a terminal; what is wrong is told field by field.
func failure(err error) string {
	if f, broken := errors.AsType[*db.Fault](err); broken {
		return f.Error()
	}
	e, ok := errors.AsType[*directory.Error](err)
	if !ok {
		if words := directory.PlainWords(err); words != "" {
			return outermost(err) + words + "."
		}
		return err.Error()
	}
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(err.Error(), e.Error())) // what it happened to
	if e.Code == directory.Invalid && len(e.Fields) > 0 {
		b.WriteString("nothing was done:")
	} else {
		b.WriteString(e.Message)
	}
	for _, k := range slices.Sorted(maps.Keys(e.Fields)) {
		if e.Fields[k] != e.Message {
			fmt.Fprintf(&b, "\n  %s: %s", strings.ReplaceAll(k, "_", " "), e.Fields[k])
		}
	}
	return b.String()
}
