package main

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"sync"

	"github.com/jackc/pgx/v5"
)

// startOnPostgres starts the platform on PostgreSQL. It knows no clients' credentials.
func (p platform) startOnPostgres(ctx context.Context, running *sync.WaitGroup) (*server, access, error) {
	addresses, err := freeAddresses(ctx, 4)
	if err != nil {
		return nil, access{}, err
	}
	found := access{
		BaseURL:  "https://" + addresses[0],
		AdminURL: "http://" + addresses[2],
		AdminRPC: addresses[3],
		CAFile:   filepath.Join(p.data(), "ca.pem"),
	}
	server, err := p.up(ctx, running, []string{"VENTANILLA_AUTH__STORE__URL=" + p.postgres, "VENTANILLA_IDENTITY__STORE__URL=" + p.postgres}, func() error { return askReady(ctx, found.AdminURL) },
		"--listen", addresses[0], "--http-listen", addresses[1], "--admin-listen", addresses[2], "--set", "admin.rpc_listen="+found.AdminRPC)
	if err != nil {
		return nil, access{}, err
	}
	server.database = p.postgres
	return server, found, p.connect(server, found)
}

// freeAddresses finds loopback addresses that nobody listens on now.
func freeAddresses(ctx context.Context, n int) ([]string, error) {
	addresses := make([]string, n)
	for i := range addresses {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", loopback)
		if err != nil {
			return nil, fmt.Errorf("finding a free port: %w", err)
		}
		defer listener.Close()
		addresses[i] = listener.Addr().String()
	}
	return addresses, nil
}

// postgresPIDs lists the processes of the PostgreSQL server at url that work for
// others than us. The server must be on this machine.
func postgresPIDs(ctx context.Context, url string) ([]int, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("connecting to the database: %w", err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
	if err != nil {
		return nil, fmt.Errorf("asking for the database's processes: %w", err)
	}
	pids, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return nil, fmt.Errorf("reading the database's processes: %w", err)
	}
	return pids, nil
}
