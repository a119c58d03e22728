// Command ventanilla is the whole platform in one binary: `up` runs every role on a
// laptop, a sub-command per role runs it alone, and the rest helps to operate them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/ventanilla/ventanilla/services/cmd/internal/platform"
)

// version is set when the binary is linked.
var version = "development"

// Exit codes. Scripts may rely on them.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitRefused     = 3
	exitNotFound    = 4
	exitUnavailable = 5
)

const description = `One window to the partner APIs of the public and social sector.

Start with: ventanilla up --demo

Settings come from a YAML file (--config), the environment (VENTANILLA_EDGE__LISTEN is edge.listen) and
flags (--set edge.listen=…), each stronger than the one before. "ventanilla config check" shows them all.

Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 refused, 4 not found, 5 unavailable.`

// cli has the commands; a service's role adds one more, see serviceCmds.
type cli struct {
	Up         upCmd         `cmd:"" help:"Run every role in this process, with its own etcd and SQLite."`
	Gateway    gatewayCmd    `cmd:"" help:"Run the gateway role alone."`
	Etcd       etcdCmd       `cmd:"" help:"Run a single etcd member, where there is no cluster."`
	Migrate    migrateCmd    `cmd:"" help:"Bring the databases to the revision that this version needs."`
	PKI        pkiCmd        `cmd:"" name:"pki" help:"Make certificates for roles run by hand."`
	Config     configCmd     `cmd:"" help:"Look at the settings."`
	ClaveUnica claveUnicaCmd `cmd:"" help:"Run an emulator of ClaveÚnica, for development and tests."`
	Admin      adminCmd      `cmd:"" help:"Operate a platform, near or far."`
	Version    versionCmd    `cmd:"" help:"Show the version."`

	VersionFlag kong.VersionFlag `name:"version" help:"Show the version."`
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once

	exited := -1
	options := append(serviceCmds(), kong.Name("ventanilla"), kong.Description(description),
		kong.Writers(stdout, stderr), kong.UsageOnError(), kong.Exit(func(code int) { exited = code }),
		kong.Vars{"version": "ventanilla " + version, "roles": strings.Join(platform.Roles(), ",")},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.BindTo(stdout, (*io.Writer)(nil)))
	parser, err := kong.New(&cli{}, options...)
	if err != nil {
		fmt.Fprintln(stderr, "ventanilla:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err == nil {
		err = parsed.Run()
	} else {
		err = usageError{err}
	}
	if err != nil {
		operator := parsed != nil && strings.HasPrefix(parsed.Command(), "admin")
		fmt.Fprintln(stderr, "ventanilla:", describe(err, operator))
	}
	return exitCode(err)
}

// usageError marks what the caller typed or set wrongly.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func asUsage(err error) error {
	if err == nil || errors.As(err, new(usageError)) {
		return err
	}
	return usageError{err}
}
