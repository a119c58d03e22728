package identity

import (
	"context"
	"errors"
	"strconv"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// defaultPageSize is that of requests that name none.
const defaultPageSize = 50

type personService struct {
	identityv1.UnimplementedPersonServiceServer
	*Service
}

// CreatePerson enters a person.
func (s *personService) CreatePerson(ctx context.Context, req *identityv1.CreatePersonRequest) (*identityv1.CreatePersonResponse, error) {
	caller := callerOf(ctx)
	set, err := caller.dataSetFor(scopeWrite, req.GetPerson().GetDataSet())
	if err != nil {
		return nil, err
	}
	p, err := s.personFromProto(req.GetPerson())
	if err != nil {
		return nil, err
	}
	p.DataSet = set
	stored, err := s.store.CreatePerson(ctx, p, act(ctx, "CreatePerson"))
	if err != nil {
		return nil, personFailure(err, "entering a person")
	}
	out, err := caller.shown(stored)
	return &identityv1.CreatePersonResponse{Person: out}, err
}

// GetPerson returns a person.
func (s *personService) GetPerson(ctx context.Context, req *identityv1.GetPersonRequest) (*identityv1.GetPersonResponse, error) {
	if err := callerOf(ctx).Needs(scopeRead); err != nil {
		return nil, err
	}
	p, err := s.store.Person(ctx, req.GetPersonId())
	if err != nil {
		return nil, personFailure(err, "reading a person")
	}
	out, err := s.release(ctx, "GetPerson", p, req.GetAccess())
	return &identityv1.GetPersonResponse{Person: out}, err
}

// FindPerson returns the person of a unique key or a national identifier.
func (s *personService) FindPerson(ctx context.Context, req *identityv1.FindPersonRequest) (*identityv1.FindPersonResponse, error) {
	caller := callerOf(ctx)
	set, err := caller.dataSetFor(scopeRead, req.GetDataSet())
	if err != nil {
		return nil, err
	}
	var p store.Person
	if in := req.GetIdentifier(); in != nil {
		identifier, wrong := identifierFromProto("identifier", in)
		if wrong != nil {
			return nil, wrong
		}
		p, err = s.store.PersonByIdentifier(ctx, set, identifier)
	} else {
		p, err = s.store.PersonByKey(ctx, set, req.GetUniqueKey())
	}
	if err != nil {
		return nil, personFailure(err, "finding a person")
	}
	out, err := s.release(ctx, "FindPerson", p, req.GetAccess())
	return &identityv1.FindPersonResponse{Person: out}, err
}

// release enters the read of a person that exists for the caller in the log and returns it as the caller may see it.
func (s *personService) release(ctx context.Context, rpc string, p store.Person, why *identityv1.Access) (*identityv1.Person, error) {
	caller := callerOf(ctx)
	if !caller.sees(p.DataSet) {
		return nil, personNotFound()
	}
	out, err := caller.shown(p)
	if err != nil {
		return nil, err
	}
	if err := s.recordRead(ctx, rpc, p.Pseudonym, fieldsOf(out), why); err != nil {
		return nil, err
	}
	return out, nil
}

// ListPersons returns persons in the order of their identifiers.
func (s *personService) ListPersons(ctx context.Context, req *identityv1.ListPersonsRequest) (*identityv1.ListPersonsResponse, error) {
	caller := callerOf(ctx)
	set, err := caller.dataSetFor(scopeRead, req.GetDataSet())
	if err != nil {
		return nil, err
	}
	size := int(req.GetPageSize())
	if size == 0 {
		size = defaultPageSize
	}
	persons, err := s.store.Persons(ctx, set, req.GetPageToken(), size+1) // one more shows whether there is more
	if err != nil {
		return nil, sqlstore.Failure(err, "listing persons")
	}
	answer := &identityv1.ListPersonsResponse{}
	if len(persons) > size {
		persons = persons[:size]
		answer.NextPageToken = persons[size-1].ID
	}
	var pseudonyms []string
	for _, p := range persons {
		out, err := caller.shown(p)
		if err != nil {
			return nil, err
		}
		answer.Persons = append(answer.Persons, out)
		pseudonyms = append(pseudonyms, p.Pseudonym)
	}
	if len(persons) == 0 {
		return answer, nil
	}
	err = s.recordRead(ctx, "ListPersons", store.SetTarget(pseudonyms), fieldsOf(answer.GetPersons()...), req.GetAccess(),
		store.Member{Name: "count", Value: strconv.Itoa(len(persons))})
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// personFailure is failure for what reads and changes of a person fail with.
func personFailure(err error, doing string) error {
	const exists = errorsv1.Reason_REASON_PERSON_EXISTS
	switch {
	case errors.Is(err, sqlstore.ErrNotFound):
		return personNotFound()
	case errors.Is(err, store.ErrUniqueKeyTaken):
		return rpcerr.New(exists, "another person has the unique key", rpcerr.Field("person.unique_key", "is another person's"))
	case errors.Is(err, store.ErrIdentifierTaken):
		return rpcerr.New(exists, "another person has an identifier", rpcerr.Field("person.identifiers", "one is another person's"))
	}
	return sqlstore.Failure(err, doing)
}
