package auth_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func TestADeletedClientIsGone(t *testing.T) {
	for name, open := range map[string]func(*testing.T) *platform{
		"SQLite":     func(t *testing.T) *platform { return newPlatform(t) },
		"PostgreSQL": func(t *testing.T) *platform { return openPlatform(t, testkit.Postgres(t), 8) },
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t)
			r, other := p.replica(true), p.replica(true)
			client, kept := r.register(partner("a")), r.register(partner("a"))
			token, key := r.issue(client), r.newKey(client).GetKey()
			if _, err := other.exchange(byToken(token)); err != nil {
				t.Fatal(err)
			}
			ctx := r.security()
			_, err := r.clients().DeleteClient(ctx, &authv1.DeleteClientRequest{ClientId: client.id})
			check(t, err)

			for name, request := range map[string]*authv1.ExchangeRequest{
				"secret": bySecret(client), "token": byToken(token), "API key": byKey(key),
			} {
				_, err := r.exchange(request)
				if rpcerr.Reason(err) != errorsv1.Reason_REASON_CREDENTIAL_INVALID {
					t.Errorf("%s: %v", name, err)
				}
			}
			if r.introspect(r.by(kept), token).GetActive() {
				t.Error("its token is active")
			}
			for name, call := range map[string]func() error{
				"get": func() error {
					_, err := r.clients().GetClient(ctx, &authv1.GetClientRequest{ClientId: client.id})
					return err
				},
				"enable": func() error {
					_, err := r.clients().EnableClient(ctx, &authv1.EnableClientRequest{ClientId: client.id})
					return err
				},
				"delete again": func() error {
					_, err := r.clients().DeleteClient(ctx, &authv1.DeleteClientRequest{ClientId: client.id})
					return err
				},
				"its keys": func() error {
					_, err := r.apiKeys().ListApiKeys(ctx, &authv1.ListApiKeysRequest{ClientId: client.id})
					return err
				},
			} {
				if err := call(); rpcerr.Reason(err) != errorsv1.Reason_REASON_CLIENT_NOT_FOUND {
					t.Errorf("%s: %v", name, err)
				}
			}
			list, err := r.clients().ListClients(ctx, &authv1.ListClientsRequest{})
			check(t, err)
			if ids := list.GetClients(); len(ids) != 1 || ids[0].GetClientId() != kept.id {
				t.Errorf("listed %v", ids)
			}
			testkit.Eventually(t, 10*time.Second, func() error {
				if _, err := other.exchange(byToken(token)); rpcerr.Reason(err) != errorsv1.Reason_REASON_CREDENTIAL_INVALID {
					return fmt.Errorf("on another replica: %w", err)
				}
				if revoked, _, _ := keys(t, other.watch(t.Context(), 0)); !slices.Contains(revoked, client.id) {
					return errors.New("watchers do not hear of it")
				}
				return nil
			})
		})
	}
}
