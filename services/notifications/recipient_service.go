package notifications

import (
	"context"
	"errors"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

type recipientService struct {
	notificationsv1.UnimplementedRecipientServiceServer
	*Service
}

// PutAddress enters an address.
func (s *recipientService) PutAddress(ctx context.Context, req *notificationsv1.PutAddressRequest) (*notificationsv1.PutAddressResponse, error) {
	set, err := s.person(ctx, req)
	if err != nil {
		return nil, err
	}
	address, secret, err := s.newAddress(req.GetAddress())
	if err != nil {
		return nil, err
	}
	stored, former, err := s.store.PutAddress(ctx, authn.CallerOf(ctx).Actor(), set, req.GetPersonId(), address)
	if errors.Is(err, store.ErrTooMany) {
		return nil, rpcerr.Invalid("address", "the person has 20 addresses, which is the most: delete one")
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "entering an address")
	}
	s.recipients.Forget(set, req.GetPersonId())
	if former != "" {
		s.recipients.Forget(set, former)
	}
	answer := &notificationsv1.PutAddressResponse{Address: addressToProto(stored)}
	if stored.ID == address.ID {
		answer.Secret = secret
	}
	return answer, nil
}

// DeleteAddress takes an address away.
func (s *recipientService) DeleteAddress(ctx context.Context, req *notificationsv1.DeleteAddressRequest) (*notificationsv1.DeleteAddressResponse, error) {
	set, err := dataSetOf(ctx, req)
	if err != nil {
		return nil, err
	}
	err = s.store.DeleteAddress(ctx, authn.CallerOf(ctx).Actor(), set, req.GetPersonId(), req.GetAddressId())
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_ADDRESS_NOT_FOUND, "the person has no address of the identifier")
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "taking an address away")
	}
	s.recipients.Forget(set, req.GetPersonId())
	return &notificationsv1.DeleteAddressResponse{}, nil
}

// GetRecipient returns a person's addresses and wishes.
func (s *recipientService) GetRecipient(ctx context.Context, req *notificationsv1.GetRecipientRequest) (*notificationsv1.GetRecipientResponse, error) {
	set, err := s.person(ctx, req)
	if err != nil {
		return nil, err
	}
	found, err := s.store.Recipients(ctx, set, []string{req.GetPersonId()})
	if err != nil {
		return nil, sqlstore.Failure(err, "reading a recipient")
	}
	kept := found[req.GetPersonId()]
	answer := &notificationsv1.GetRecipientResponse{Wishes: wishesToProto(kept.Wishes)}
	for i := range kept.Addresses {
		answer.Addresses = append(answer.Addresses, addressToProto(kept.Addresses[len(kept.Addresses)-1-i]))
	}
	return answer, nil
}

// PutWishes sets what a person asked for.
func (s *recipientService) PutWishes(ctx context.Context, req *notificationsv1.PutWishesRequest) (*notificationsv1.PutWishesResponse, error) {
	set, err := s.person(ctx, req)
	if err != nil {
		return nil, err
	}
	wishes := store.Wishes{TimeZone: req.GetWishes().GetTimeZone(), RefusesAdvertisements: req.GetWishes().GetRefusesAdvertisements()}
	if err := checkZone("wishes.time_zone", wishes.TimeZone); err != nil {
		return nil, err
	}
	if err := s.store.PutWishes(ctx, authn.CallerOf(ctx).Actor(), set, req.GetPersonId(), wishes); err != nil {
		return nil, sqlstore.Failure(err, "setting wishes")
	}
	s.recipients.Forget(set, req.GetPersonId())
	return &notificationsv1.PutWishesResponse{Wishes: wishesToProto(wishes)}, nil
}

// DeleteRecipient forgets a person. It need not be known to identity: that may have forgotten it before.
func (s *recipientService) DeleteRecipient(ctx context.Context, req *notificationsv1.DeleteRecipientRequest) (*notificationsv1.DeleteRecipientResponse, error) {
	set, err := dataSetOf(ctx, req)
	if err != nil {
		return nil, err
	}
	erased, err := s.store.EraseRecipient(ctx, authn.CallerOf(ctx).Actor(), set, req.GetPersonId())
	s.recipients.Forget(set, req.GetPersonId())
	if err != nil {
		return nil, sqlstore.Failure(err, "erasing a recipient")
	}
	return &notificationsv1.DeleteRecipientResponse{Dispatches: int32(erased)}, nil
}

// person is the data set of a request about a person whom identity knows.
func (s *Service) person(ctx context.Context, req interface {
	GetDataSet() authv1.DataSet
	GetPersonId() string
},
) (message.DataSet, error) {
	set, err := dataSetOf(ctx, req)
	if err != nil {
		return "", err
	}
	found, err := s.recipients.Find(ctx, set, req.GetPersonId())
	if err != nil {
		return "", err
	}
	if !found.Known {
		return "", rpcerr.New(errorsv1.Reason_REASON_DESTINATION_UNREACHABLE, "nobody has the identifier", rpcerr.Field("person_id", "nobody has it"))
	}
	return set, nil
}

func dataSetOf(ctx context.Context, req interface{ GetDataSet() authv1.DataSet }) (message.DataSet, error) {
	caller := authn.CallerOf(ctx)
	if err := caller.Needs(scopeRecipients); err != nil {
		return "", err
	}
	set, err := caller.DataSet(req.GetDataSet())
	return message.DataSetOf(set), err
}

func addressToProto(a store.Address) *notificationsv1.Address {
	return &notificationsv1.Address{
		AddressId: a.ID, Channel: a.Channel.Proto(), Value: lastOf(a.Value), CreatedAt: timestamppb.New(a.CreatedAt),
	}
}

func wishesToProto(w store.Wishes) *notificationsv1.Wishes {
	return &notificationsv1.Wishes{TimeZone: w.TimeZone, RefusesAdvertisements: w.RefusesAdvertisements}
}
