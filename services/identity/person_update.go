package identity

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/updatemask"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// changeableOfPerson are the fields of a person that an update may name.
func changeableOfPerson() []string {
	return []string{
		"unique_key", "given_names", "first_surname", "second_surname", "birth_date", "identifiers", "contacts", "photo_url",
		"photo_accepted", "mobile_identity", "attributes",
	}
}

// UpdatePerson changes the fields of the mask. What its answer has beside is read.
func (s *personService) UpdatePerson(ctx context.Context, req *identityv1.UpdatePersonRequest) (*identityv1.UpdatePersonResponse, error) {
	caller := callerOf(ctx)
	if err := caller.Needs(scopeWrite); err != nil {
		return nil, err
	}
	id, mask := req.GetPerson().GetPersonId(), req.GetUpdateMask()
	if err := checkMask("person.person_id", id, mask, changeableOfPerson()); err != nil {
		return nil, err
	}
	stored, err := s.store.ChangePerson(ctx, id, act(ctx, "UpdatePerson"), req.GetReason(), func(p *store.Person) error {
		if !caller.sees(p.DataSet) {
			return personNotFound()
		}
		if version := req.GetPerson().GetVersion(); version != 0 && version != p.Version {
			return rpcerr.New(errorsv1.Reason_REASON_PERSON_CHANGED, "the person was changed since that version")
		}
		merged, err := personToProto(*p)
		if err != nil {
			return err
		}
		updatemask.Assign(merged, req.GetPerson(), mask)
		*p, err = s.checkedPerson(merged)
		return err
	})
	if err != nil {
		return nil, personFailure(err, "changing a person")
	}
	if !caller.Has(scopeRead) {
		return &identityv1.UpdatePersonResponse{Person: &identityv1.Person{
			PersonId: stored.ID, DataSet: dataSetToProto(stored.DataSet), Version: stored.Version,
			CreatedAt: timestamppb.New(stored.CreatedAt), UpdatedAt: timestamppb.New(stored.UpdatedAt),
		}}, nil
	}
	// The change's own entry does not say that the rest leaves, too; one that changes nothing has none.
	out, err := s.release(ctx, "UpdatePerson", stored, &identityv1.Access{Purpose: req.GetReason()})
	return &identityv1.UpdatePersonResponse{Person: out}, err
}
