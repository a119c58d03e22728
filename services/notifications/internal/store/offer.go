package store

import (
	"context"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// Offer is a service that a provider may consume.
type Offer struct {
	Provider Provider
	Service  *notificationsv1.Service
	// Tokens are the SHA-256 of the service tokens that are good for it.
	Tokens [][]byte
}

const selectOffer = `SELECT ` + providerColumns + `, ` + serviceColumns + `, u.token FROM subscription u
	JOIN provider p ON p.provider_id = u.provider_id JOIN service s ON s.service_id = u.service_id
	WHERE u.provider_id = $1 AND u.service_id = $2 AND u.ended_at IS NULL`

// Offer returns what a provider and a service are to each other. It fails with sqlstore.ErrNotFound where there is no subscription that is good.
func (s *Store) Offer(ctx context.Context, providerID int64, serviceID int32) (Offer, error) {
	rows, err := sqlstore.Rows(ctx, s.db, scanOffer, selectOffer, providerID, serviceID)
	if err == nil && len(rows) == 0 {
		err = sqlstore.ErrNotFound
	}
	if err != nil {
		return Offer{}, fmt.Errorf("reading what a provider may consume: %w", err)
	}
	offer := rows[0]
	for _, row := range rows[1:] {
		offer.Tokens = append(offer.Tokens, row.Tokens...)
	}
	return offer, nil
}

// scanOffer reads one with one token.
func scanOffer(row sqlstore.Scanner) (offer Offer, err error) {
	var provider providerRow
	var service serviceRow
	var token []byte
	if err := row.Scan(append(append(provider.columns(), service.columns()...), &token)...); err != nil {
		return Offer{}, err
	}
	offer.Provider, offer.Tokens = provider.provider(), [][]byte{token}
	offer.Service, err = service.service()
	return offer, err
}
