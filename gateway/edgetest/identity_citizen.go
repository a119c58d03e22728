package edgetest

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// What the scripted identity service has on record of citizens:
//   - "44444444-4" lives with others, of all relations, in a household about which facts are recorded;
//   - "11111111-1" has one surname and lives alone, "22222222-2" lives in a household whose facts are of wrong types;
//   - of others there is nothing.

// citizenOfCall is the citizen in the internal token of a call, empty for none.
func citizenOfCall(ctx context.Context) string {
	token := strings.Join(metadata.ValueFromIncomingContext(ctx, "authorization"), " ")
	citizen, found := strings.CutPrefix(token, "Bearer "+internalToken+".")
	if !found {
		return ""
	}
	return citizen
}

// asked returns the citizen of a call that says why it asks.
func (i *Identity) asked(ctx context.Context, purpose string) (string, error) {
	if err := fails(i.Fails, i.Field); err != nil {
		return "", err
	}
	citizen := citizenOfCall(ctx)
	switch {
	case citizen == "":
		return "", rpcerr.Forbidden("scripted")
	case purpose == "":
		return "", rpcerr.Missing("purpose")
	case !slices.Contains([]string{"44444444-4", "11111111-1", "22222222-2"}, citizen):
		return "", rpcerr.New(errorsv1.Reason_REASON_PERSON_NOT_FOUND, "scripted")
	}
	return citizen, nil
}

// GetCitizen tells the purpose of the call as the first surname, so that cases show it.
func (i *Identity) GetCitizen(ctx context.Context, in *identityv1.GetCitizenRequest) (*identityv1.GetCitizenResponse, error) {
	citizen, err := i.asked(ctx, in.GetPurpose())
	if err != nil {
		return nil, err
	}
	answer := &identityv1.GetCitizenResponse{GivenNames: "Inés <María>", FirstSurname: in.GetPurpose(), Rut: citizen}
	if citizen == "44444444-4" {
		answer.SecondSurname = "Ñancupil"
	}
	if in.GetHousehold() && citizen != "11111111-1" {
		answer.Household = &identityv1.CitizenHousehold{Members: members(), Facts: make(map[string]*structpb.Value)}
		known := map[string]*structpb.Value{"rsh_tranche": structpb.NewNumberValue(40), "commune": structpb.NewStringValue("Ñuñoa")}
		if citizen == "22222222-2" {
			known = map[string]*structpb.Value{"rsh_tranche": structpb.NewNumberValue(40.5), "commune": structpb.NewBoolValue(true)}
		}
		for _, name := range in.GetHouseholdFacts() {
			answer.Household.Facts[name] = known[name]
		}
	}
	return answer, nil
}

// members has one of each relation.
func members() []*identityv1.CitizenHouseholdMember {
	return []*identityv1.CitizenHouseholdMember{
		{GivenNames: "Pedro", Relation: identityv1.HouseholdRelation_HOUSEHOLD_RELATION_HEAD},
		{GivenNames: "Inés", Relation: identityv1.HouseholdRelation_HOUSEHOLD_RELATION_PARTNER, Self: true},
		{GivenNames: "Luz", Relation: identityv1.HouseholdRelation_HOUSEHOLD_RELATION_CHILD},
		{GivenNames: "Rosa", Relation: identityv1.HouseholdRelation_HOUSEHOLD_RELATION_PARENT},
		{GivenNames: "Raúl", Relation: identityv1.HouseholdRelation_HOUSEHOLD_RELATION_RELATIVE},
		{GivenNames: "Eva", Relation: identityv1.HouseholdRelation_HOUSEHOLD_RELATION_OTHER},
	}
}

// ListCitizenAccesses has reads of each kind of actor, and of citizens who live alone none.
func (i *Identity) ListCitizenAccesses(ctx context.Context, in *identityv1.ListCitizenAccessesRequest) (*identityv1.ListCitizenAccessesResponse, error) {
	citizen, err := i.asked(ctx, in.GetPurpose())
	if err != nil || citizen == "11111111-1" {
		return &identityv1.ListCitizenAccessesResponse{}, err
	}
	at := &timestamppb.Timestamp{Seconds: 1764093600, Nanos: 1e6}
	return &identityv1.ListCitizenAccessesResponse{Accesses: []*identityv1.CitizenAccess{
		{At: at, Actor: "client:w1", OnBehalfOf: "the person", Purpose: in.GetPurpose()},
		{At: at, Actor: "peer:benefits", OnBehalfOf: "client:7", Purpose: "beneficios potenciales"},
		{At: at, Actor: "peer:benefits", OnBehalfOf: "client:7 for Fundación Ñandú", Purpose: "postulación"},
		{At: at, Actor: "peer:benefits", OnBehalfOf: "operator", Purpose: "revisión"},
		{At: at, Actor: "operator", Purpose: "reclamo 17"},
		{At: at, Actor: "client:9", Purpose: "perfil iDDi por folio"},
		{At: at, Actor: "client:9", OnBehalfOf: "Municipalidad de Ñuñoa", Purpose: "ficha social"},
		{At: at, Actor: "peer:notifications", Purpose: "aviso"},
	}}, nil
}
