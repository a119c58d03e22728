package auth

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"buf.build/go/protovalidate"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/updatemask"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// changeable are the fields of a client that an update may name.
func changeable() []string {
	return []string{
		"name", "scopes", "audiences", "token_life", "resource_scopes", "introspects_all", "personal_data",
		"introspection_members", "token_algorithm", "introspection_algorithm", "public_keys", "limit", "origins",
	}
}

// registrationContract validates whole registrations.
func registrationContract() (protovalidate.Validator, error) {
	return protovalidate.New(protovalidate.WithMessages(&authv1.CreateClientRequest{}), protovalidate.WithDisableLazy())
}

// UpdateClient changes what an operator decides about a client.
func (s *clientService) UpdateClient(ctx context.Context, req *authv1.UpdateClientRequest) (*authv1.UpdateClientResponse, error) {
	paths := req.GetUpdateMask().GetPaths()
	if err := checkUpdate(req.GetClient(), paths); err != nil {
		return nil, err
	}
	if slices.Contains(paths, "public_keys") && !mayHandleSecrets(ctx) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_PERMISSION_DENIED, "a client's keys take the role security")
	}
	if slices.Contains(paths, "audiences") {
		if err := s.checkNewAudiences(ctx, req.GetClient()); err != nil {
			return nil, err
		}
	}
	client, err := s.change(ctx, "UpdateClient", req.GetClient().GetClientId(), func(c *store.Client) error {
		before := *c
		merged := clientToProto(directory.NewClient(*c), s.now())
		updatemask.Assign(merged, req.GetClient(), req.GetUpdateMask())
		if err := rpcserver.Validate(s.contract, &authv1.CreateClientRequest{Client: merged}); err != nil {
			return err
		}
		if err := decide(c, merged); err != nil {
			return err
		}
		if reflect.DeepEqual(before, *c) {
			return store.ErrUnchanged
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &authv1.UpdateClientResponse{Client: client}, nil
}

// checkNewAudiences is checkAudiences for a client that there is, whose data set never changes.
func (s *clientService) checkNewAudiences(ctx context.Context, in *authv1.Client) error {
	client, err := s.view.StoredClient(ctx, in.GetClientId())
	if errors.Is(err, sqlstore.ErrNotFound) {
		return clientNotFound()
	}
	if err != nil {
		return sqlstore.Failure(err, "looking up a client")
	}
	return s.checkAudiences(ctx, in.GetAudiences(), client.DataSet)
}

// mayHandleSecrets tells whether the caller has the role security.
func mayHandleSecrets(ctx context.Context) bool {
	claims, ok := authn.FromContext(ctx)
	return ok && slices.Contains(claims.Roles, authn.Security)
}

// checkUpdate is the contract's rule for what the contract cannot say itself: a client of which only some fields count.
func checkUpdate(client *authv1.Client, paths []string) error {
	switch {
	case client.GetClientId() == "":
		return rpcerr.Missing("client.client_id")
	case len(client.GetClientId()) > maxClientID:
		return rpcerr.Invalid("client.client_id", "must be at most 128 characters")
	case len(client.GetAudiences()) > maxAudiences:
		return rpcerr.Invalid("client.audiences", "must be at most 64")
	case len(paths) == 0:
		return rpcerr.Missing("update_mask")
	}
	for i, path := range paths {
		if !slices.Contains(changeable(), path) {
			return rpcerr.Invalid(fmt.Sprintf("update_mask.paths[%d]", i),
				fmt.Sprintf("%.64q is not to be changed; these are: %s", path, strings.Join(changeable(), ", ")))
		}
	}
	return nil
}
