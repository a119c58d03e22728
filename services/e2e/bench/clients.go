package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
)

// registerClients registers, on an empty database, the two clients that the demo,
// which is for SQLite only, would have.
func (p platform) registerClients(ctx context.Context, on *access) (err error) {
	on.Resource, err = p.register(ctx, on.AdminRPC, "--family", "tuidd", "--kind", "resource-server", "--resource-scope", scope)
	if err != nil {
		return err
	}
	on.Partner, err = p.registerPartner(ctx, *on)
	return err
}

// registerOthers registers partners whose tokens are signed with other algorithms, by the name of the work.
func (p platform) registerOthers(ctx context.Context, on access) (map[string]client, error) {
	others := make(map[string]client)
	for work, algorithm := range map[string]string{issueES256: "ES256", issueEdDSA: "EdDSA"} {
		made, err := p.registerPartner(ctx, on, "--token-algorithm", algorithm)
		if err != nil {
			return nil, err
		}
		others[work] = made
	}
	return others, nil
}

// scope is what the bench's own clients ask for.
const scope = "beneficios"

func (p platform) registerPartner(ctx context.Context, on access, args ...string) (client, error) {
	return p.register(ctx, on.AdminRPC, append([]string{"--family", "cmp", "--scope", scope, "--audience", on.Resource.ID}, args...)...)
}

// register makes a client as the platform's operator.
func (p platform) register(ctx context.Context, admin string, args ...string) (client, error) {
	var made struct {
		Client client `json:"client"`
		Secret string `json:"client_secret"`
	}
	if err := p.admin(ctx, admin, &made, append([]string{"client", "create", "bench"}, args...)...); err != nil {
		return client{}, err
	}
	made.Client.Secret = made.Secret
	return made.Client, nil
}

// admin runs a command as the platform's operator and reads its JSON.
func (p platform) admin(ctx context.Context, address string, into any, args ...string) error {
	as := p.operator
	if as == nil {
		as = []string{"--data", p.data()}
	}
	args = slices.Concat([]string{"admin", "--address", address, "--json"}, as, args)
	command := exec.CommandContext(ctx, p.program, args...) //nolint:gosec // named by whoever runs the bench
	command.Stderr = os.Stderr
	answer, err := command.Output()
	if err != nil {
		return fmt.Errorf("registering a client: %w", err)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("reading what was made: %w", err)
	}
	return nil
}
