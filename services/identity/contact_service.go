package identity

import (
	"context"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

type contactService struct {
	identityv1.UnimplementedContactServiceServer
	*Service
}

// GetContacts returns where persons can be reached.
func (s *contactService) GetContacts(ctx context.Context, req *identityv1.GetContactsRequest) (*identityv1.GetContactsResponse, error) {
	set, err := callerOf(ctx).dataSetFor(scopeRead, req.GetDataSet())
	if err != nil {
		return nil, err
	}
	found, err := s.store.Contacts(ctx, set, req.GetPersonIds())
	if err != nil {
		return nil, sqlstore.Failure(err, "reading contacts")
	}
	if err := s.recordContacts(ctx, found, req.GetAccess()); err != nil {
		return nil, err
	}
	answer := &identityv1.GetContactsResponse{Persons: make([]*identityv1.PersonContacts, len(found))}
	for i, p := range found {
		answer.Persons[i] = &identityv1.PersonContacts{PersonId: p.PersonID, Contacts: contactsToProto(p.Contacts)}
	}
	return answer, nil
}

// recordContacts enters a read of each person that was found, so that each finds it among its own.
func (s *Service) recordContacts(ctx context.Context, found []store.PersonContacts, why *identityv1.Access) error {
	act := act(ctx, "GetContacts")
	entry := auditlog.Entry{At: s.now(), Actor: act.Actor, Act: act.Name, Detail: store.Detail{
		OnBehalfOf: why.GetOnBehalfOf(), Fields: []string{"contacts"}, Purpose: why.GetPurpose(), Trace: act.Trace,
	}.JSON()}
	var reads []auditlog.Entry
	for _, p := range found {
		if p.PersonID != "" {
			entry.Target = p.Pseudonym
			reads = append(reads, entry)
		}
	}
	if len(reads) == 0 {
		return nil
	}
	return unrecorded(s.store.EnterReads(ctx, reads))
}
