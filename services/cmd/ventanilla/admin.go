package main

import (
	"io"

	"github.com/alecthomas/kong"

	"github.com/ventanilla/ventanilla/services/cmd/internal/admin"
	"github.com/ventanilla/ventanilla/services/cmd/internal/platform"
)

type adminCmd struct {
	admin.Connection
	Client   admin.Clients   `cmd:"" help:"OAuth clients."`
	Key      admin.Keys      `cmd:"" help:"The keys that sign tokens."`
	Operator admin.Operators `cmd:"" help:"Those who run the platform."`
	Act      admin.Acts      `cmd:"" help:"The record of what operators did."`
}

// AfterApply gives the commands below their connection and output.
func (c *adminCmd) AfterApply(parsed *kong.Context, out io.Writer) error {
	if c.Data == "" {
		c.Data = platform.DefaultData(false)
	}
	conn, err := c.Dial()
	if err != nil {
		return asUsage(err)
	}
	parsed.Bind(conn, admin.Output{Writer: out, JSON: c.JSON})
	return nil
}
