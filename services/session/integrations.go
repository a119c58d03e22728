package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"buf.build/go/protovalidate"

	"github.com/ventanilla/ventanilla/pkg/egress"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/session/internal/integration"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

const (
	// callWithin bounds a call of an integration, refreshWithin all that is done to have fresh word when a functionality is opened.
	callWithin    = 10 * time.Second
	refreshWithin = 3 * time.Second
	// leftAlone is how long an endpoint has peace that did not answer.
	leftAlone = 10 * time.Second
)

// integrations calls them. Whoever makes it closes it.
type integrations struct {
	*integration.Client
	egress *egress.Client
	// contract validates integrations as they would be after a change.
	contract protovalidate.Validator
}

func newIntegrations(config egress.Config, deps Deps) (*integrations, error) {
	contract, err := integrationContract()
	if err != nil {
		return nil, fmt.Errorf("reading the contract of integrations: %w", err)
	}
	calls, err := egress.New(config, nil)
	if err != nil {
		return nil, fmt.Errorf("integrations.%w", err)
	}
	client, err := integration.New(integration.Options{
		Egress: calls, Timeout: callWithin, Pause: leftAlone, Now: deps.Now, Logger: deps.Logger, Meter: deps.Meter,
	})
	if err != nil {
		return nil, errors.Join(err, calls.Close())
	}
	return &integrations{client, calls, contract}, nil
}

// Close ends the connections that wait for a next call.
func (i *integrations) Close() error { return i.egress.Close() }

// callable is an integration with its secrets.
func (s *Service) callable(stored store.Integration) (integration.Integration, error) {
	secrets, err := s.secretsOf(stored)
	if err != nil {
		return integration.Integration{}, err
	}
	stored.Definition.Fill(secrets)
	return integration.Integration{Key: stored.Key, Changed: stored.UpdatedAt, Definition: stored.Definition}, nil
}

// secretsOf are an integration's; none for one that has nothing sealed yet.
func (s *Service) secretsOf(stored store.Integration) (secrets integration.Secrets, err error) {
	if stored.Secrets == nil {
		return nil, nil
	}
	text, err := s.kek.Open(stored.Secrets, placeOfSecrets(stored.Key))
	if err == nil {
		err = json.Unmarshal(text, &secrets)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the secrets of integration %s: %w", stored.Key, err)
	}
	return secrets, nil
}

func (s *Service) sealSecrets(key string, secrets integration.Secrets) ([]byte, error) {
	text, err := json.Marshal(secrets)
	if err != nil {
		return nil, fmt.Errorf("writing down secrets: %w", err)
	}
	return s.kek.Seal(text, placeOfSecrets(key)), nil
}

// placeOfSecrets and placeOfRecord are what tie what is sealed to where it is stored.
func placeOfSecrets(integrationKey string) []byte {
	return []byte("session integration/" + integrationKey)
}

func placeOfRecord(beneficiaryID int64, integrationKey string) []byte {
	return []byte("session beneficiary/" + strconv.FormatInt(beneficiaryID, 10) + "/integration/" + integrationKey)
}

// record is what an integration told of a beneficiary, and as it is stored; nothing and nil for nothing.
func (s *Service) record(ctx context.Context, beneficiaryID int64, integrationKey string) (told integration.Told, sealed []byte, err error) {
	sealed, err = s.store.Record(ctx, beneficiaryID, integrationKey)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return told, nil, nil
	}
	if err != nil {
		return told, nil, err
	}
	told, err = s.openRecord(beneficiaryID, integrationKey, sealed)
	return told, sealed, err
}

// openRecord reads what sealRecord made.
func (s *Service) openRecord(beneficiaryID int64, integrationKey string, sealed []byte) (told integration.Told, err error) {
	text, err := s.kek.Open(sealed, placeOfRecord(beneficiaryID, integrationKey))
	if err == nil {
		err = json.Unmarshal(text, &told)
	}
	if err != nil {
		return told, fmt.Errorf("opening what integration %s told: %w", integrationKey, err)
	}
	return told, nil
}

func (s *Service) sealRecord(beneficiaryID int64, integrationKey string, told integration.Told) ([]byte, error) {
	text, err := told.Text()
	if err != nil {
		return nil, err
	}
	return s.kek.Seal(text, placeOfRecord(beneficiaryID, integrationKey)), nil
}

// told is what an integration told of a beneficiary: a JSON object, with its numbers as they were written; "{}" for nothing, which is sealed as nil.
func (s *Service) told(beneficiaryID int64, integrationKey string, sealed []byte) (attributesJSON string, err error) {
	if sealed == nil {
		return "{}", nil
	}
	told, err := s.openRecord(beneficiaryID, integrationKey, sealed)
	return string(told.Attributes), err
}

// refresh has an integration tell anew of a beneficiary, if it can and does so soon. What it told before stays otherwise.
func (s *Service) refresh(ctx context.Context, integrationKey string, beneficiaryID int64, uniqueKey string) {
	ctx, cancel := context.WithTimeout(ctx, refreshWithin)
	defer cancel()
	if err := s.refreshed(ctx, integrationKey, beneficiaryID, uniqueKey); err != nil {
		s.logger.WarnContext(ctx, "an integration told nothing new", "integration", integrationKey, "error", err)
	}
}

func (s *Service) refreshed(ctx context.Context, integrationKey string, beneficiaryID int64, uniqueKey string) error {
	stored, err := s.store.Integration(ctx, integrationKey)
	if err != nil || stored.Disabled || stored.Definition.Refresh == nil {
		return err
	}
	callable, err := s.callable(stored)
	if err != nil {
		return err
	}
	before, was, err := s.record(ctx, beneficiaryID, integrationKey)
	if err != nil {
		return err
	}
	done, err := s.integrations.Turn(ctx, callable)
	if err != nil {
		return err
	}
	defer done()
	told, err := s.integrations.Refresh(ctx, callable, uniqueKey, before.Headers)
	if err != nil {
		return err
	}
	sealed, err := s.sealRecord(beneficiaryID, integrationKey, told)
	if err != nil {
		return err
	}
	return s.store.RefreshRecord(ctx, beneficiaryID, integrationKey, was, sealed)
}
