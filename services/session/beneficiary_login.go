package session

import (
	"context"
	"errors"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/integration"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// LogInBeneficiary has an integration log the beneficiary in, and keeps what it tells.
func (s *beneficiaryService) LogInBeneficiary(ctx context.Context, req *sessionv1.LogInBeneficiaryRequest) (*sessionv1.LogInBeneficiaryResponse, error) {
	clientID, set, err := clientWith(ctx, scopeSecurity)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(req.GetLogin()) == "" {
		return nil, rpcerr.Missing("login")
	}
	callable, err := s.integrationOf(ctx, clientID, set, req.GetIntegrationKey())
	if err != nil {
		return nil, err
	}
	told, err := s.pacedLogin(ctx, clientID, callable, req)
	if err != nil {
		return nil, err
	}
	personID, err := s.personOf(ctx, set, told.UniqueKey)
	if err != nil {
		return nil, err
	}
	id, err := s.keepTold(ctx, clientID, set, personID, callable.Key, told)
	if err != nil {
		return nil, err
	}
	token, err := s.issueToken(ctx, id)
	if err != nil {
		return nil, err
	}
	return &sessionv1.LogInBeneficiaryResponse{Token: token, UniqueKey: told.UniqueKey}, nil
}

// pacedLogin logs in at the endpoint, unless too many logins failed. Looking, calling and counting happen in one turn, so that of many who guess at the same time
// no more are let through than have turns.
func (s *Service) pacedLogin(ctx context.Context, clientID string, at integration.Integration, req *sessionv1.LogInBeneficiaryRequest) (integration.Told, error) {
	done, err := s.integrations.Turn(ctx, at)
	if err != nil {
		return integration.Told{}, loginFailure(err)
	}
	defer done()
	login, client := s.pacer.Integration(at.Key, req.GetLogin()), s.pacer.Client(clientID)
	if err := s.pacer.Check(ctx, login, client); err != nil {
		return integration.Told{}, sqlstore.Failure(err, "reading failed logins")
	}
	told, err := s.integrations.LogIn(ctx, at, req.GetLogin(), req.GetPassword())
	if fault, ok := errors.AsType[*integration.Fault](err); ok && fault.Kind == integration.Refused {
		if err := s.pacer.Failed(ctx, login, client); err != nil {
			return told, sqlstore.Failure(err, "counting a failed login")
		}
	}
	if err != nil {
		return told, loginFailure(err)
	}
	return told, sqlstore.Failure(s.pacer.Succeeded(ctx, login, client), "forgetting failed logins")
}

// integrationOf is an integration that a client may use now. It fails with INTEGRATION_NOT_FOUND.
func (s *Service) integrationOf(ctx context.Context, clientID string, set store.DataSet, key string) (integration.Integration, error) {
	stored, err := s.store.Integration(ctx, key)
	if err != nil {
		return integration.Integration{}, integrationFailure(err, "reading an integration")
	}
	if stored.ClientID != clientID || stored.DataSet != set || stored.Disabled {
		return integration.Integration{}, noIntegration()
	}
	return s.callable(stored)
}

// keepTold enters a beneficiary with what an integration told, and returns the number.
func (s *Service) keepTold(ctx context.Context, clientID string, set store.DataSet, personID, integrationKey string, told integration.Told) (id int64, err error) {
	if id, err = s.store.Beneficiary(ctx, clientID, set, personID, told.UniqueKey); err != nil {
		return 0, sqlstore.Failure(err, "entering a beneficiary")
	}
	sealed, err := s.sealRecord(id, integrationKey, told)
	if err != nil {
		return 0, err
	}
	return id, sqlstore.Failure(s.store.PutRecord(ctx, id, integrationKey, sealed), "keeping what an integration told")
}

// loginFailure is what a client is told of a login that came to nothing.
func loginFailure(err error) error {
	fault, ok := errors.AsType[*integration.Fault](err)
	if !ok {
		return err
	}
	switch fault.Kind {
	case integration.Refused:
		return rpcerr.Wrap(errorsv1.Reason_REASON_LOGIN_REFUSED, err, "the integration refuses the login")
	case integration.Rejected:
		var fields []rpcerr.Option
		for _, name := range fault.Attributes {
			fields = append(fields, rpcerr.Field(name, "missing, blank or none that can be used"))
		}
		return rpcerr.Wrap(errorsv1.Reason_REASON_INTEGRATION_REJECTED, err, "the integration's answer cannot be used", fields...)
	}
	return rpcerr.Wrap(errorsv1.Reason_REASON_UNAVAILABLE, err, "the integration is away", rpcerr.RetryAfter(fault.RetryAfter))
}
