package benefits

import (
	"context"
	"errors"
	"fmt"
	"io"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

type evaluationStream = grpc.BidiStreamingServer[benefitsv1.EvaluateStreamRequest, benefitsv1.EvaluateStreamResponse]

// EvaluateStream decides for many, on one catalogue. What comes is taken as fast as it is decided and the answers are taken.
func (s *evaluationService) EvaluateStream(stream evaluationStream) error {
	ctx := stream.Context()
	if err := mayAskForMany(authn.CallerOf(ctx), scopeEvaluate); err != nil {
		return err
	}
	first, err := stream.Recv()
	if errors.Is(err, io.EOF) || err == nil && first.GetTerms() == nil {
		return rpcerr.Missing("terms")
	}
	if err != nil {
		return err
	}
	asked, err := s.settle(ctx, first.GetTerms())
	if err != nil {
		return err
	}
	subjects := make(chan subject, maxPersons)
	s.streams.Go(func() { receive(stream, first, subjects) })
	return inOrder(ctx,
		func(ctx context.Context, submit func(func(context.Context) ([]*benefitsv1.EvaluateStreamResponse, error)) error) error {
			for {
				batch, err := next(ctx, subjects)
				if len(batch) > 0 {
					if err := submit(func(ctx context.Context) ([]*benefitsv1.EvaluateStreamResponse, error) {
						return s.decideBatch(ctx, asked, batch)
					}); err != nil {
						return err
					}
				}
				if errors.Is(err, io.EOF) {
					return nil
				}
				if err != nil {
					return err
				}
			}
		},
		func(answers []*benefitsv1.EvaluateStreamResponse) error {
			for _, answer := range answers {
				if err := stream.Send(answer); err != nil {
					return fmt.Errorf("sending an answer: %w", err)
				}
			}
			return nil
		})
}

// subject is one that was received, or why there is no other: io.EOF at the end.
type subject struct {
	*benefitsv1.Subject
	key *identityv1.PersonKey
	err error
}

// receive hands subjects on until the last, until one is refused, or until the call ends, which ends a receipt that waits too.
func receive(stream evaluationStream, in *benefitsv1.EvaluateStreamRequest, into chan<- subject) {
	hand := func(s subject) bool {
		select {
		case into <- s:
			return s.err == nil
		case <-stream.Context().Done():
			return false
		}
	}
	for {
		for i, one := range in.GetSubjects() {
			key, err := keyOf(one, fmt.Sprintf("subjects[%d]", i))
			if !hand(subject{one, key, err}) {
				return
			}
		}
		var err error
		if in, err = stream.Recv(); err == nil && in.GetTerms() != nil {
			err = rpcerr.Invalid("terms", "are for the first message only")
		}
		if err != nil {
			hand(subject{err: err})
			return
		}
	}
}

// next waits for a subject and takes those that have come meanwhile, as many as identity is asked for at once. The error is why there
// will be no more.
func next(ctx context.Context, subjects <-chan subject) (batch []subject, err error) {
	for {
		var one subject
		select {
		case one = <-subjects:
		default:
			if len(batch) > 0 {
				return batch, nil
			}
			select {
			case one = <-subjects:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		if one.err != nil {
			return batch, one.err
		}
		if batch = append(batch, one); len(batch) == maxPersons {
			return batch, nil
		}
	}
}

func (s *Service) decideBatch(ctx context.Context, asked *asked, batch []subject) ([]*benefitsv1.EvaluateStreamResponse, error) {
	keys := make([]*identityv1.PersonKey, len(batch))
	for i, one := range batch {
		keys[i] = one.key
	}
	found, err := s.read(ctx, keys, asked.scope(asked.catalogue.spoken))
	if err != nil {
		return nil, err
	}
	versions := asked.edition.byBenefit
	answers := make([]*benefitsv1.EvaluateStreamResponse, len(batch))
	for i, situation := range found {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		in := asked.inputs(situation)
		answer := &benefitsv1.EvaluateStreamResponse{
			Subject: batch[i].Subject, Basis: asked.basis(in.Digest()), NotFound: situation.GetPersonId() == "",
		}
		for _, d := range s.decide(asked, versions, in, nil) {
			switch d.outcome {
			case benefitsv1.Outcome_OUTCOME_ELIGIBLE:
				answer.Eligible = append(answer.Eligible, d.BenefitID)
			case benefitsv1.Outcome_OUTCOME_POTENTIAL:
				answer.Potential = append(answer.Potential, d.BenefitID)
			}
		}
		answers[i] = answer
	}
	return answers, nil
}
