package benefits_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

type bulk = grpc.BidiStreamingClient[benefitsv1.EvaluateStreamRequest, benefitsv1.EvaluateStreamResponse]

func (e *evaluated) stream(ctx context.Context, first *benefitsv1.Terms) bulk {
	e.T.Helper()
	stream, err := e.EvaluateStream(ctx)
	check(e.T, err)
	check(e.T, stream.Send(&benefitsv1.EvaluateStreamRequest{Terms: first}))
	return stream
}

// knowsMany enters persons "p-0", "p-1" and so on, every second of them old, of whom every second has a kind.
func (p *platform) knowsMany(n int) {
	for i := range n {
		facts := map[string]any{}
		if i%4 < 2 {
			facts["kind"] = "a"
		}
		p.population.knows(fmt.Sprintf("p-%d", i), p.person(fmt.Sprintf("p-%d", i), 20+50*(i%2), facts))
	}
}

func manySubjects(from, n int) *benefitsv1.EvaluateStreamRequest {
	request := &benefitsv1.EvaluateStreamRequest{}
	for i := range n {
		request.Subjects = append(request.Subjects, of(fmt.Sprintf("p-%d", from+i)))
	}
	return request
}

// Answers come in the order of the subjects, and say what Evaluate says.
func TestManyAreAnsweredInOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		e := p.evaluated()
		p.knowsMany(1000)
		stream := e.stream(e.asking(), terms())
		go func() {
			for from, n := range map[int]int{0: 1} {
				_ = stream.Send(manySubjects(from, n))
			}
			for from := 1; from < 1001; from += 50 {
				_ = stream.Send(manySubjects(from, 50))
			}
			_ = stream.CloseSend()
		}()
		var got []*benefitsv1.EvaluateStreamResponse
		for {
			answer, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				break
			}
			check(t, err)
			got = append(got, answer)
		}
		if len(got) != 1001 {
			t.Fatalf("%d answers", len(got))
		}
		for i, answer := range got {
			all := []string{"a-baja", "b-alta", "c-zeta"}
			var wantEligible, wantPotential []string
			switch {
			case i == 1000 || i%2 == 1 && i%4 >= 2: // the last is not on record
				wantPotential = all
			case i%2 == 1:
				wantEligible = all
			}
			if answer.GetSubject().GetPersonId() != fmt.Sprintf("p-%d", i) || answer.GetNotFound() != (i == 1000) ||
				!slices.Equal(answer.GetEligible(), wantEligible) || !slices.Equal(answer.GetPotential(), wantPotential) {
				t.Fatalf("answer %d is %v", i, answer)
			}
		}
		one, err := e.Evaluate(e.asking(), &benefitsv1.EvaluateRequest{Subject: of("p-3"), Terms: terms()})
		check(t, err)
		if !proto.Equal(one.GetBasis(), got[3].GetBasis()) {
			t.Errorf("Evaluate rests on %v, the stream on %v", one.GetBasis(), got[3].GetBasis())
		}
		if calls := len(p.population.scopes()); calls > 25 {
			t.Errorf("identity was asked %d times", calls)
		}
	})
}

// An answer comes although no other subject does.
func TestAStreamDoesNotWaitForMore(t *testing.T) {
	e := newPlatform(t).evaluated()
	stream := e.stream(e.asking(), terms())
	for range 3 {
		check(t, stream.Send(&benefitsv1.EvaluateStreamRequest{Subjects: []*benefitsv1.Subject{of(old)}}))
		answer, err := stream.Recv()
		check(t, err)
		if len(answer.GetEligible()) != 3 {
			t.Errorf("got %v", answer)
		}
	}
	check(t, stream.CloseSend())
	if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}

