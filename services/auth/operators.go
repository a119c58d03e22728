package auth

import (
	"context"
	"errors"
	"slices"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

type operatorService struct {
	authv1.UnimplementedOperatorServiceServer
	*Service
}

// CreateOperator registers an operator.
func (s *operatorService) CreateOperator(ctx context.Context, req *authv1.CreateOperatorRequest) (*authv1.CreateOperatorResponse, error) {
	stored, err := s.store.CreateOperator(ctx, store.Operator{
		Name:  req.GetOperator().GetName(),
		Roles: roleNames(req.GetOperator().GetRoles()),
	}, act(ctx, "CreateOperator"))
	if errors.Is(err, sqlstore.ErrConflict) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_OPERATOR_EXISTS, "an operator of the name exists")
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "creating an operator")
	}
	return &authv1.CreateOperatorResponse{Operator: s.show(stored)}, nil
}

// ListOperators returns all operators in the order of their names.
func (s *operatorService) ListOperators(ctx context.Context, _ *authv1.ListOperatorsRequest) (*authv1.ListOperatorsResponse, error) {
	operators, err := s.store.Operators(ctx)
	if err != nil {
		return nil, sqlstore.Failure(err, "listing operators")
	}
	answer := &authv1.ListOperatorsResponse{}
	for _, operator := range operators {
		answer.Operators = append(answer.Operators, operatorToProto(operator))
	}
	return answer, nil
}

// DisableOperator ends an operator's credentials. One who can let operators in stays.
func (s *operatorService) DisableOperator(ctx context.Context, req *authv1.DisableOperatorRequest) (*authv1.DisableOperatorResponse, error) {
	operator, err := s.change(ctx, "DisableOperator", req.GetName(), func(o *store.Operator, others []store.Operator) error {
		switch {
		case o.Disabled:
			return store.ErrUnchanged
		case guards(*o) && !slices.ContainsFunc(others, guards):
			return lastOperator()
		}
		o.Disabled = true
		o.Epoch++
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &authv1.DisableOperatorResponse{Operator: operator}, nil
}

// guards tells whether an operator can let others in.
func guards(o store.Operator) bool {
	return !o.Disabled && slices.Contains(o.Roles, authn.Security)
}

// EnableOperator lets a disabled operator back in. Its epoch stays, so that its old credentials stay dead.
func (s *operatorService) EnableOperator(ctx context.Context, req *authv1.EnableOperatorRequest) (*authv1.EnableOperatorResponse, error) {
	operator, err := s.change(ctx, "EnableOperator", req.GetName(), func(o *store.Operator, _ []store.Operator) error {
		if !o.Disabled {
			return store.ErrUnchanged
		}
		o.Disabled = false
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &authv1.EnableOperatorResponse{Operator: operator}, nil
}

func (s *operatorService) change(
	ctx context.Context, rpc, name string, edit func(o *store.Operator, others []store.Operator) error,
) (*authv1.Operator, error) {
	operator, err := s.store.ChangeOperator(ctx, name, act(ctx, rpc), edit)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, operatorNotFound()
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "changing an operator")
	}
	return s.show(operator), nil
}

// show takes an operator that was just stored into the view and returns it.
func (s *operatorService) show(stored store.Operator) *authv1.Operator {
	s.view.PutOperator(stored)
	s.changed()
	return operatorToProto(stored)
}
