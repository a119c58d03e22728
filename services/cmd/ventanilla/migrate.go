package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/ventanilla/ventanilla/pkg/probe"
	"github.com/ventanilla/ventanilla/services/cmd/internal/platform"
)

type migrateCmd struct {
	settingFlags
	Service []string `arg:"" optional:"" help:"Whose database; those of all services when none is named."`
}

// Run migrates the databases that the settings name.
func (c migrateCmd) Run(ctx context.Context, out io.Writer) error {
	services, err := c.services()
	if err != nil {
		return err
	}
	settings, err := c.load(platform.Defaults(), nil)
	if err != nil {
		return err
	}
	var wrong []error
	for _, service := range services {
		if err := service.Section(&settings).Store.Validate(); err != nil {
			wrong = append(wrong, fmt.Errorf("%s.store.%w", service.Role, err))
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return asUsage(err)
	}
	settings.Admin.Config = probe.DefaultConfig() // a free port: other roles may run beside it
	p, err := platform.NewProcess(ctx, "migrate", version, settings, os.Stderr)
	if err != nil {
		return err
	}
	return errors.Join(migrate(ctx, p, services, out), p.Group.Stop())
}

// services are those that were named, in the order in which they start.
func (c migrateCmd) services() ([]platform.Service, error) {
	all := platform.Services()
	for _, name := range c.Service {
		if !slices.ContainsFunc(all, func(s platform.Service) bool { return s.Role == name }) {
			return nil, usageError{fmt.Errorf("no service is called %q", name)}
		}
	}
	return slices.DeleteFunc(all, func(s platform.Service) bool {
		return len(c.Service) > 0 && !slices.Contains(c.Service, s.Role)
	}), nil
}

func migrate(ctx context.Context, p *platform.Process, services []platform.Service, out io.Writer) error {
	for _, service := range services {
		revision, err := platform.Migrate(ctx, p, service)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "%s\trevision %d\n", service.Role, revision); err != nil {
			return err
		}
	}
	return nil
}