func TestStreamsThatAreRefused(t *testing.T) {
	e := newPlatform(t).evaluated()
	citizen := e.By(authn.Claims{ClientID: "w1", Family: "cmp", DataSet: production, Citizen: old})
	wrong := terms()
	wrong.Category = "nada"
	ask := func(subjects ...*benefitsv1.Subject) *benefitsv1.EvaluateStreamRequest {
		return &benefitsv1.EvaluateStreamRequest{Subjects: subjects}
	}
	first := &benefitsv1.EvaluateStreamRequest{Terms: terms()}
	for name, c := range map[string]struct {
		by    context.Context
		sends []*benefitsv1.EvaluateStreamRequest
		want  errorsv1.Reason
		field string
	}{
		"a citizen's":             {citizen, []*benefitsv1.EvaluateStreamRequest{first}, denied, ""},
		"without the scope":       {e.byClient(production), []*benefitsv1.EvaluateStreamRequest{first}, denied, ""},
		"of another data set":     {e.byClient(authv1.DataSet_DATA_SET_UNSPECIFIED, "benefits.evaluate"), []*benefitsv1.EvaluateStreamRequest{first}, unavailable, ""},
		"without anything":        {e.asking(), nil, fieldMissing, "terms"},
		"without terms":           {e.asking(), []*benefitsv1.EvaluateStreamRequest{ask(of(old))}, fieldMissing, "terms"},
		"with terms twice":        {e.asking(), []*benefitsv1.EvaluateStreamRequest{first, first}, fieldInvalid, "terms"},
		"with wrong terms":        {e.asking(), []*benefitsv1.EvaluateStreamRequest{{Terms: wrong}}, fieldInvalid, "terms.category"},
		"with too many at once":   {e.asking(), []*benefitsv1.EvaluateStreamRequest{first, manySubjects(0, 201)}, fieldInvalid, "subjects"},
		"with a wrong identifier": {e.asking(), []*benefitsv1.EvaluateStreamRequest{first, ask(of(old), of("1-1"))}, fieldInvalid, "subjects[1].identifier.value"},
		"with an empty subject":   {e.asking(), []*benefitsv1.EvaluateStreamRequest{first, ask(&benefitsv1.Subject{})}, fieldMissing, "subjects[0].subject"},
	} {
		t.Run(name, func(t *testing.T) {
			stream, err := e.EvaluateStream(c.by)
			check(t, err)
			for _, request := range c.sends {
				if stream.Send(request) != nil {
					break
				}
			}
			_ = stream.CloseSend()
			for err == nil {
				_, err = stream.Recv()
			}
			wantReason(t, err, c.want)
			if fields := rpcerr.Fields(err); c.field != "" && (len(fields) != 1 || fields[0].Field != c.field) {
				t.Errorf("the fields are %v", fields)
			}
		})
	}
}

// Identity going away ends the stream, after what was decided before.
func TestAStreamEndsWithIdentity(t *testing.T) {
	e := newPlatform(t).evaluated()
	stream := e.stream(e.asking(), terms())
	check(t, stream.Send(&benefitsv1.EvaluateStreamRequest{Subjects: []*benefitsv1.Subject{of(old)}}))
	_, err := stream.Recv()
	check(t, err)
	e.population.fails(rpcerr.New(unavailable, "scripted"))
	check(t, stream.Send(&benefitsv1.EvaluateStreamRequest{Subjects: []*benefitsv1.Subject{of(old)}}))
	_, err = stream.Recv() // although the client has not said that it is through
	wantReason(t, err, unavailable)
}

// A client that takes no answers is not read from for long, and one that goes away ends the work.
func TestAStreamGoesAsFastAsItsClient(t *testing.T) {
	e := newPlatform(t).evaluated()
	e.knowsMany(1000)
	ctx, cancel := context.WithCancel(e.asking())
	defer cancel()
	stream := e.stream(ctx, terms())
	sent := make(chan struct{})
	var messages atomic.Int64
	go func() {
		defer close(sent)
		for stream.Send(manySubjects(0, 200)) == nil {
			messages.Add(1)
		}
	}()
	// Nothing is received: what is sent comes to a halt at what connection, service and buffers hold.
	before, still := int64(0), 0
	held := func() error {
		now := messages.Load()
		if still++; now != before {
			before, still = now, 0
		}
		if still < 100 {
			return fmt.Errorf("%d messages were sent, and more may be", now)
		}
		return nil
	}
	testkit.Eventually(t, time.Minute, held)
	asked := len(e.population.scopes())
	for range 100 {
		_, err := stream.Recv()
		check(t, err)
	}
	cancel()
	<-sent
	if asked > 500 {
		t.Errorf("identity was asked %d times for a client that takes nothing", asked)
	}
}
