package session_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

func (d *desk) benefits(customer int64, category string) ([]*benefitsv1.Decision, error) {
	got, err := d.ListPotentialBenefits(d.T.Context(), &sessionv1.ListPotentialBenefitsRequest{
		Session: d.session, Behalf: &sessionv1.Behalf{OrganisationId: d.at, CustomerId: customer}, Category: category,
	})
	return got.GetDecisions(), err
}

func TestPotentialBenefitsOfWhomAnOrganisationServes(t *testing.T) {
	p := newPlatform(t)
	decisions := []*benefitsv1.Decision{{BenefitId: "b", Outcome: benefitsv1.Outcome_OUTCOME_POTENTIAL, Title: "Subsidio"}}
	to := &callee{answers: map[string]proto.Message{
		benefitsv1.EvaluationService_Evaluate_FullMethodName: &benefitsv1.EvaluateResponse{Decisions: decisions},
	}}
	p.benefits = to
	d, customer := serving(p)
	got, err := d.benefits(customer, "salud")
	roletest.Check(t, err)
	if diff := cmp.Diff(decisions, got, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	want := &benefitsv1.EvaluateRequest{
		Subject: &benefitsv1.Subject{Subject: &benefitsv1.Subject_PersonId{PersonId: "p-2"}},
		Terms: &benefitsv1.Terms{
			Category: "salud", DataSet: authv1.DataSet_DATA_SET_PRODUCTION,
			Access: &identityv1.Access{Purpose: "beneficios potenciales a pedido de una organización", OnBehalfOf: fmt.Sprint("organisation/", d.at)},
		},
		Outcomes: []benefitsv1.Outcome{benefitsv1.Outcome_OUTCOME_ELIGIBLE, benefitsv1.Outcome_OUTCOME_POTENTIAL},
	}
	if diff := cmp.Diff(proto.Message(want), to.asked[0], protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	_, err = d.benefits(0, "")
	roletest.Check(t, err)
	if asked, ok := to.asked[1].(*benefitsv1.EvaluateRequest); !ok || asked.GetSubject().GetPersonId() != "p-1" {
		t.Errorf("of the user was asked %v", to.asked[1])
	}
	for _, c := range []struct{ has, want errorsv1.Reason }{
		{errorsv1.Reason_REASON_PERSON_NOT_FOUND, errorsv1.Reason_REASON_SUBJECT_UNKNOWN},
		{errorsv1.Reason_REASON_UNAVAILABLE, errorsv1.Reason_REASON_UNAVAILABLE},
		{errorsv1.Reason_REASON_PERMISSION_DENIED, errorsv1.Reason_REASON_INTERNAL},
	} {
		to.fail = rpcerr.New(c.has, "no")
		_, err := d.benefits(customer, "")
		roletest.WantReason(t, err, c.want)
	}
	to.fail = rpcerr.Invalid("terms.category", "there is no such category")
	_, err = d.benefits(customer, "nada")
	roletest.WantField(t, err, errorsv1.Reason_REASON_FIELD_INVALID, "category")
	to.fail = rpcerr.Invalid("terms.access.purpose", "is too long")
	_, err = d.benefits(customer, "nada")
	roletest.WantReason(t, err, errorsv1.Reason_REASON_INTERNAL)
}
