package mosia

import (
	"context"
	"net/http"
	"strings"

	"google.golang.org/protobuf/proto"

	mosiav1 "github.com/ventanilla/ventanilla/proto/gen/go/mosia/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// relations are the family's words for what a member is to the household.
var relations = map[identityv1.HouseholdRelation]string{
	identityv1.HouseholdRelation_HOUSEHOLD_RELATION_HEAD:     "responsavel",
	identityv1.HouseholdRelation_HOUSEHOLD_RELATION_PARTNER:  "conjuge",
	identityv1.HouseholdRelation_HOUSEHOLD_RELATION_CHILD:    "filho",
	identityv1.HouseholdRelation_HOUSEHOLD_RELATION_PARENT:   "genitor",
	identityv1.HouseholdRelation_HOUSEHOLD_RELATION_RELATIVE: "parente",
	identityv1.HouseholdRelation_HOUSEHOLD_RELATION_OTHER:    "outro",
}

// household tells with whom the user lives.
func (a *adapter) household(r *http.Request) (proto.Message, error) {
	caller, key, err := a.passKey(r, &mosiav1.GetHouseholdRequest{})
	if err != nil {
		return nil, err
	}
	var known *sessionv1.GetPassKeyHouseholdResponse
	err = caller.Call(r.Context(), func(ctx context.Context) (err error) {
		known, err = a.passKeys.GetPassKeyHousehold(ctx, &sessionv1.GetPassKeyHouseholdRequest{PassKey: key})
		return err
	})
	if err != nil {
		return nil, householdFields.Translate(err)
	}
	data := &mosiav1.Household{}
	for _, m := range known.GetMembers() {
		data.GrupoFamiliar = append(data.GrupoFamiliar, &mosiav1.Member{
			ChaveUnica: m.GetUniqueKey(), Nome: m.GetGivenNames(), Sobrenome: m.GetSurnames(),
			Parentesco: relation(m.GetRelation()), UsuarioLogado: m.GetSelf(),
		})
	}
	return &mosiav1.GetHouseholdResponse{Status: true, Data: data, Message: textLoaded, StatusCode: statusOK, Timestamp: a.now()}, nil
}

// relation is the family's word for one of identity's, such as "child"; nil for none.
func relation(word string) *string {
	value := identityv1.HouseholdRelation_value["HOUSEHOLD_RELATION_"+strings.ToUpper(word)]
	return unlessEmpty(relations[identityv1.HouseholdRelation(value)])
}

func unlessEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
