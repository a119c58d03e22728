package main

import (
	"io"

	"github.com/alecthomas/kong"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/services/cmd/internal/admin"
	"github.com/ventanilla/ventanilla/services/cmd/internal/platform"
)

type adminCmd struct {
	admin.Connection
	Client   admin.Clients   `cmd:"" help:"OAuth clients."`
	Operator admin.Operators `cmd:"" help:"Those who run the platform."`
	Log      admin.Logs      `cmd:"" help:"The tamper-evident record: operators' acts, issues, revocations, refusals."`
}

// AfterApply gives the commands below their connection and output.
func (c *adminCmd) AfterApply(parsed *kong.Context, out io.Writer) error {
	if c.Data == "" {
		c.Data = platform.DefaultData(false)
	}
	var conn *grpc.ClientConn
	if !c.Log.Verify.Offline() {
		var err error
		if conn, err = c.Dial(); err != nil {
			return asUsage(err)
		}
	}
	parsed.Bind(conn, admin.Output{Writer: out, JSON: c.JSON})
	return nil
}
