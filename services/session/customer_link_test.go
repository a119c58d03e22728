package session_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
	"github.com/ventanilla/ventanilla/pkg/roletest"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// personRecords stand for identity, as far as it tells of a person by identifier.
type personRecords struct {
	grpc.ClientConnInterface
	persons map[string]authv1.DataSet
	asked   []*identityv1.GetPersonRequest
	away    error // what it answers instead
}

// Invoke answers GetPerson.
func (p *personRecords) Invoke(_ context.Context, method string, args, reply any, _ ...grpc.CallOption) error {
	request, ok := args.(*identityv1.GetPersonRequest)
	if !ok {
		return fmt.Errorf("%s is not for identity", method)
	}
	p.asked = append(p.asked, request)
	set, known := p.persons[request.GetPersonId()]
	switch {
	case p.away != nil:
		return p.away
	case !known:
		return rpcerr.New(errorsv1.Reason_REASON_PERSON_NOT_FOUND, "nobody has the identifier")
	}
	proto.Merge(reply.(proto.Message), &identityv1.GetPersonResponse{Person: &identityv1.Person{PersonId: request.GetPersonId(), DataSet: set}})
	return nil
}

func TestOperatorsLinkCustomersToPersons(t *testing.T) {
	p := newPlatform(t)
	identity := &personRecords{persons: map[string]authv1.DataSet{
		"p-1": authv1.DataSet_DATA_SET_PRODUCTION, "p-2": authv1.DataSet_DATA_SET_STAGING,
	}}
	p.identity = identity
	d := sitDown(p)
	customer, err := d.create(&sessionv1.Customer{LegalName: "Perla Inventada"})
	roletest.Check(t, err)
	link := func(at, customer int64, person string) error {
		_, err := organisations(d.Replica).LinkCustomer(p.ByOperator("support"), &sessionv1.LinkCustomerRequest{
			OrganisationId: at, CustomerId: customer, PersonId: person,
		})
		return err
	}
	linked := func() bool {
		got, err := d.GetCustomer(t.Context(), &sessionv1.GetCustomerRequest{Session: d.session, OrganisationId: d.at, CustomerId: customer.GetCustomerId()})
		roletest.Check(t, err)
		return got.GetCustomer().GetLinked()
	}

	roletest.WantReason(t, link(d.at, customer.GetCustomerId()+1, "p-1"), errorsv1.Reason_REASON_CUSTOMER_NOT_FOUND)
	roletest.WantReason(t, link(organisation(d.Replica, "dos"), customer.GetCustomerId(), "p-1"), errorsv1.Reason_REASON_CUSTOMER_NOT_FOUND)
	if len(identity.asked) > 0 || linked() {
		t.Errorf("of no customer identity was asked %d times", len(identity.asked))
	}
	for _, person := range []string{"p-2", "p-3"} {
		roletest.WantField(t, link(d.at, customer.GetCustomerId(), person), errorsv1.Reason_REASON_PERSON_NOT_FOUND, "person_id")
	}
	roletest.Check(t, link(d.at, customer.GetCustomerId(), "p-1"))
	if !linked() {
		t.Error("the customer is not linked")
	}
	access := identity.asked[len(identity.asked)-1].GetAccess()
	if access.GetOnBehalfOf() != fmt.Sprint("organisation/", d.at) || !strings.Contains(access.GetPurpose(), "cliente") {
		t.Errorf("identity was told %v", access)
	}
	// A change by the user leaves the link.
	_, err = d.update(&sessionv1.Customer{OrganisationId: d.at, CustomerId: customer.GetCustomerId(), Phone: "1"}, "phone")
	roletest.Check(t, err)
	if !linked() {
		t.Error("the customer is no longer linked")
	}
	identity.away = rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "away")
	roletest.WantReason(t, link(d.at, customer.GetCustomerId(), "p-1"), errorsv1.Reason_REASON_UNAVAILABLE)
	roletest.Check(t, link(d.at, customer.GetCustomerId(), ""))
	if linked() {
		t.Error("the customer is still linked")
	}

	events, _, err := eventlog.List(t.Context(), p.DB, eventlog.Filter{TargetPrefix: fmt.Sprint("organisation/", d.at, "/customer/")}, 0, 9)
	roletest.Check(t, err)
	if len(events) != 2 || events[0].Before == "{}" || strings.Contains(events[0].Before, "p-1") || events[1].After != events[0].Before {
		t.Errorf("the log has %v", events)
	}
}
