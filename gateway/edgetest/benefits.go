package edgetest

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// Benefits is a benefits service that follows a script. Its catalogue has three benefits: "bono-a" of salud, for which
// everybody is eligible, "bono-b" of trabajo, a household's, which is potential, and "bono-c" of trabajo, for which nobody is. A subject
// with the person_id "nobody" is not found, one with "broken" ends a stream with UNAVAILABLE.
type Benefits struct {
	benefitsv1.UnimplementedEvaluationServiceServer
	benefitsv1.UnimplementedSimulationServiceServer
	// Fails is why calls fail; REASON_UNSPECIFIED for none.
	Fails errorsv1.Reason
	// Field is the field that failures name, if any.
	Field string
}

// Serve runs the service until the test ends and returns a connection to it.
func (b *Benefits) Serve(t testing.TB) grpc.ClientConnInterface {
	t.Helper()
	return serve(t, func(server *grpc.Server) {
		benefitsv1.RegisterEvaluationServiceServer(server, b)
		benefitsv1.RegisterSimulationServiceServer(server, b)
	})
}

// called checks what every call needs: all are made for clients.
func (b *Benefits) called(ctx context.Context, terms *benefitsv1.Terms) error {
	if err := fails(b.Fails, b.Field); err != nil {
		return err
	}
	switch {
	case !authenticated(ctx):
		return rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "scripted")
	case terms.GetAccess().GetPurpose() == "":
		return rpcerr.Missing("terms.access.purpose")
	case !slices.Contains([]string{"", "salud", "educacion", "dependencia", "trabajo", "violencia", "transferencias", "covid"}, terms.GetCategory()):
		return rpcerr.Invalid("terms.category", "there is no such category")
	}
	return nil
}

// found fails for the subject that is not found.
func found(subject *benefitsv1.Subject) error {
	if subject.GetPersonId() == "nobody" {
		return rpcerr.New(errorsv1.Reason_REASON_PERSON_NOT_FOUND, "scripted")
	}
	return nil
}

// Evaluate tells the purpose of the call, and its citizen and language if it is for one, as a description, so that cases show them.
func (b *Benefits) Evaluate(ctx context.Context, in *benefitsv1.EvaluateRequest) (*benefitsv1.EvaluateResponse, error) {
	if err := errors.Join(b.called(ctx, in.GetTerms()), found(in.GetSubject())); err != nil {
		return nil, err
	}
	return &benefitsv1.EvaluateResponse{Decisions: decided(ctx, in.GetTerms(), in.GetOutcomes()), Basis: basis(in.GetTerms())}, nil
}

// Explain gives each decision one condition of its outcome.
func (b *Benefits) Explain(ctx context.Context, in *benefitsv1.ExplainRequest) (*benefitsv1.ExplainResponse, error) {
	if err := errors.Join(b.called(ctx, in.GetTerms()), found(in.GetSubject())); err != nil {
		return nil, err
	}
	answer := &benefitsv1.ExplainResponse{Basis: basis(in.GetTerms())}
	for _, decision := range decided(ctx, in.GetTerms(), in.GetOutcomes()) {
		if asked := in.GetBenefitId(); asked == "" || asked == decision.GetBenefitId() {
			answer.Explanations = append(answer.Explanations, explained(decision))
		}
	}
	if in.GetBenefitId() != "" && len(answer.GetExplanations()) == 0 {
		return nil, rpcerr.New(errorsv1.Reason_REASON_BENEFIT_NOT_FOUND, "scripted")
	}
	return answer, nil
}

