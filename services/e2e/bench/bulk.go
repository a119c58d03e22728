package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

const (
	// bulkBatch is how many persons are asked about in a message, and read at once; bulkAhead how many batches benefits has at work.
	bulkBatch = 200
	bulkAhead = 3
	// bulkStride is how far the next person is from the last, so that those of a batch do not live together.
	bulkStride = 7919
)

var ownPID = os.Getpid()

// bulk is what deciding for all persons over one stream showed.
type bulk struct {
	figures sample
	// first is the most memory that was the process's own until a tenth was decided, most until all was, in MB.
	first, most float64
	// found is how many benefits a person may have, on average.
	found float64
}

// batches is how many there are.
func (m *benefitsMeasure) batches() int { return (m.citizens + bulkBatch - 1) / bulkBatch }

// batch are the RUTs of the persons of one.
func (m *benefitsMeasure) batch(i int) []string {
	var ruts []string
	for n := i * bulkBatch; n < min((i+1)*bulkBatch, m.citizens); n++ {
		ruts = append(ruts, citizenRUT(n*bulkStride%m.citizens))
	}
	return ruts
}

// decideAll measures the decisions for all persons, asked for as the operator over one stream of the admin window.
func (m *benefitsMeasure) decideAll(ctx context.Context, ours *server, window *grpc.ClientConn) (bulk, error) {
	var found bulk
	figures, err := clocked(ctx, ours.cpu, func() ([]time.Duration, time.Duration, error) {
		start := time.Now()
		latencies, err := m.stream(ctx, window, ours.pid, &found)
		return latencies, time.Since(start), err
	})
	found.figures = figures.perPerson()
	return found, err
}

// stream sends all persons and takes all answers, and tells how long after the one before each batch was answered.
func (m *benefitsMeasure) stream(ctx context.Context, window *grpc.ClientConn, pid int, into *bulk) ([]time.Duration, error) {
	group, ctx := errgroup.WithContext(ctx)
	stream, err := benefitsv1.NewEvaluationServiceClient(window).EvaluateStream(ctx)
	if err != nil {
		return nil, err
	}
	group.Go(func() error { return m.send(stream) })
	latencies := make([]time.Duration, m.batches())
	group.Go(func() error {
		last, benefits := time.Now(), 0
		for n := range m.citizens {
			answer, err := stream.Recv()
			if err != nil {
				return fmt.Errorf("receiving answer %d: %w", n+1, err)
			}
			if answer.GetNotFound() {
				return errors.New("a person is not on record")
			}
			benefits += len(answer.GetEligible()) + len(answer.GetPotential())
			if (n+1)%bulkBatch != 0 && n+1 != m.citizens {
				continue
			}
			batch := n / bulkBatch
			latencies[batch], last = time.Since(last), time.Now()
			memory, err := readMemory(pid)
			if err != nil {
				return err
			}
			if into.most = max(into.most, memory.Own); batch < len(latencies)/10 {
				into.first = into.most
			}
		}
		if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
			return fmt.Errorf("after the last answer: %w", err)
		}
		into.found = float64(benefits) / float64(m.citizens)
		return nil
	})
	return latencies, group.Wait()
}

func (m *benefitsMeasure) send(stream grpc.BidiStreamingClient[benefitsv1.EvaluateStreamRequest, benefitsv1.EvaluateStreamResponse]) error {
	next := &benefitsv1.EvaluateStreamRequest{Terms: &benefitsv1.Terms{Access: &identityv1.Access{Purpose: "bench"}}}
	for i := range m.batches() {
		for _, rut := range m.batch(i) {
			next.Subjects = append(next.Subjects, &benefitsv1.Subject{Subject: &benefitsv1.Subject_Identifier{
				Identifier: &identityv1.Identifier{Kind: identityv1.IdentifierKind_IDENTIFIER_KIND_RUT, Value: rut},
			}})
		}
		if err := stream.Send(next); err != nil && !errors.Is(err, io.EOF) { // whoever receives learns why
			return fmt.Errorf("asking about persons: %w", err)
		}
		next = &benefitsv1.EvaluateStreamRequest{}
	}
	return stream.CloseSend()
}

// perPerson are figures of batches, for each person of one; latencies stay those of a batch.
func (s sample) perPerson() sample {
	return sample{CPU: s.CPU / bulkBatch, Database: s.Database / bulkBatch, Rate: s.Rate * bulkBatch, P50: s.P50, P99: s.P99}
}
