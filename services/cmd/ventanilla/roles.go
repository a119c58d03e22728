package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/alecthomas/kong"

	"github.com/ventanilla/ventanilla/services/cmd/internal/platform"
)

// serviceCmd is the command of a service's role.
type serviceCmd struct {
	settingFlags
	service platform.Service
}

// serviceCmds are one for each service.
func serviceCmds() []kong.Option {
	var commands []kong.Option
	for _, service := range platform.Services() {
		help := fmt.Sprintf("Run the %s role alone.", service.Role)
		commands = append(commands, kong.DynamicCommand(service.Role, help, "", &serviceCmd{service: service}))
	}
	return commands
}

// Run runs the role until it is told to end.
func (c *serviceCmd) Run(ctx context.Context) error {
	return c.runRole(ctx, c.service.Role, func(_ *platform.Process, mesh *platform.Mesh) error {
		return platform.StartService(ctx, mesh, c.service)
	})
}

type gatewayCmd struct{ settingFlags }

// Run runs the gateway role until it is told to end.
func (c gatewayCmd) Run(ctx context.Context) error {
	return c.runRole(ctx, platform.GatewayRole, func(p *platform.Process, mesh *platform.Mesh) error {
		certificate, err := platform.EdgeFiles(p)
		if err != nil {
			return asUsage(err)
		}
		_, err = platform.StartGateway(ctx, p, mesh, certificate)
		return err
	})
}

// runRole runs a role of a platform whose parts are processes of their own.
func (c settingFlags) runRole(ctx context.Context, role string, start func(*platform.Process, *platform.Mesh) error) error {
	return c.runProcess(ctx, role, func(p *platform.Process) error {
		identity, err := platform.FileIdentity(p)
		if err != nil {
			return asUsage(fmt.Errorf("%w (`ventanilla pki` makes certificates for roles run by hand)", err))
		}
		etcdTLS, err := platform.EtcdTLS(identity, role)
		if err != nil {
			return err
		}
		mesh, err := platform.Join(p, identity, etcdTLS)
		if err != nil {
			return asUsage(err)
		}
		return start(p, mesh)
	})
}

type etcdCmd struct{ settingFlags }

// Run runs an etcd member until it is told to end.
func (c etcdCmd) Run(ctx context.Context) error {
	return c.runProcess(ctx, platform.EtcdRole, func(p *platform.Process) error {
		folder, err := platform.OpenFolder(p.Settings.Data, false)
		if err != nil {
			return err
		}
		p.Group.Defer("data folder", folder.Close)
		_, err = platform.StartEtcd(ctx, p, true)
		return err
	})
}

// runProcess starts a process of one role and waits for its end.
func (c settingFlags) runProcess(ctx context.Context, role string, start func(*platform.Process) error) error {
	settings, err := c.load(platform.Defaults(), nil, role)
	if err != nil {
		return err
	}
	p, err := platform.NewProcess(ctx, role, version, settings, os.Stderr)
	if err != nil {
		return err
	}
	if err := start(p); err != nil {
		return errors.Join(err, p.Group.Stop())
	}
	p.Ready()
	return p.Wait(ctx)
}
