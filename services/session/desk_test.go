package session_test

import (
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// desk is where a user works: a session, and an organisation that the user is a member of.
type desk struct {
	*roletest.Replica
	sessionv1.WorkspaceServiceClient
	session *sessionv1.UserSession
	at      int64
}

// sitDown lets ana work in an organisation.
func sitDown(p *platform) *desk {
	p.T.Helper()
	r := p.replica()
	account(r, sessionv1.AccountKind_ACCOUNT_KIND_DEVELOPER, "taller")
	ana := account(r, sessionv1.AccountKind_ACCOUNT_KIND_USER, "ana@example.org")
	at := organisation(r, "Uno S.A.")
	member(r, at, ana.GetAccountId())
	return &desk{r, sessionv1.NewWorkspaceServiceClient(r.As("gateway")), logIn(r, "taller", "ana@example.org"), at}
}

func (d *desk) create(c *sessionv1.Customer) (*sessionv1.Customer, error) {
	c = proto.CloneOf(c)
	if c.GetOrganisationId() == 0 {
		c.OrganisationId = d.at
	}
	made, err := d.CreateCustomer(d.T.Context(), &sessionv1.CreateCustomerRequest{Session: d.session, Customer: c})
	return made.GetCustomer(), err
}

func (d *desk) update(c *sessionv1.Customer, paths ...string) (*sessionv1.Customer, error) {
	changed, err := d.UpdateCustomer(d.T.Context(), &sessionv1.UpdateCustomerRequest{Session: d.session, Customer: c, UpdatePaths: paths})
	return changed.GetCustomer(), err
}

func (d *desk) list(at int64, q *sessionv1.ListQuery) ([]string, int64, error) {
	listed, err := d.ListCustomers(d.T.Context(), &sessionv1.ListCustomersRequest{Session: d.session, OrganisationId: at, Query: q})
	var names []string
	for _, c := range listed.GetCustomers() {
		names = append(names, c.GetLegalName())
	}
	return names, listed.GetTotal(), err
}
