package colppy

import (
	"context"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	colppyv1 "github.com/ventanilla/ventanilla/proto/gen/go/colppy/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

var (
	createFields = dialect.Fields{
		Request: (*sessionv1.CreateCustomerRequest)(nil), Names: sessionNames(customerNames()),
	}
	updateFields = dialect.Fields{
		Request: (*sessionv1.UpdateCustomerRequest)(nil), Names: sessionNames(customerNames(), map[string]string{"update_paths": ""}),
	}
	readFields = dialect.Fields{
		Request: (*sessionv1.GetCustomerRequest)(nil),
		Names:   sessionNames(map[string]string{"organisation_id": "idEmpresa", "customer_id": "idCliente"}),
	}
	unchangedFields = dialect.Fields{
		Request: (*sessionv1.GetCustomerRequest)(nil),
		Names:   sessionNames(map[string]string{"organisation_id": general + ".idEmpresa", "customer_id": general + ".idCliente"}),
	}
	customersFields = dialect.Fields{
		Request: (*sessionv1.ListCustomersRequest)(nil),
		Names:   sessionNames(listNames(), map[string]string{"organisation_id": "idEmpresa", "query": ""}),
	}
)

// cliente keeps customers.
type cliente struct {
	colppyv1.UnimplementedClienteServiceServer
	workspace sessionv1.WorkspaceServiceClient
}

// AltaCliente enters a customer.
func (c *cliente) AltaCliente(ctx context.Context, in *colppyv1.AltaClienteRequest) (*colppyv1.AltaClienteResponse, error) {
	customer := &sessionv1.Customer{OrganisationId: in.GetInfoGeneral().GetIdEmpresa()}
	if _, err := readCustomer(customer, in.GetInfoGeneral(), in.GetInfoOtra()); err != nil {
		return nil, err
	}
	created, err := c.workspace.CreateCustomer(ctx, &sessionv1.CreateCustomerRequest{Session: callerOf(ctx).session, Customer: customer})
	if err != nil {
		return nil, translate(createFields, err)
	}
	return &colppyv1.AltaClienteResponse{Data: &colppyv1.ClienteCreado{IdCliente: created.GetCustomer().GetCustomerId()}}, nil
}

// EditarCliente changes what comes of a customer.
func (c *cliente) EditarCliente(ctx context.Context, in *colppyv1.EditarClienteRequest) (*colppyv1.EditarClienteResponse, error) {
	customer := &sessionv1.Customer{OrganisationId: in.GetInfoGeneral().GetIdEmpresa(), CustomerId: in.GetInfoGeneral().GetIdCliente()}
	paths, err := readCustomer(customer, in.GetInfoGeneral(), in.GetInfoOtra())
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 { // nothing is changed
		found, err := c.workspace.GetCustomer(ctx, &sessionv1.GetCustomerRequest{
			Session: callerOf(ctx).session, OrganisationId: customer.GetOrganisationId(), CustomerId: customer.GetCustomerId(),
		})
		if err != nil {
			return nil, translate(unchangedFields, err)
		}
		return &colppyv1.EditarClienteResponse{Data: &colppyv1.ClienteEditado{NombreCliente: found.GetCustomer().GetLegalName()}}, nil
	}
	updated, err := c.workspace.UpdateCustomer(ctx, &sessionv1.UpdateCustomerRequest{
		Session: callerOf(ctx).session, Customer: customer, UpdatePaths: paths,
	})
	if err != nil {
		return nil, translate(updateFields, err)
	}
	return &colppyv1.EditarClienteResponse{Data: &colppyv1.ClienteEditado{NombreCliente: updated.GetCustomer().GetLegalName()}}, nil
}

// LeerCliente returns one.
func (c *cliente) LeerCliente(ctx context.Context, in *colppyv1.LeerClienteRequest) (*colppyv1.LeerClienteResponse, error) {
	found, err := c.workspace.GetCustomer(ctx, &sessionv1.GetCustomerRequest{
		Session: callerOf(ctx).session, OrganisationId: in.GetIdEmpresa(), CustomerId: in.GetIdCliente(),
	})
	if err != nil {
		return nil, translate(readFields, err)
	}
	return &colppyv1.LeerClienteResponse{Data: clienteOf(found.GetCustomer())}, nil
}

// ListarCliente lists those of an organisation.
func (c *cliente) ListarCliente(ctx context.Context, in *colppyv1.ListarClienteRequest) (*colppyv1.ListarClienteResponse, error) {
	query, err := customerColumns.query(in)
	if err != nil {
		return nil, err
	}
	found, err := c.workspace.ListCustomers(ctx, &sessionv1.ListCustomersRequest{
		Session: callerOf(ctx).session, OrganisationId: in.GetIdEmpresa(), Query: query,
	})
	if err != nil {
		return nil, translate(customersFields, err)
	}
	out := &colppyv1.ListarClienteResponse{Total: found.GetTotal()}
	for _, customer := range found.GetCustomers() {
		out.Data = append(out.Data, clienteOf(customer))
	}
	return out, nil
}
