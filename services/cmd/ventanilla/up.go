package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/ventanilla/ventanilla/services/cmd/internal/platform"
)

type upCmd struct {
	settingFlags
	Demo           bool    `help:"Register invented partners, write demo.json and print calls to try."`
	Listen         *string `help:"HTTPS address for partners (127.0.0.1:8443)." placeholder:"HOST:PORT"`
	HTTPListen     *string `help:"Address on which plain HTTP is refused (127.0.0.1:8080)." name:"http-listen" placeholder:"HOST:PORT"`
	AdminListen    *string `help:"Plain-HTTP address of /livez, /readyz and /metrics (127.0.0.1:9090)." placeholder:"HOST:PORT"`
	AdminRPCListen *string `help:"mTLS address of the admin RPCs (127.0.0.1:9443)." name:"admin-rpc-listen" placeholder:"HOST:PORT"`
	PageListen     *string `help:"With --demo: address of a partner's page that shows the widgets (127.0.0.1:8090)." placeholder:"HOST:PORT"`
}

// Run runs the whole platform until it is told to end.
func (c upCmd) Run(ctx context.Context, out io.Writer) error {
	settings, err := c.settings()
	if err != nil {
		return err
	}
	p, err := platform.NewProcess(ctx, "ventanilla", version, settings, os.Stderr)
	if err != nil {
		return err
	}
	demo, err := platform.Up(ctx, p, c.Demo)
	if err != nil {
		return errors.Join(err, p.Group.Stop())
	}
	p.Ready()
	if c.Demo {
		if err := demo.Print(out); err != nil {
			return errors.Join(fmt.Errorf("printing the calls: %w", err), p.Group.Stop())
		}
	}
	return p.Wait(ctx)
}

func (c upCmd) settings() (platform.Settings, error) {
	defaults := platform.Defaults()
	defaults.Data = platform.DefaultData(c.Demo)
	settings, err := c.load(defaults, map[string]*string{
		"edge.listen": c.Listen, "edge.http_listen": c.HTTPListen,
		"admin.listen": c.AdminListen, "admin.rpc_listen": c.AdminRPCListen, "demo.page_listen": c.PageListen,
	})
	if err != nil {
		return settings, err
	}
	if c.Demo {
		if err := refuseDemo(settings); err != nil {
			return settings, asUsage(err)
		}
	}
	settings = settings.Laptop()
	return settings, checkUp(settings)
}

// checkUp validates the settings of every role.
func checkUp(settings platform.Settings) error {
	roles := slices.DeleteFunc(platform.Roles(), func(role string) bool { return role == platform.EtcdRole }) // up has its own
	err := settings.Validate(roles...)
	if _, port, split := net.SplitHostPort(settings.RPC.Listen); split == nil && port != "0" {
		err = errors.Join(err, errors.New("rpc.listen: up runs several services, each on a port of its own: give port 0"))
	}
	if err != nil {
		return asUsage(fmt.Errorf("wrong settings:\n%w", err))
	}
	return nil
}

// refuseDemo keeps known credentials off everything but a laptop.
func refuseDemo(s platform.Settings) error {
	for name, address := range map[string]string{
		"edge.listen": s.Edge.Listen, "edge.http_listen": s.Edge.HTTPListen,
		"admin.listen": s.Admin.Listen, "admin.rpc_listen": s.Admin.RPCListen, "rpc.listen": s.RPC.Listen, "demo.page_listen": s.Demo.PageListen,
	} {
		if address != "" && !platform.Loopback(address) {
			return fmt.Errorf("%s: --demo has known credentials and serves loopback addresses only, not %s", name, address)
		}
	}
	for _, service := range platform.Services() {
		if url := service.Section(&s).Store.URL.Reveal(); url != "" && !strings.HasPrefix(url, "sqlite:") {
			return fmt.Errorf("%s.store.url: --demo has known credentials and writes to SQLite only", service.Role)
		}
	}
	return nil
}
