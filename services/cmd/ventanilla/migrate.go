package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/ventanilla/ventanilla/pkg/probe"
	"github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/auth"
	"github.com/ventanilla/ventanilla/services/cmd/internal/platform"
)

type migrateCmd struct{ settingFlags }

// Run migrates the databases that the settings name.
func (c migrateCmd) Run(ctx context.Context, out io.Writer) error {
	settings, err := c.load(platform.Defaults(), nil)
	if err != nil {
		return err
	}
	if err := settings.Auth.Store.Validate(); err != nil {
		return asUsage(fmt.Errorf("auth.store.%w", err))
	}
	settings.Admin.Config = probe.DefaultConfig() // a free port: other roles may run beside it
	p, err := platform.NewProcess(ctx, "migrate", version, settings, os.Stderr)
	if err != nil {
		return err
	}
	return errors.Join(migrate(ctx, p, out), p.Group.Stop())
}

func migrate(ctx context.Context, p *platform.Process, out io.Writer) error {
	db, err := platform.OpenAuthStore(ctx, p)
	if err != nil {
		return err
	}
	if err := store.Migrate(ctx, db, auth.Migrations()); err != nil {
		return err
	}
	revision, err := store.Revision(ctx, db)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "auth\trevision %d\n", revision)
	return err
}
