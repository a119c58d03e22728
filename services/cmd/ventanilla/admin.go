package main

import (
	"io"
	"os"

	"github.com/alecthomas/kong"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/services/cmd/internal/admin"
	"github.com/ventanilla/ventanilla/services/cmd/internal/platform"
)

type adminCmd struct {
	admin.Connection
	Client   admin.Clients   `cmd:"" help:"OAuth clients."`
	APIKey   admin.APIKeys   `cmd:"" name:"api-key" help:"Developers' API keys."`
	Key      admin.Keys      `cmd:"" help:"The keys that sign tokens."`
	Operator admin.Operators `cmd:"" help:"Those who run the platform."`
	Log      admin.Logs      `cmd:"" help:"The tamper-evident record: operators' acts, issues, revocations, refusals."`
	Access   admin.Accesses  `cmd:"" help:"The tamper-evident record of who read or changed a person's data, and why."`
	Switch   admin.Switches  `cmd:"" help:"Maintenance, retirement and announcements, for a family or one of its endpoints."`
	Import   admin.Import    `cmd:"" help:"Store the rows of a file: persons, households, facts or memberships."`
}

// AfterApply gives the commands below their connection and output.
func (c *adminCmd) AfterApply(parsed *kong.Context, out io.Writer) error {
	if c.Data == "" {
		c.Data = platform.DefaultData(false)
	}
	var conn *grpc.ClientConn
	if !c.Log.Verify.Offline() && !c.Access.Verify.Offline() {
		var err error
		if conn, err = c.Dial(); err != nil {
			return asUsage(err)
		}
	}
	parsed.Bind(conn, admin.Input{Reader: os.Stdin}, admin.Output{Writer: out, JSON: c.JSON})
	return nil
}
