package identity

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

const (
	defaultSituations = 100
	// maxSituationsBytes bounds an answer; whoever calls takes no longer one.
	maxSituationsBytes = 4 << 20
	// maxFactName bounds the name of a fact, in characters.
	maxFactName = 64
)

type situationService struct {
	identityv1.UnimplementedSituationServiceServer
	*Service
}

// GetSituations returns what is on record of persons.
func (s *situationService) GetSituations(ctx context.Context, req *identityv1.GetSituationsRequest) (*identityv1.GetSituationsResponse, error) {
	set, want, err := s.situationQuery(ctx, req.GetScope())
	if err != nil {
		return nil, err
	}
	keys := make([]store.PersonKey, len(req.GetPersons()))
	for i, in := range req.GetPersons() {
		if keys[i], err = personKey(element("persons", i), in); err != nil {
			return nil, err
		}
	}
	found, err := s.store.Situations(ctx, set, keys, want)
	if errors.Is(err, store.ErrTooLong) {
		return nil, tooManyPersons()
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "reading situations")
	}
	situations, err := situationsToProto(found)
	if err != nil {
		return nil, err
	}
	answer := &identityv1.GetSituationsResponse{Situations: situations}
	if proto.Size(answer) > maxSituationsBytes {
		return nil, tooManyPersons()
	}
	if err := s.recordSituations(ctx, "GetSituations", found, req.GetScope().GetAccess()); err != nil {
		return nil, err
	}
	return answer, nil
}

func tooManyPersons() error {
	return rpcerr.Invalid("persons", "what is on record of them is too long for one answer: ask for fewer persons, or fewer facts")
}

// ListSituations returns what is on record of all persons of a data set, by person_id.
func (s *situationService) ListSituations(ctx context.Context, req *identityv1.ListSituationsRequest) (*identityv1.ListSituationsResponse, error) {
	set, want, err := s.situationQuery(ctx, req.GetScope())
	if err != nil {
		return nil, err
	}
	size := int(req.GetPageSize())
	if size == 0 {
		size = defaultSituations
	}
	for ; size > 0; size /= 2 { // a page that gets too long is made of fewer
		answer, found, err := s.situationsPage(ctx, set, req.GetPageToken(), size, want)
		if errors.Is(err, store.ErrTooLong) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := s.recordSituations(ctx, "ListSituations", found, req.GetScope().GetAccess()); err != nil {
			return nil, err
		}
		return answer, nil
	}
	return nil, rpcerr.Invalid("scope.person_facts", "what is on record of a person is too long for one answer: ask for fewer facts")
}

func (s *situationService) situationsPage(
	ctx context.Context, set store.DataSet, after string, size int, want store.SituationQuery,
) (*identityv1.ListSituationsResponse, []store.Situation, error) {
	found, err := s.store.SituationsAfter(ctx, set, after, size+1, want) // one more shows whether there is more
	if err != nil {
		return nil, nil, sqlstore.Failure(err, "listing situations")
	}
	answer := &identityv1.ListSituationsResponse{}
	if len(found) > size {
		found = found[:size]
		answer.NextPageToken = found[size-1].PersonID
	}
	if answer.Situations, err = situationsToProto(found); err != nil {
		return nil, nil, err
	}
	if proto.Size(answer) > maxSituationsBytes {
		return nil, nil, store.ErrTooLong
	}
	return answer, found, nil
}

func (s *situationService) situationQuery(ctx context.Context, scope *identityv1.SituationScope) (store.DataSet, store.SituationQuery, error) {
	want := store.SituationQuery{PersonFacts: scope.GetPersonFacts(), HouseholdFacts: scope.GetHouseholdFacts()}
	if err := checkNames("scope.person_facts", want.PersonFacts); err != nil {
		return "", want, err
	}
	if err := checkNames("scope.household_facts", want.HouseholdFacts); err != nil {
		return "", want, err
	}
	set, err := callerOf(ctx).dataSetFor(scopeRead, scope.GetDataSet())
	if err != nil {
		return "", want, err
	}
	want.AsOf, err = s.asOf("scope.", scope.GetValidAt(), scope.GetKnownAt())
	return set, want, err
}

// checkNames checks the names of facts. The rules of the contract would take longer than the read for the hundred of a catalogue.
func checkNames(field string, names []string) error {
	for i, name := range names {
		if name == "" || utf8.RuneCountInString(name) > maxFactName {
			return rpcerr.Invalid(element(field, i), "must have 1 to 64 characters")
		}
	}
	return nil
}

func personKey(field string, in *identityv1.PersonKey) (key store.PersonKey, err error) {
	if in.GetIdentifier() == nil {
		return store.PersonKey{ID: in.GetPersonId()}, nil
	}
	key.Identifier, err = identifierFromProto(field+".identifier", in.GetIdentifier())
	return key, err
}

// recordSituations enters the read of all persons that were found as one entry; where there is none, nothing was read.
func (s *Service) recordSituations(ctx context.Context, rpc string, found []store.Situation, why *identityv1.Access) error {
	var persons, members []string
	for _, one := range found {
		if one.PersonID == "" {
			continue
		}
		persons = append(persons, one.Pseudonym)
		if one.Household != nil {
			members = append(members, one.Household.Pseudonyms...)
		}
	}
	persons, members = sorted(persons), sorted(members)
	if len(persons) == 0 {
		return nil
	}
	target, more := persons[0], []store.Member(nil)
	if len(persons) > 1 {
		target, more = store.SetTarget(persons), append(more, store.Member{Name: "count", Value: strconv.Itoa(len(persons))})
	}
	if len(members) > 0 {
		more = append(more, store.Member{Name: "set", Value: store.SetTarget(members)})
	}
	return s.recordRead(ctx, rpc, target, situationFields(found), why, more...)
}

// sorted are texts in order, each once.
func sorted(texts []string) []string { return slices.Compact(slices.Sorted(slices.Values(texts))) }
