package benefits

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
)

const (
	// maxSimulations bounds those that a replica runs at once: each reads everybody.
	maxSimulations = 2
	// simulationRetry is when to come back when all places are taken.
	simulationRetry = 10 * time.Second
	// How often progress is told.
	progressEvery   = time.Second
	progressPersons = 10_000
)

type simulationService struct {
	benefitsv1.UnimplementedSimulationServiceServer
	*Service
}

// Simulate decides for everybody twice. The draft decides whether or not it applies on the day.
func (s *simulationService) Simulate(req *benefitsv1.SimulateRequest, stream grpc.ServerStreamingServer[benefitsv1.SimulateResponse]) error {
	ctx := stream.Context()
	if err := mayAskForMany(authn.CallerOf(ctx), scopeSimulate); err != nil {
		return err
	}
	asked, err := s.settle(ctx, &benefitsv1.Terms{
		AsOf: req.GetTerms().GetAsOf(), KnownAt: req.GetTerms().GetKnownAt(),
		DataSet: req.GetTerms().GetDataSet(), Access: req.GetTerms().GetAccess(),
	})
	if err != nil {
		return err
	}
	compared, err := s.compare(ctx, req, asked)
	if err != nil {
		return err
	}
	select {
	case s.simulations <- struct{}{}:
		defer func() { <-s.simulations }()
	default:
		return rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "too many simulations are running", rpcerr.RetryAfter(simulationRetry))
	}
	result := &simulation{stream: stream, now: s.now, told: s.now(), list: req.GetListChanges(), digest: sha256.New(), counts: newCounts()}
	if err := inOrder(ctx, compared.pages(s.situations), result.take); err != nil {
		return err
	}
	summary := result.counts.summary()
	summary.ComparedWith, summary.Basis = compared.comparedWith(), asked.basis(hex.EncodeToString(result.digest.Sum(nil)))
	return stream.Send(&benefitsv1.SimulateResponse{Step: &benefitsv1.SimulateResponse_Summary{Summary: summary}})
}

// comparison is a draft and what it is compared with, compiled with the same facts.
type comparison struct {
	asked  *asked
	spoken *spoken
	draft  *rule.Rules
	// published is the version that decides; nil for none.
	published *version
}

func (s *Service) compare(ctx context.Context, req *benefitsv1.SimulateRequest, asked *asked) (*comparison, error) {
	draft, field, err := s.draft(ctx, req)
	if err != nil {
		return nil, err
	}
	defined, err := s.store.Facts(ctx)
	if err != nil {
		return nil, sqlstore.Failure(err, "reading the facts")
	}
	c := &comparison{asked: asked, published: asked.edition.of(draft.GetBenefitId())}
	benefits := []*benefitsv1.Benefit{draft}
	if c.published != nil {
		benefits = append(benefits, c.published.benefit)
	}
	if c.spoken, err = spokenOf(benefits, defined, trancheFact, communeFact); err != nil {
		return nil, err
	}
	var findings []*benefitsv1.Finding
	if c.draft, findings = c.spoken.vocabulary.Compile(draft); c.draft == nil {
		return nil, invalidBenefit(field, findings)
	}
	if c.published != nil {
		same := *c.published
		same.rules, _ = c.spoken.vocabulary.Compile(same.benefit)
		c.published = &same
	}
	return c, nil
}

// draft is the text to try, and the field that it came in.
func (s *Service) draft(ctx context.Context, req *benefitsv1.SimulateRequest) (_ *benefitsv1.Benefit, field string, err error) {
	if benefit := req.GetBenefit(); benefit != nil {
		return benefit, "benefit.", nil
	}
	kept, err := s.store.Version(ctx, req.GetVersion().GetBenefitId(), req.GetVersion().GetVersion())
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, "", rpcerr.New(errorsv1.Reason_REASON_BENEFIT_NOT_FOUND, "there is no such version")
	}
	if err != nil {
		return nil, "", sqlstore.Failure(err, "reading a version")
	}
	benefit, err := kept.Benefit()
	return benefit, "version.", err
}

