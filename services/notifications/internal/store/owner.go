package store

import (
	"context"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

const (
	selectProvidersOfClient = `SELECT provider_id FROM provider WHERE client_id = $1 AND client_id <> '' AND data_set = $2 ORDER BY provider_id`
	selectProvidersOfRole   = `SELECT provider_id FROM provider WHERE role = $1 AND role <> '' ORDER BY provider_id`
)

// ProvidersOfClient are the providers of a client in its data set, disabled ones too, by identifier.
func (s *Store) ProvidersOfClient(ctx context.Context, clientID string, set message.DataSet) ([]int64, error) {
	ids, err := sqlstore.Rows(ctx, s.db, sqlstore.Value[int64], selectProvidersOfClient, clientID, set)
	if err != nil {
		return nil, fmt.Errorf("reading a client's providers: %w", err)
	}
	return ids, nil
}

// ProvidersOfRole are the providers of a role of the platform, disabled ones too, by identifier.
func (s *Store) ProvidersOfRole(ctx context.Context, role string) ([]int64, error) {
	ids, err := sqlstore.Rows(ctx, s.db, sqlstore.Value[int64], selectProvidersOfRole, role)
	if err != nil {
		return nil, fmt.Errorf("reading a role's providers: %w", err)
	}
	return ids, nil
}
