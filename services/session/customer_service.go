package session

import (
	"context"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// CreateCustomer enters a customer.
func (s *workspaceService) CreateCustomer(ctx context.Context, req *sessionv1.CreateCustomerRequest) (*sessionv1.CreateCustomerResponse, error) {
	u, err := s.userOf(ctx, req.GetSession())
	if err != nil {
		return nil, err
	}
	in := req.GetCustomer()
	if in.GetOrganisationId() == 0 {
		return nil, rpcerr.Missing("customer.organisation_id")
	}
	decided, err := customerFromProto(in)
	if err != nil {
		return nil, err
	}
	if decided.Since == "" {
		decided.Since = s.today()
	}
	if _, err := s.workplace(ctx, u, in.GetOrganisationId(), true); err != nil {
		return nil, err
	}
	c, err := s.store.CreateCustomer(ctx, decided)
	if err != nil {
		return nil, customerFailure(err, "entering a customer")
	}
	return &sessionv1.CreateCustomerResponse{Customer: customerToProto(c)}, nil
}

// UpdateCustomer changes the fields of the paths.
func (s *workspaceService) UpdateCustomer(ctx context.Context, req *sessionv1.UpdateCustomerRequest) (*sessionv1.UpdateCustomerResponse, error) {
	u, err := s.userOf(ctx, req.GetSession())
	if err != nil {
		return nil, err
	}
	in := req.GetCustomer()
	if err := checkCustomerUpdate(in, req.GetUpdatePaths()); err != nil {
		return nil, err
	}
	if _, err := s.workplace(ctx, u, in.GetOrganisationId(), true); err != nil {
		return nil, err
	}
	c, err := s.store.UpdateCustomer(ctx, in.GetOrganisationId(), in.GetCustomerId(), func(c *store.Customer) error {
		merged := customerToProto(*c)
		assignCustomer(merged, in, req.GetUpdatePaths())
		decided, err := customerFromProto(merged)
		if err != nil {
			return err
		}
		if decided.Since == "" {
			decided.Since = dayOf(c.CreatedAt)
		}
		*c = decided
		return nil
	})
	if err != nil {
		return nil, customerFailure(err, "changing a customer")
	}
	return &sessionv1.UpdateCustomerResponse{Customer: customerToProto(c)}, nil
}

// GetCustomer returns one.
func (s *workspaceService) GetCustomer(ctx context.Context, req *sessionv1.GetCustomerRequest) (*sessionv1.GetCustomerResponse, error) {
	u, err := s.userOf(ctx, req.GetSession())
	if err != nil {
		return nil, err
	}
	if _, err := s.workplace(ctx, u, req.GetOrganisationId(), false); err != nil {
		return nil, err
	}
	c, err := s.store.Customer(ctx, req.GetOrganisationId(), req.GetCustomerId())
	if err != nil {
		return nil, customerFailure(err, "reading a customer")
	}
	return &sessionv1.GetCustomerResponse{Customer: customerToProto(c)}, nil
}

// ListCustomers returns a part of an organisation's.
func (s *workspaceService) ListCustomers(ctx context.Context, req *sessionv1.ListCustomersRequest) (*sessionv1.ListCustomersResponse, error) {
	u, err := s.userOf(ctx, req.GetSession())
	if err != nil {
		return nil, err
	}
	asked, err := store.CustomerList().Read(req.GetQuery())
	if err != nil {
		return nil, err
	}
	if _, err := s.workplace(ctx, u, req.GetOrganisationId(), false); err != nil {
		return nil, err
	}
	all, total, err := s.store.Customers(ctx, req.GetOrganisationId(), asked)
	if err != nil {
		return nil, customerFailure(err, "listing customers")
	}
	answer := &sessionv1.ListCustomersResponse{Total: total}
	for _, c := range all {
		answer.Customers = append(answer.Customers, customerToProto(c))
	}
	return answer, nil
}
