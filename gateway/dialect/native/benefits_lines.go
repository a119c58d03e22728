package native

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	nativev1 "github.com/ventanilla/ventanilla/proto/gen/go/native/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// maxSubjects is how many subjects go into one message, as the contract has it.
const maxSubjects = 200

// serveLines answers a request of a type with lines that serve sends.
func serveLines[M proto.Message](newRequest func() M, serve func(context.Context, M, *dialect.Lines) error) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, _ map[string]string) {
		in := newRequest()
		if err := new(wirejson.JSON).NewDecoder(r.Body).Decode(in); err != nil {
			edge.Fail(r, err)
			return
		}
		lines := dialect.NewLines(w, r)
		if err := serve(r.Context(), in, lines); err != nil {
			lines.Fail(err, errorLine(r, err))
		}
	}
}

// newOf makes an empty request.
func newOf[T any]() *T { return new(T) }

// errorLine is the last line of an answer that broke off: {"error":{…}}, a problem.
func errorLine(r *http.Request, err error) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(map[string]problem{"error": problemOf(r, err)}); err != nil {
		panic(err) // it has strings and a number
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n"))
}

// evaluateStream decides for the subjects of a request.
func (a *benefitsAdapter) evaluateStream(ctx context.Context, in *nativev1.EvaluateStreamRequest, lines *dialect.Lines) error {
	caller, err := a.authenticate(ctx)
	if err != nil {
		return err
	}
	first := &benefitsv1.EvaluateStreamRequest{}
	if first.Terms, err = terms(in.GetTerms()); err != nil {
		return err
	}
	if len(in.GetSubjects()) == 0 {
		return rpcerr.Missing("subjects")
	}
	subjects := make([]*benefitsv1.Subject, len(in.GetSubjects()))
	for i, one := range in.GetSubjects() {
		if subjects[i], err = subject("subjects["+strconv.Itoa(i)+"]", one); err != nil {
			return err
		}
	}
	err = caller.Call(ctx, func(ctx context.Context) error { return a.pipe(ctx, first, in.GetSubjects(), subjects, lines) })
	return evaluateStreamFields.Translate(err)
}

// pipe sends the subjects as fast as their answers are taken.
func (a *benefitsAdapter) pipe(
	ctx context.Context, first *benefitsv1.EvaluateStreamRequest, asked []*nativev1.Subject, subjects []*benefitsv1.Subject, lines *dialect.Lines,
) error {
	group, ctx := errgroup.WithContext(ctx)
	stream, err := a.evaluations.EvaluateStream(ctx)
	if err != nil {
		return err
	}
	group.Go(func() error {
		// What a failed send failed of is what is received.
		if stream.Send(first) != nil {
			return nil
		}
		for batch := range slices.Chunk(subjects, maxSubjects) {
			if stream.Send(&benefitsv1.EvaluateStreamRequest{Subjects: batch}) != nil {
				return nil
			}
		}
		return stream.CloseSend()
	})
	group.Go(func() error {
		for i := 0; ; i++ {
			answer, err := stream.Recv()
			if errors.Is(err, io.EOF) && i == len(asked) {
				return nil
			}
			if err != nil {
				return err
			}
			if i == len(asked) {
				return fmt.Errorf("there are more answers than subjects")
			}
			if err := lines.Send(&nativev1.EvaluateStreamResponse{
				Subject: asked[i], Eligible: answer.GetEligible(), Potential: answer.GetPotential(),
				NotFound: answer.GetNotFound(), Basis: basis(answer.GetBasis()),
			}); err != nil {
				return gone(err)
			}
			if (i+1)%maxSubjects == 0 {
				if err := lines.Flush(); err != nil {
					return gone(err)
				}
			}
		}
	})
	return group.Wait()
}

// simulate decides for everybody with a draft.
func (a *benefitsAdapter) simulate(ctx context.Context, in *nativev1.SimulateRequest, lines *dialect.Lines) error {
	caller, err := a.authenticate(ctx)
	if err != nil {
		return err
	}
	request := &benefitsv1.SimulateRequest{ListChanges: in.GetListChanges()}
	if request.Terms, err = terms(in.GetTerms()); err != nil {
		return err
	}
	if err := draft(in, request); err != nil {
		return err
	}
	err = caller.Call(ctx, func(ctx context.Context) error {
		ctx, cancel := context.WithCancel(ctx) // ends the call when the client is gone
		defer cancel()
		stream, err := a.simulations.Simulate(ctx, request)
		if err != nil {
			return err
		}
		for {
			step, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := lines.Send(simulationLine(step)); err != nil {
				return gone(err)
			}
			if step.GetChange() == nil {
				if err := lines.Flush(); err != nil {
					return gone(err)
				}
			}
		}
	})
	return simulateFields(err)
}

// draft puts what a request has of a draft into the domain's.
func draft(in *nativev1.SimulateRequest, out *benefitsv1.SimulateRequest) error {
	switch {
	case in.GetBenefit() != nil && (in.GetBenefitId() != "" || in.GetVersion() != 0):
		return rpcerr.Invalid("benefit", "comes beside benefit_id or version: give one of them")
	case in.GetBenefit() == nil && in.GetBenefitId() == "":
		return rpcerr.Missing("benefit_id")
	case in.GetBenefit() == nil:
		out.Draft = &benefitsv1.SimulateRequest_Version{
			Version: &benefitsv1.VersionReference{BenefitId: in.GetBenefitId(), Version: in.GetVersion()},
		}
		return nil
	}
	text, err := protojson.Marshal(in.GetBenefit())
	if err != nil {
		return rpcerr.Invalid("benefit", "is no object")
	}
	benefit := &benefitsv1.Benefit{}
	if err := protojson.Unmarshal(text, benefit); err != nil {
		return rpcerr.Invalid("benefit", "is not the text of a benefit")
	}
	out.Draft = &benefitsv1.SimulateRequest_Benefit{Benefit: benefit}
	return nil
}

// simulateFields puts the endpoint's names into an error. Those within the draft's text are the client's own.
func simulateFields(err error) error {
	if fields := rpcerr.Fields(err); len(fields) > 0 && strings.HasPrefix(fields[0].Field, "benefit.") {
		return err
	}
	return dialect.Fields{Names: names(map[string]string{"version.benefit_id": "benefit_id", "version.version": "version"})}.Translate(err)
}

// gone says that the client went away.
func gone(err error) error {
	return rpcerr.Wrap(errorsv1.Reason_REASON_CANCELLED, err, "the client went away")
}
