package identity

import (
	"context"
	"errors"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

type dataProtectionService struct {
	identityv1.UnimplementedDataProtectionServiceServer
	*Service
}

// ExportPerson returns all that is stored about a person.
func (s *dataProtectionService) ExportPerson(ctx context.Context, req *identityv1.ExportPersonRequest) (*identityv1.ExportPersonResponse, error) {
	kept, err := s.store.Kept(ctx, req.GetPersonId())
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, personNotFound()
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "exporting a person")
	}
	document, err := s.exported(ctx, kept)
	if err != nil {
		return nil, sqlstore.Failure(err, "exporting a person")
	}
	err = s.recordRead(ctx, "ExportPerson", kept.Person.Pseudonym, exportedFields, &identityv1.Access{Purpose: req.GetReason()})
	if err != nil {
		return nil, err
	}
	return &identityv1.ExportPersonResponse{Document: document}, nil
}

// ErasePerson removes a person for good.
func (s *dataProtectionService) ErasePerson(ctx context.Context, req *identityv1.ErasePersonRequest) (*identityv1.ErasePersonResponse, error) {
	revoked, err := s.store.ErasePerson(ctx, act(ctx, "ErasePerson"), req.GetPersonId(), req.GetReason())
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, personNotFound()
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "erasing a person")
	}
	return &identityv1.ErasePersonResponse{RevokedCards: revoked}, nil
}