// EvaluateStream answers subjects as they come.
func (b *Benefits) EvaluateStream(stream grpc.BidiStreamingServer[benefitsv1.EvaluateStreamRequest, benefitsv1.EvaluateStreamResponse]) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	if err := b.called(stream.Context(), first.GetTerms()); err != nil {
		return err
	}
	for in := first; ; {
		for _, subject := range in.GetSubjects() {
			if subject.GetPersonId() == "broken" {
				return rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "scripted")
			}
			answer := &benefitsv1.EvaluateStreamResponse{Subject: subject, Basis: basis(first.GetTerms()), NotFound: found(subject) != nil}
			if !answer.GetNotFound() {
				answer.Eligible = []string{"bono-a"}
			}
			answer.Potential = []string{"bono-b"}
			if err := stream.Send(answer); err != nil {
				return err
			}
		}
		if in, err = stream.Recv(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Simulate knows a version of "bono-a" alone.
func (b *Benefits) Simulate(in *benefitsv1.SimulateRequest, stream grpc.ServerStreamingServer[benefitsv1.SimulateResponse]) error {
	if err := b.called(stream.Context(), in.GetTerms()); err != nil {
		return err
	}
	if id := in.GetVersion().GetBenefitId() + in.GetBenefit().GetBenefitId(); id != "bono-a" {
		return rpcerr.New(errorsv1.Reason_REASON_BENEFIT_NOT_FOUND, "scripted")
	}
	steps := []*benefitsv1.SimulateResponse{
		{Step: &benefitsv1.SimulateResponse_Progress{Progress: &benefitsv1.SimulationProgress{Persons: 2}}},
	}
	if in.GetListChanges() {
		steps = append(steps, &benefitsv1.SimulateResponse{Step: &benefitsv1.SimulateResponse_Change{Change: &benefitsv1.SimulationChange{
			PersonId: "p-1", Before: benefitsv1.Outcome_OUTCOME_NOT_ELIGIBLE, After: benefitsv1.Outcome_OUTCOME_ELIGIBLE,
		}}})
	}
	steps = append(steps, &benefitsv1.SimulateResponse{Step: &benefitsv1.SimulateResponse_Summary{Summary: &benefitsv1.SimulationSummary{
		Total:        &benefitsv1.SimulationCount{Persons: 3, Gain: 1, Eligible: 2, Potential: 1},
		ByTranche:    []*benefitsv1.SimulationCount{{Group: "40", Persons: 2, Gain: 1, Eligible: 2}, {Persons: 1, Potential: 1}},
		ByCommune:    []*benefitsv1.SimulationCount{{Group: "Ñuñoa", Persons: 3, Gain: 1, Eligible: 2, Potential: 1}},
		ComparedWith: 2, Basis: basis(in.GetTerms()),
	}}})
	for _, step := range steps {
		if err := stream.Send(step); err != nil {
			return err
		}
	}
	return nil
}

// decided are the decisions of a category with one of the outcomes.
func decided(ctx context.Context, terms *benefitsv1.Terms, outcomes []benefitsv1.Outcome) []*benefitsv1.Decision {
	description := terms.GetAccess().GetPurpose()
	if citizen := citizenOfCall(ctx); citizen != "" {
		description += " de " + citizen + " en " + terms.GetLanguage()
	}
	all := []*benefitsv1.Decision{
		{
			BenefitId: "bono-a", Version: 2, Outcome: benefitsv1.Outcome_OUTCOME_ELIGIBLE, Category: "salud",
			Url: "https://www.chileatiende.example/fichas/1", ChileatiendeIds: []int64{1, 20}, Title: "Bono A <niñez>",
			Description: description, Beneficiary: benefitsv1.Beneficiary_BENEFICIARY_PERSON,
		},
		{
			BenefitId: "bono-b", Version: 1, Outcome: benefitsv1.Outcome_OUTCOME_POTENTIAL, Category: "trabajo",
			Url: "https://www.chileatiende.example/fichas/2", Title: "Bono B", Description: "Para hogares.",
			Beneficiary: benefitsv1.Beneficiary_BENEFICIARY_HOUSEHOLD,
		},
		{
			BenefitId: "bono-c", Version: 1, Outcome: benefitsv1.Outcome_OUTCOME_NOT_ELIGIBLE, Category: "trabajo",
			Url: "https://www.chileatiende.example/fichas/3", Title: "Bono C", Description: "Para nadie.",
			Beneficiary: benefitsv1.Beneficiary_BENEFICIARY_PERSON,
		},
	}
	return slices.DeleteFunc(all, func(d *benefitsv1.Decision) bool {
		return terms.GetCategory() != "" && terms.GetCategory() != d.GetCategory() ||
			len(outcomes) > 0 && !slices.Contains(outcomes, d.GetOutcome())
	})
}

func explained(decision *benefitsv1.Decision) *benefitsv1.Explanation {
	condition := &benefitsv1.ConditionResult{Name: "edad", Sentence: "Tener 65 años o más.", Truth: benefitsv1.Truth_TRUTH_TRUE}
	answer := &benefitsv1.Explanation{
		Decision: decision, Conditions: []*benefitsv1.ConditionResult{condition},
		Citations: []*benefitsv1.Citation{{Norm: "Ley 21.419", Article: "artículo 10", Url: "https://www.bcn.example/ley"}},
	}
	switch decision.GetOutcome() {
	case benefitsv1.Outcome_OUTCOME_POTENTIAL:
		condition.Truth = benefitsv1.Truth_TRUTH_UNKNOWN
		condition.Missing = []*benefitsv1.FactLabel{{Name: "household.rsh_tranche", Label: "tramo del Registro Social de Hogares"}}
		answer.Changes = []string{"Falta saber: tramo del Registro Social de Hogares."}
	case benefitsv1.Outcome_OUTCOME_NOT_ELIGIBLE:
		condition.Truth = benefitsv1.Truth_TRUTH_FALSE
		answer.Changes = []string{"Tendría que cumplirse: Tener 65 años o más."}
	default:
		condition.LookedAt = &structpb.Struct{Fields: map[string]*structpb.Value{"person.age": structpb.NewNumberValue(70)}}
	}
	return answer
}

// basis repeats what was asked, on a catalogue of the revision 12.
func basis(terms *benefitsv1.Terms) *benefitsv1.Basis {
	asOf, knownAt := terms.GetAsOf(), terms.GetKnownAt()
	if asOf == "" {
		asOf = "2026-01-02"
	}
	if knownAt == nil {
		knownAt = timestamppb.New(time.Date(2026, time.January, 2, 3, 4, 5, 678e6, time.UTC))
	}
	return &benefitsv1.Basis{
		AsOf: asOf, KnownAt: knownAt, CatalogueRevision: 12,
		InputsDigest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	}
}
