package session_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/messagingtest"
)

// callee stands for identity or benefits: it keeps what it was asked, and answers what it has for a method, or fails.
type callee struct {
	grpc.ClientConnInterface
	answers map[string]proto.Message // by method
	fail    error
	asked   []proto.Message
}

func (c *callee) Invoke(_ context.Context, method string, args, reply any, _ ...grpc.CallOption) error {
	c.asked = append(c.asked, args.(proto.Message))
	answer, known := c.answers[method]
	switch {
	case c.fail != nil:
		return status.FromProto(rpcerr.Public(c.fail).Proto()).Err()
	case !known:
		return fmt.Errorf("%s is not for this callee", method)
	}
	proto.Merge(reply.(proto.Message), answer)
	return nil
}

// serving is a desk where ana is the person p-1 and has a customer who is p-2.
func serving(p *platform) (d *desk, customer int64) {
	p.T.Helper()
	if p.identity == nil {
		p.identity = &callee{answers: map[string]proto.Message{
			identityv1.PersonService_GetPerson_FullMethodName: &identityv1.GetPersonResponse{Person: &identityv1.Person{
				PersonId: "p-2", DataSet: authv1.DataSet_DATA_SET_PRODUCTION,
			}},
		}}
	}
	d = sitDown(p)
	accounts := sessionv1.NewAccountServiceClient(d.As("gateway"))
	ana := accountOf(d)
	ana.PersonId = "p-1"
	_, err := accounts.UpdateAccount(p.ByOperator("support"), &sessionv1.UpdateAccountRequest{Account: ana, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"person_id"}}})
	roletest.Check(p.T, err)
	made, err := d.create(&sessionv1.Customer{LegalName: "Perla Inventada"})
	roletest.Check(p.T, err)
	_, err = organisations(d.Replica).LinkCustomer(p.ByOperator("support"), &sessionv1.LinkCustomerRequest{
		OrganisationId: d.at, CustomerId: made.GetCustomerId(), PersonId: "p-2",
	})
	roletest.Check(p.T, err)
	return d, made.GetCustomerId()
}

// accountOf is ana's.
func accountOf(d *desk) *sessionv1.Account {
	d.T.Helper()
	got, err := sessionv1.NewAccountServiceClient(d.As("gateway")).GetAccount(d.ByOperator("support"), &sessionv1.GetAccountRequest{
		Account: &sessionv1.GetAccountRequest_Login{Login: &sessionv1.AccountLogin{
			DataSet: authv1.DataSet_DATA_SET_PRODUCTION, Kind: sessionv1.AccountKind_ACCOUNT_KIND_USER, Login: "ana@example.org",
		}},
	})
	roletest.Check(d.T, err)
	return got.GetAccount()
}

func TestWhoIsAskedAbout(t *testing.T) {
	p := newPlatform(t)
	p.benefits, p.notifications = &callee{}, messagingtest.New()
	d, customer := serving(p)
	unlinked, err := d.create(&sessionv1.Customer{LegalName: "Nadie"})
	roletest.Check(t, err)
	calls := map[string]func(customer int64) error{
		"benefits": func(customer int64) error {
			_, err := d.benefits(customer, "")
			return err
		},
		"profile": func(customer int64) error {
			_, err := d.GetUserProfile(t.Context(), &sessionv1.GetUserProfileRequest{
				Session: d.session, Behalf: &sessionv1.Behalf{OrganisationId: d.at, CustomerId: customer},
			})
			return err
		},
		"notification": func(customer int64) error {
			_, err := d.send(customer, "", "Hola")
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			roletest.WantReason(t, call(unlinked.GetCustomerId()), errorsv1.Reason_REASON_SUBJECT_UNKNOWN)
			roletest.WantReason(t, call(unlinked.GetCustomerId()+1), errorsv1.Reason_REASON_CUSTOMER_NOT_FOUND)
		})
	}
	_, err = organisations(d.Replica).UpdateOrganisation(p.ByOperator("editor"), &sessionv1.UpdateOrganisationRequest{
		Organisation: &sessionv1.Organisation{OrganisationId: d.at, Disabled: true}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"disabled"}},
	})
	roletest.Check(t, err)
	for name, call := range calls {
		t.Run(name+" of a shut organisation", func(t *testing.T) {
			roletest.WantReason(t, call(customer), errorsv1.Reason_REASON_ORGANISATION_CLOSED)
		})
	}
	_, err = d.sent(d.at, "dispatch-1")
	roletest.WantReason(t, err, errorsv1.Reason_REASON_ORGANISATION_CLOSED)
	d.session.SessionKey = strings.Repeat("0", 32)
	for name, call := range calls {
		t.Run(name+" without a session", func(t *testing.T) {
			roletest.WantReason(t, call(customer), errorsv1.Reason_REASON_SESSION_INVALID)
		})
	}
}
