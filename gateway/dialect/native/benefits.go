package native

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	nativev1 "github.com/ventanilla/ventanilla/proto/gen/go/native/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

const (
	evaluatePath       = "/benefits/v1/evaluate"
	explainPath        = "/benefits/v1/explain"
	evaluateStreamPath = "/benefits/v1/evaluate-stream"
	simulatePath       = "/benefits/v1/simulate"
)

// benefitsRole is the role that decides: the audience of internal tokens.
const benefitsRole = "benefits"

// benefitsAdapter serves decisions from the benefits service.
type benefitsAdapter struct {
	nativev1.UnimplementedBenefitsServiceServer
	exchanger   oauth.Exchanger
	served      credential.Clients
	evaluations benefitsv1.EvaluationServiceClient
	simulations benefitsv1.SimulationServiceClient
}

func newBenefitsAdapter(exchanger oauth.Exchanger, benefits grpc.ClientConnInterface, served credential.Clients) *benefitsAdapter {
	return &benefitsAdapter{
		exchanger: exchanger, served: served,
		evaluations: benefitsv1.NewEvaluationServiceClient(benefits), simulations: benefitsv1.NewSimulationServiceClient(benefits),
	}
}

// authenticate returns the client that an access token belongs to. What it may do is decided by the service.
func (a *benefitsAdapter) authenticate(ctx context.Context) (credential.Caller, error) {
	own, err := oauth.Authentication{Authorization: dialect.Authorization(ctx)}.Credential(nil, credential.Bearer)
	if err != nil {
		return credential.Caller{}, err
	}
	return a.exchanger.Exchange(ctx, own, benefitsRole, a.served)
}

// Evaluate checks the caller and the parameters, in this order.
func (a *benefitsAdapter) Evaluate(ctx context.Context, in *nativev1.EvaluateRequest) (*nativev1.EvaluateResponse, error) {
	caller, err := a.authenticate(ctx)
	if err != nil {
		return nil, err
	}
	request := &benefitsv1.EvaluateRequest{}
	if request.Subject, err = subject("subject", in.GetSubject()); err != nil {
		return nil, err
	}
	if request.Terms, err = terms(in.GetTerms()); err != nil {
		return nil, err
	}
	if request.Outcomes, err = outcomes(in.GetOutcomes()); err != nil {
		return nil, err
	}
	var known *benefitsv1.EvaluateResponse
	err = caller.Call(ctx, func(ctx context.Context) (err error) {
		known, err = a.evaluations.Evaluate(ctx, request)
		return err
	})
	if err != nil {
		return nil, evaluateFields.Translate(err)
	}
	answer := &nativev1.EvaluateResponse{Basis: basis(known.GetBasis())}
	for _, d := range known.GetDecisions() {
		answer.Decisions = append(answer.Decisions, decision(d))
	}
	return answer, unkept(ctx)
}

// Explain checks the caller and the parameters, in this order.
func (a *benefitsAdapter) Explain(ctx context.Context, in *nativev1.ExplainRequest) (*nativev1.ExplainResponse, error) {
	caller, err := a.authenticate(ctx)
	if err != nil {
		return nil, err
	}
	request := &benefitsv1.ExplainRequest{BenefitId: in.GetBenefitId()}
	if request.Subject, err = subject("subject", in.GetSubject()); err != nil {
		return nil, err
	}
	if request.Terms, err = terms(in.GetTerms()); err != nil {
		return nil, err
	}
	if request.Outcomes, err = outcomes(in.GetOutcomes()); err != nil {
		return nil, err
	}
	var known *benefitsv1.ExplainResponse
	err = caller.Call(ctx, func(ctx context.Context) (err error) {
		known, err = a.evaluations.Explain(ctx, request)
		return err
	})
	if err != nil {
		return nil, explainFields.Translate(err)
	}
	answer := &nativev1.ExplainResponse{Basis: basis(known.GetBasis())}
	for _, e := range known.GetExplanations() {
		answer.Explanations = append(answer.Explanations, explanation(e))
	}
	return answer, unkept(ctx)
}

// unkept keeps personal data out of caches.
func unkept(ctx context.Context) error {
	return grpc.SetHeader(ctx, metadata.Pairs("Cache-Control", "no-store"))
}
