package demo

import (
	"context"
	"crypto/md5" //nolint:gosec // document 004 has programs present passwords as their MD5
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"fmt"
	"strings"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/cmd/internal/catalogfile"
)

//go:embed customers.yaml
var customersText []byte

// invoiced are the demo's customers. The last is a person on record.
func invoiced() ([]*sessionv1.Customer, error) {
	list := &sessionv1.ListCustomersResponse{}
	if err := catalogfile.ReadMessage("customers.yaml", customersText, list); err != nil {
		return nil, fmt.Errorf("reading the demo's customers: %w", err)
	}
	return list.GetCustomers(), nil
}

// newPassword is what is presented as a new password, which nobody has seen in clear.
func newPassword() string {
	sum := md5.Sum([]byte(rand.Text())) //nolint:gosec // as above
	return hex.EncodeToString(sum[:])
}

// ensureCustomers enters the customers that an organisation lacks, as the user does, and links the last to the person who it is.
func (to Workplace) ensureCustomers(ctx context.Context, o office, session *sessionv1.UserSession) error {
	wanted, err := invoiced()
	if err != nil {
		return err
	}
	known, err := to.Customers.ListCustomers(ctx, &sessionv1.ListCustomersRequest{
		Session: session, OrganisationId: *o.organisation, Query: &sessionv1.ListQuery{Limit: 500},
	})
	if err != nil {
		return fmt.Errorf("listing the customers of a demo's organisation: %w", err)
	}
	byCUIT := make(map[string]*sessionv1.Customer)
	for _, c := range known.GetCustomers() {
		byCUIT[c.GetCuit()] = c
	}
	var last *sessionv1.Customer
	for _, c := range wanted[len(wanted)-o.customers:] {
		if last = byCUIT[strings.ReplaceAll(c.GetCuit(), "-", "")]; last != nil {
			continue
		}
		c.OrganisationId = *o.organisation
		made, err := to.Customers.CreateCustomer(ctx, &sessionv1.CreateCustomerRequest{Session: session, Customer: c})
		if err != nil {
			return fmt.Errorf("entering the customer %q of the demo: %w", c.GetLegalName(), err)
		}
		last = made.GetCustomer()
	}
	if *o.customer = last.GetCustomerId(); !last.GetLinked() {
		if err := to.link(ctx, o); err != nil {
			return err
		}
	}
	if _, err := to.Sessions.CloseSession(ctx, &sessionv1.CloseSessionRequest{Session: session}); err != nil {
		return fmt.Errorf("closing the session of a demo's user: %w", err)
	}
	return nil
}

func (to Workplace) link(ctx context.Context, o office) error {
	person, err := to.person(ctx, o.set, o.linked)
	if err != nil {
		return err
	}
	if _, err := to.Organisations.LinkCustomer(ctx, &sessionv1.LinkCustomerRequest{
		OrganisationId: *o.organisation, CustomerId: *o.customer, PersonId: person,
	}); err != nil {
		return fmt.Errorf("linking a customer of the demo to a person: %w", err)
	}
	return nil
}

// logIn opens a session of the user.
func (to Workplace) logIn(ctx context.Context, o office) (*sessionv1.UserSession, error) {
	developer := &sessionv1.DeveloperCredential{Login: o.developer.Usuario, Password: o.developer.Password, DataSet: o.set}
	made, err := to.Sessions.OpenSession(ctx, &sessionv1.OpenSessionRequest{Developer: developer, User: o.user.Usuario, Password: o.user.Password})
	if err != nil {
		return nil, err
	}
	return &sessionv1.UserSession{Developer: developer, User: o.user.Usuario, SessionKey: made.GetSessionKey()}, nil
}
