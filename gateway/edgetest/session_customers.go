package edgetest

import (
	"context"

	"github.com/ventanilla/ventanilla/gateway/wirejson"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// stable writes the same message always alike.
var stable wirejson.JSON

func customer(id int64) *sessionv1.Customer {
	return &sessionv1.Customer{
		CustomerId: id, OrganisationId: 7, LegalName: "Quebracho S.R.L.", TradeName: "El Quebracho", Cuit: "30712345671", Dni: "12345678",
		PostalAddress: &sessionv1.PostalAddress{Street: "Av. Siempreviva 742", City: "Córdoba", PostalCode: "5000", Province: "Córdoba", Country: "Argentina"},
		Phone:         "+54 351 555 0100", Email: "compras@quebracho.example", Since: "2024-02-29",
		PaymentTerms: sessionv1.PaymentTerms_PAYMENT_TERMS_15_DAYS, VatCondition: sessionv1.VatCondition_VAT_CONDITION_REGISTERED, VatRate: "10.5",
		LedgerAccount: "4.1.01", CreditAccount: "1.3.01", Linked: id == 31, CreatedAt: at(-120), UpdatedAt: at(-60),
	}
}

// in checks a call about a customer that is there.
func (s *Workspaces) in(ctx context.Context, session *sessionv1.UserSession, organisation, id int64) error {
	if err := s.called(ctx, session, organisation); err != nil {
		return err
	}
	if id != 31 && id != 32 {
		return scripted(errorsv1.Reason_REASON_CUSTOMER_NOT_FOUND)
	}
	return nil
}

// CreateCustomer answers with the customer 31 when it is as the one there is, which is what cases send, and else says what is other.
func (s *Workspaces) CreateCustomer(ctx context.Context, in *sessionv1.CreateCustomerRequest) (*sessionv1.CreateCustomerResponse, error) {
	if err := s.called(ctx, in.GetSession(), in.GetCustomer().GetOrganisationId()); err != nil {
		return nil, err
	}
	switch in.GetCustomer().GetCuit() {
	case "30-71234567-2":
		return nil, scripted(errorsv1.Reason_REASON_FIELD_INVALID, "customer.cuit")
	case "30-71234567-1":
		return nil, scripted(errorsv1.Reason_REASON_CUSTOMER_EXISTS, "customer.cuit")
	}
	return &sessionv1.CreateCustomerResponse{Customer: customer(31)}, nil
}

// UpdateCustomer answers with what it was asked as the customer's name.
func (s *Workspaces) UpdateCustomer(ctx context.Context, in *sessionv1.UpdateCustomerRequest) (*sessionv1.UpdateCustomerResponse, error) {
	if err := s.in(ctx, in.GetSession(), in.GetCustomer().GetOrganisationId(), in.GetCustomer().GetCustomerId()); err != nil {
		return nil, err
	}
	in.Session = nil
	return &sessionv1.UpdateCustomerResponse{Customer: &sessionv1.Customer{LegalName: said(in)}}, nil
}

// GetCustomer returns one.
func (s *Workspaces) GetCustomer(ctx context.Context, in *sessionv1.GetCustomerRequest) (*sessionv1.GetCustomerResponse, error) {
	found := customer(in.GetCustomerId())
	if in.GetCustomerId() == 32 {
		found = &sessionv1.Customer{CustomerId: 32, OrganisationId: 7, LegalName: "Sin nada", Inactive: true}
	}
	return &sessionv1.GetCustomerResponse{Customer: found}, s.in(ctx, in.GetSession(), in.GetOrganisationId(), in.GetCustomerId())
}

// ListCustomers says what it was asked.
func (s *Workspaces) ListCustomers(ctx context.Context, in *sessionv1.ListCustomersRequest) (*sessionv1.ListCustomersResponse, error) {
	if err := s.called(ctx, in.GetSession(), in.GetOrganisationId()); err != nil {
		return nil, err
	}
	for _, f := range in.GetQuery().GetFilters() {
		if f.GetValue() == "refused" {
			return nil, scripted(errorsv1.Reason_REASON_FIELD_INVALID, "query.filters[0].value")
		}
	}
	return &sessionv1.ListCustomersResponse{Customers: []*sessionv1.Customer{{CustomerId: 31, LegalName: said(in.GetQuery())}}, Total: 1}, nil
}
