package auth

import (
	"context"
	"errors"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// defaultPageSize is that of requests that name none.
const defaultPageSize = 50

type clientService struct {
	authv1.UnimplementedClientServiceServer
	*Service
}

// CreateClient registers a client.
func (s *clientService) CreateClient(ctx context.Context, req *authv1.CreateClientRequest) (*authv1.CreateClientResponse, error) {
	client, err := s.registration(ctx, req.GetClient())
	if err != nil {
		return nil, err
	}
	client.ID = newClientID()
	var secret string
	if len(client.PublicKeys) == 0 {
		secret, client.SecretHash = newSecret()
	}
	stored, err := s.store.CreateClient(ctx, client, act(ctx, "CreateClient"))
	if err != nil {
		return nil, sqlstore.Failure(err, "registering a client")
	}
	return &authv1.CreateClientResponse{Client: s.show(stored), ClientSecret: secret}, nil
}

// GetClient returns one client.
func (s *clientService) GetClient(ctx context.Context, req *authv1.GetClientRequest) (*authv1.GetClientResponse, error) {
	client, err := s.view.StoredClient(ctx, req.GetClientId())
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, clientNotFound()
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "reading a client")
	}
	return &authv1.GetClientResponse{Client: clientToProto(client, s.now())}, nil
}

// ListClients returns clients in the order of their identifiers.
func (s *clientService) ListClients(ctx context.Context, req *authv1.ListClientsRequest) (*authv1.ListClientsResponse, error) {
	size := pageSize(req.GetPageSize())
	clients, err := s.store.Clients(ctx, store.ClientPage{
		After: req.GetPageToken(), Family: req.GetFamily(), Limit: size + 1,
	})
	if err != nil {
		return nil, sqlstore.Failure(err, "listing clients")
	}
	clients, more := cutPage(clients, size)
	answer := &authv1.ListClientsResponse{}
	for _, client := range clients {
		answer.Clients = append(answer.Clients, clientToProto(directory.NewClient(client), s.now()))
	}
	if more {
		answer.NextPageToken = clients[size-1].ID
	}
	return answer, nil
}

// DisableClient ends all of a client's tokens and refuses its secret.
func (s *clientService) DisableClient(ctx context.Context, req *authv1.DisableClientRequest) (*authv1.DisableClientResponse, error) {
	client, err := s.change(ctx, "DisableClient", req.GetClientId(), func(c *store.Client) error {
		if c.Disabled {
			return store.ErrUnchanged
		}
		c.Disabled = true
		c.Epoch++
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &authv1.DisableClientResponse{Client: client}, nil
}

// EnableClient lets a disabled client back in. Its epoch stays, so that its old tokens stay dead.
func (s *clientService) EnableClient(ctx context.Context, req *authv1.EnableClientRequest) (*authv1.EnableClientResponse, error) {
	client, err := s.change(ctx, "EnableClient", req.GetClientId(), func(c *store.Client) error {
		if !c.Disabled {
			return store.ErrUnchanged
		}
		c.Disabled = false
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &authv1.EnableClientResponse{Client: client}, nil
}

// RotateSecret gives a client a new secret. Without an overlap it ends all that the client has.
func (s *clientService) RotateSecret(ctx context.Context, req *authv1.RotateSecretRequest) (*authv1.RotateSecretResponse, error) {
	secret, hash := newSecret()
	client, err := s.change(ctx, "RotateSecret", req.GetClientId(), func(c *store.Client) error {
		if len(c.PublicKeys) > 0 {
			return clientHasNoSecret()
		}
		c.PreviousSecretHash, c.PreviousSecretUntil = nil, time.Time{}
		if overlap := req.GetOverlap().AsDuration(); overlap > 0 {
			c.PreviousSecretHash, c.PreviousSecretUntil = c.SecretHash, overlapEnd(s.now(), overlap)
		} else {
			c.Epoch++
		}
		c.SecretHash = hash
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &authv1.RotateSecretResponse{Client: client, ClientSecret: secret}, nil
}

// overlapEnd is a whole second, as the ends of internal tokens are: those for the old secret serve to its end.
func overlapEnd(now time.Time, overlap time.Duration) time.Time {
	return now.Add(overlap + time.Second - 1).Truncate(time.Second)
}

// DeleteClient ends a client for ever.
func (s *clientService) DeleteClient(ctx context.Context, req *authv1.DeleteClientRequest) (*authv1.DeleteClientResponse, error) {
	deleted, err := s.store.DeleteClient(ctx, req.GetClientId(), act(ctx, "DeleteClient"))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, clientNotFound()
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "deleting a client")
	}
	s.show(deleted)
	return &authv1.DeleteClientResponse{}, nil
}

func (s *clientService) change(ctx context.Context, rpc, id string, edit func(*store.Client) error) (*authv1.Client, error) {
	client, err := s.store.ChangeClient(ctx, id, act(ctx, rpc), edit)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, clientNotFound()
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "changing a client")
	}
	return s.show(client), nil
}

// show takes a client that was just stored into the view and returns it.
func (s *clientService) show(stored store.Client) *authv1.Client {
	client := s.view.PutClient(stored)
	s.changed()
	return clientToProto(client, s.now())
}

func pageSize(asked int32) int {
	if asked == 0 {
		return defaultPageSize
	}
	return int(asked)
}

// cutPage drops what was asked for beyond the page, only to see that there is more.
func cutPage[T any](items []T, size int) (page []T, more bool) {
	if len(items) > size {
		return items[:size], true
	}
	return items, false
}
