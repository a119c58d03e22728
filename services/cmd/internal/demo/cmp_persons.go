package demo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// source is who says what is on record of the demo's citizens.
const source = "demo"

// since is from when it holds, so that there is something to see as of earlier days.
var since = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// Register is whom SeedCitizens calls.
type Register struct {
	Persons    identityv1.PersonServiceClient
	Households identityv1.HouseholdServiceClient
	Facts      identityv1.FactServiceClient
}

// SeedCitizens enters the demo's citizens with their households and facts, unless an earlier run did.
func SeedCitizens(ctx context.Context, to Register) error {
	known, err := inventedPopulation()
	if err != nil {
		return err
	}
	for set, homes := range map[authv1.DataSet][]home{
		authv1.DataSet_DATA_SET_PRODUCTION: known.Production, authv1.DataSet_DATA_SET_STAGING: known.Staging,
	} {
		for _, h := range homes {
			if err := to.ensureHome(ctx, set, h); err != nil {
				return err
			}
		}
	}
	return nil
}

func (to Register) ensureHome(ctx context.Context, set authv1.DataSet, h home) error {
	var members []*identityv1.HouseholdMember
	for _, r := range h.Residents {
		id, err := to.ensurePerson(ctx, set, r)
		if err != nil {
			return fmt.Errorf("entering a demo's citizen: %w", err)
		}
		if err := to.record(ctx, &identityv1.FactSubject{Subject: &identityv1.FactSubject_PersonId{PersonId: id}}, r.Facts); err != nil {
			return err
		}
		relation, ok := identityv1.HouseholdRelation_value["HOUSEHOLD_RELATION_"+strings.ToUpper(r.Relation)]
		if h.Key != "" && !ok {
			return fmt.Errorf("entering a demo's household: %q is no relation", r.Relation)
		}
		members = append(members, &identityv1.HouseholdMember{
			PersonId: id, Relation: identityv1.HouseholdRelation(relation), Statement: stated(r.uniqueKey()),
		})
	}
	if h.Key == "" {
		return nil
	}
	made, err := to.Households.CreateHousehold(ctx, &identityv1.CreateHouseholdRequest{HouseholdKey: h.Key, DataSet: set})
	if err != nil {
		return fmt.Errorf("entering a demo's household: %w", err)
	}
	id := made.GetHousehold().GetHouseholdId()
	if _, err := to.Households.RecordHouseholdMembers(ctx, &identityv1.RecordHouseholdMembersRequest{HouseholdId: id, Members: members}); err != nil {
		return fmt.Errorf("entering the members of a demo's household: %w", err)
	}
	return to.record(ctx, &identityv1.FactSubject{Subject: &identityv1.FactSubject_HouseholdId{HouseholdId: id}}, h.Facts)
}

func (to Register) ensurePerson(ctx context.Context, set authv1.DataSet, r resident) (string, error) {
	found, err := to.Persons.FindPerson(ctx, &identityv1.FindPersonRequest{
		Key: &identityv1.FindPersonRequest_UniqueKey{UniqueKey: r.uniqueKey()}, DataSet: set, Access: access,
	})
	if status.Code(err) != codes.NotFound {
		return found.GetPerson().GetPersonId(), err
	}
	person := &identityv1.Person{
		UniqueKey: r.uniqueKey(), DataSet: set, GivenNames: r.GivenNames, FirstSurname: r.FirstSurname, SecondSurname: r.SecondSurname,
		BirthDate: r.BirthDate,
	}
	if r.RUT != "" {
		person.Identifiers = []*identityv1.Identifier{{Kind: identityv1.IdentifierKind_IDENTIFIER_KIND_RUT, Value: r.RUT}}
	}
	made, err := to.Persons.CreatePerson(ctx, &identityv1.CreatePersonRequest{Person: person})
	return made.GetPerson().GetPersonId(), err
}

// record records facts; those of an earlier run are not recorded again.
func (to Register) record(ctx context.Context, subject *identityv1.FactSubject, facts map[string]any) error {
	if len(facts) == 0 {
		return nil
	}
	request := &identityv1.RecordFactsRequest{Subject: subject}
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		value, err := structpb.NewValue(facts[name])
		if err != nil {
			return fmt.Errorf("the fact %s of a demo's citizen: %w", name, err)
		}
		request.Facts = append(request.Facts, &identityv1.Fact{Name: name, Value: value, Statement: stated(name)})
	}
	if _, err := to.Facts.RecordFacts(ctx, request); err != nil {
		return fmt.Errorf("recording the facts of a demo's citizen: %w", err)
	}
	return nil
}

// stated is a statement that is the same one when it is sent again.
func stated(reference string) *identityv1.Statement {
	return &identityv1.Statement{ValidFrom: timestamppb.New(since), Source: source, Reference: reference}
}
