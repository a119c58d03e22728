package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// ErrNoService says that no service has the identifier.
var ErrNoService = errors.New("no such service")

const (
	serviceColumns = `s.service_id, s.definition, s.created_at, s.updated_at`
	selectService  = `SELECT ` + serviceColumns + ` FROM service s WHERE s.service_id = $1`
	selectServices = `SELECT ` + serviceColumns + ` FROM service s WHERE s.service_id > $1 ORDER BY s.service_id LIMIT $2`
)

// serviceRow is a service as its columns have it.
type serviceRow struct {
	id               int32
	definition       string
	created, updated int64
}

func (r *serviceRow) columns() []any { return []any{&r.id, &r.definition, &r.created, &r.updated} }

func (r *serviceRow) service() (*notificationsv1.Service, error) {
	service, err := definitionFrom(r.definition)
	if err != nil {
		return nil, err
	}
	service.ServiceId = r.id
	service.CreatedAt, service.UpdatedAt = timestamppb.New(time.UnixMilli(r.created)), timestamppb.New(time.UnixMilli(r.updated))
	return service, nil
}

func scanService(row sqlstore.Scanner) (*notificationsv1.Service, error) {
	var r serviceRow
	if err := row.Scan(r.columns()...); err != nil {
		return nil, err
	}
	return r.service()
}

// Services returns some behind an identifier, by identifier.
func (s *Store) Services(ctx context.Context, after int32, limit int) ([]*notificationsv1.Service, error) {
	services, err := sqlstore.Rows(ctx, s.db, scanService, selectServices, after, limit)
	if err != nil {
		return nil, fmt.Errorf("listing services: %w", err)
	}
	return services, nil
}

// Service returns one. It fails with sqlstore.ErrNotFound when there is none.
func (s *Store) Service(ctx context.Context, id int32) (*notificationsv1.Service, error) {
	service, err := sqlstore.Row(ctx, s.db, scanService, selectService, id)
	if err != nil {
		return nil, fmt.Errorf("reading a service: %w", err)
	}
	return service, nil
}

// CreateService enters a service and returns it with the identifier and times that it was given.
func (s *Store) CreateService(ctx context.Context, actor string, service *notificationsv1.Service) (*notificationsv1.Service, error) {
	definition, err := definitionOf(service)
	if err != nil {
		return nil, err
	}
	stored := proto.CloneOf(service)
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		at := s.now()
		stored.CreatedAt, stored.UpdatedAt = timestamppb.New(at), timestamppb.New(at)
		if err := tx.QueryRowContext(ctx, `INSERT INTO service (definition, created_at, updated_at) VALUES ($1, $2, $2) RETURNING service_id`,
			definition, at.UnixMilli()).Scan(&stored.ServiceId); err != nil {
			return err
		}
		return s.entered(ctx, tx, actor, "CreateService", serviceTarget(stored.GetServiceId()), nil, json.RawMessage(definition))
	})
	if err != nil {
		return nil, fmt.Errorf("entering a service: %w", err)
	}
	return stored, nil
}

// UpdateService lets change edit a service, alone, and stores what it leaves. It returns the service as it is then; what changes nothing is not
// written. An error of change's is returned and nothing stored; change may run more than once. It fails with ErrNoService.
func (s *Store) UpdateService(ctx context.Context, actor string, id int32, change func(*notificationsv1.Service) error) (*notificationsv1.Service, error) {
	var service *notificationsv1.Service
	err := s.db.InTx(ctx, func(tx *sql.Tx) (err error) {
		service, err = scanService(tx.QueryRowContext(ctx, s.locking(selectService, toChange), id))
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoService
		}
		if err != nil {
			return err
		}
		before, err := definitionOf(service)
		if err != nil {
			return err
		}
		if err := change(service); err != nil {
			return err
		}
		after, err := definitionOf(service)
		if err != nil || before == after {
			return err
		}
		at := s.now()
		service.UpdatedAt = timestamppb.New(at)
		if _, err := tx.ExecContext(ctx, `UPDATE service SET definition = $2, updated_at = $3 WHERE service_id = $1`, id, after, at.UnixMilli()); err != nil {
			return err
		}
		return s.entered(ctx, tx, actor, "UpdateService", serviceTarget(id), json.RawMessage(before), json.RawMessage(after))
	})
	if err != nil {
		return nil, fmt.Errorf("changing a service: %w", err)
	}
	return service, nil
}

func serviceTarget(id int32) string { return "service/" + strconv.Itoa(int(id)) }

// definitionOf writes what a service is but for its identifier and times, the same for equal services: protojson promises no spacing.
func definitionOf(service *notificationsv1.Service) (string, error) {
	bare := proto.CloneOf(service)
	bare.ServiceId, bare.CreatedAt, bare.UpdatedAt = 0, nil, nil
	spaced, err := protojson.Marshal(bare)
	if err != nil {
		return "", fmt.Errorf("writing a service: %w", err)
	}
	var text bytes.Buffer
	if err := json.Compact(&text, spaced); err != nil {
		return "", fmt.Errorf("writing a service: %w", err)
	}
	return text.String(), nil
}

// definitionFrom reads it. What a later release knows of services stays unread, for one that is rolled back.
func definitionFrom(text string) (*notificationsv1.Service, error) {
	service := &notificationsv1.Service{}
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal([]byte(text), service); err != nil {
		return nil, fmt.Errorf("reading a service: %w", err)
	}
	return service, nil
}
