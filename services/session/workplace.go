package session

import (
	"context"
	"errors"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// workplace is an organisation as the user works in it. With open it must not be shut. It fails with ORGANISATION_NOT_FOUND, also for an organisation
// that the user is no member of, and with ORGANISATION_CLOSED.
func (s *Service) workplace(ctx context.Context, u user, organisationID int64, open bool) (store.Membership, error) {
	m, err := s.store.Membership(ctx, u.AccountID, organisationID)
	if err != nil {
		return store.Membership{}, organisationFailure(err, "reading a membership")
	}
	if open && (m.Disabled || m.LastDay != "" && m.LastDay < s.today()) {
		return store.Membership{}, rpcerr.New(errorsv1.Reason_REASON_ORGANISATION_CLOSED, "the organisation is shut, or past its last day")
	}
	return m, nil
}

// subject is the person on record behind a Behalf: whom a customer is linked to, or who the user is. It fails as workplace does for an open organisation,
// with CUSTOMER_NOT_FOUND, and with SUBJECT_UNKNOWN when nobody has said who it is.
func (s *Service) subject(ctx context.Context, u user, in *sessionv1.Behalf) (personID string, err error) {
	if _, err := s.workplace(ctx, u, in.GetOrganisationId(), true); err != nil {
		return "", err
	}
	personID = u.PersonID
	if id := in.GetCustomerId(); id != 0 {
		customer, err := s.store.Customer(ctx, in.GetOrganisationId(), id)
		if err != nil {
			return "", customerFailure(err, "reading a customer")
		}
		personID = customer.PersonID
	}
	if personID == "" {
		return "", rpcerr.New(errorsv1.Reason_REASON_SUBJECT_UNKNOWN, "nobody has said which person on record this is")
	}
	return personID, nil
}

// forSomebody is a request of a user that is about somebody.
type forSomebody interface {
	GetSession() *sessionv1.UserSession
	GetBehalf() *sessionv1.Behalf
}

// userFor is who calls and the person on record that the request is about. It fails as userOf and subject do.
func (s *Service) userFor(ctx context.Context, req forSomebody) (u user, personID string, err error) {
	if u, err = s.userOf(ctx, req.GetSession()); err != nil {
		return user{}, "", err
	}
	personID, err = s.subject(ctx, u, req.GetBehalf())
	return u, personID, err
}

// argentina has had no summer time since 2009; the system need not know zones.
var argentina = time.FixedZone("-03", -3*60*60)

// today is the day in Argentina.
func (s *Service) today() string { return dayOf(s.now()) }

func dayOf(at time.Time) string { return at.In(argentina).Format(time.DateOnly) }

// customerFailure is sqlstore.Failure for what is about a customer.
func customerFailure(err error, doing string) error {
	switch {
	case errors.Is(err, store.ErrNoCustomer):
		return rpcerr.New(errorsv1.Reason_REASON_CUSTOMER_NOT_FOUND, "no customer of the organisation has the identifier")
	case errors.Is(err, store.ErrCUITTaken):
		return rpcerr.New(errorsv1.Reason_REASON_CUSTOMER_EXISTS, "the tax number is another customer's of the organisation",
			rpcerr.Field("customer.cuit", "is another customer's"))
	case errors.Is(err, store.ErrTooManyCustomers):
		return rpcerr.Invalid("customer.organisation_id", "the organisation has 100000 customers, which is the most")
	}
	return sqlstore.Failure(err, doing)
}