// invalidBenefit names what is wrong with a draft.
func invalidBenefit(field string, findings []*benefitsv1.Finding) error {
	wrong := errorsOf(findings)
	for _, finding := range wrong {
		finding.Field = field + finding.GetField()
	}
	return rpcerr.New(errorsv1.Reason_REASON_BENEFIT_INVALID, "the benefit has errors", fieldsOf(wrong)...)
}

func (c *comparison) comparedWith() int32 {
	if c.published == nil {
		return 0
	}
	return c.published.Number
}

// verdict is what came out for a person.
type verdict struct {
	personID, digest, tranche, commune string
	before, after                      benefitsv1.Outcome
	faulty                             bool
}

// pages reads everybody and decides page by page.
func (c *comparison) pages(identity Situations) func(context.Context, func(func(context.Context) ([]verdict, error)) error) error {
	return func(ctx context.Context, submit func(func(context.Context) ([]verdict, error)) error) error {
		request := &identityv1.ListSituationsRequest{PageSize: maxPersons, Scope: c.asked.scope(c.spoken)}
		for {
			page, err := identity.ListSituations(ctx, request)
			if err != nil {
				return away(err)
			}
			if err := submit(func(ctx context.Context) ([]verdict, error) { return c.decide(ctx, page.GetSituations()) }); err != nil {
				return err
			}
			if page.GetNextPageToken() == "" {
				return nil
			}
			if page.GetNextPageToken() == request.GetPageToken() {
				return fmt.Errorf("identity gave a page of situations twice")
			}
			request.PageToken = page.GetNextPageToken()
		}
	}
}

func (c *comparison) decide(ctx context.Context, situations []*identityv1.Situation) ([]verdict, error) {
	all := make([]verdict, len(situations))
	for i, situation := range situations {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		in := c.spoken.vocabulary.Inputs(situation, c.asked.day)
		v := verdict{personID: situation.GetPersonId(), digest: in.Digest(), tranche: text(in, trancheFact), commune: text(in, communeFact)}
		v.before = benefitsv1.Outcome_OUTCOME_NOT_ELIGIBLE
		if c.published != nil {
			v.before, _ = c.published.decide(in)
		}
		v.after, v.faulty = c.draft.Decide(in)
		all[i] = v
	}
	return all, nil
}

// simulation is what has come out so far.
type simulation struct {
	stream grpc.ServerStreamingServer[benefitsv1.SimulateResponse]
	now    func() time.Time
	list   bool
	digest hash.Hash
	counts *counts
	// told is when progress was told, of toldPersons.
	told        time.Time
	toldPersons int64
}

// take counts the verdicts of a page, tells of changes, and of progress when it is time.
func (s *simulation) take(page []verdict) error {
	for _, v := range page {
		s.counts.add(v)
		_, _ = s.digest.Write([]byte(v.digest + "\n"))
		if !s.list || v.before == v.after {
			continue
		}
		change := &benefitsv1.SimulationChange{PersonId: v.personID, Before: v.before, After: v.after}
		if err := s.stream.Send(&benefitsv1.SimulateResponse{Step: &benefitsv1.SimulateResponse_Change{Change: change}}); err != nil {
			return fmt.Errorf("sending a change: %w", err)
		}
	}
	persons, now := s.counts.total.persons, s.now()
	if now.Sub(s.told) < progressEvery && persons-s.toldPersons < progressPersons {
		return nil
	}
	s.told, s.toldPersons = now, persons
	progress := &benefitsv1.SimulationProgress{Persons: persons}
	if err := s.stream.Send(&benefitsv1.SimulateResponse{Step: &benefitsv1.SimulateResponse_Progress{Progress: progress}}); err != nil {
		return fmt.Errorf("sending progress: %w", err)
	}
	return nil
}
