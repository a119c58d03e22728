package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ventanilla/ventanilla/services/e2e/history"
)

const (
	// mostOpen bounds the changes without an answer, each of which doubles the orders that may explain a history.
	mostOpen = 4
	// fewTokens is how many a client has got when it may be deleted.
	fewTokens = 5
	// mostPause is the longest between two calls of a worker.
	mostPause = 200 * time.Millisecond
	// mostOverlap is the longest that an old secret serves beside a new one.
	mostOverlap = 2 * time.Second
)

// work asks so many random questions.
func (s *subject) work(ctx context.Context, worker, calls int, random *rand.Rand) {
	for range calls {
		s.ask(ctx, worker, s.question(random))
		if random.IntN(3) > 0 {
			pause(ctx, time.Duration(random.Int64N(int64(mostPause))))
		}
	}
}

// question draws one from what is known by now.
func (s *subject) question(random *rand.Rand) history.Question {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := history.Question{Kind: s.kind(random), Replica: random.IntN(2)}
	switch q.Kind {
	case history.Issue, history.Revoke:
		q.Caller = history.BySecret
	case history.Introspect:
		q.Caller = []history.Caller{history.Trusted, history.Trusted, history.BySecret, history.ByToken, history.ByToken}[random.IntN(5)]
	}
	if q.Kind == history.Introspect || q.Kind == history.Revoke {
		q.Token = recent(random, len(s.tokens))
	}
	if q.Kind == history.Rotate && random.IntN(2) == 0 {
		q.Overlap = 100*time.Millisecond + time.Duration(random.Int64N(int64(mostOverlap)))
	}
	switch q.Caller {
	case history.BySecret:
		q.Credential = recent(random, len(s.secrets))
	case history.ByToken:
		q.Credential = recent(random, len(s.tokens))
	}
	return q
}

// kind draws what to ask for. A client that is shut out is let in again soon.
func (s *subject) kind(random *rand.Rand) history.Kind {
	weights := []struct {
		kind   history.Kind
		weight int
	}{{history.Issue, 16}, {history.Introspect, 50}, {history.Revoke, 10}, {history.Disable, 4}, {history.Enable, 4}, {history.Rotate, 5}, {history.Delete, 0}, {history.Look, 6}}
	if s.disabled {
		weights[history.Enable].weight = 40
	}
	if len(s.tokens) == 0 {
		weights[history.Introspect].weight, weights[history.Revoke].weight = 0, 0
	}
	if len(s.tokens) > fewTokens {
		weights[history.Delete].weight = 1 // Not before there is something to end.
	}
	if len(s.tokens) > history.MaxTokens/2 {
		weights[history.Issue].weight = 0
	}
	if s.alone {
		for k := history.Disable; k <= history.Delete; k++ {
			weights[k].weight = 0
		}
	}
	if s.open >= mostOpen {
		for k := history.Revoke; k <= history.Delete; k++ {
			weights[k].weight = 0
		}
	}
	sum := 0
	for _, w := range weights {
		sum += w.weight
	}
	at := random.IntN(sum)
	for _, w := range weights {
		if at -= w.weight; at < 0 {
			return w.kind
		}
	}
	return history.Look
}

// recent draws one of so many, most often one of the last.
func recent(random *rand.Rand, many int) int {
	if last := 3; many > last && random.IntN(4) > 0 {
		return many - 1 - random.IntN(last)
	}
	return random.IntN(many)
}

// settle asks about everything when the last change has held everywhere for good, until each question is answered.
func (s *subject) settle(ctx context.Context, worker int) error {
	pause(ctx, honoured)
	for replica := range s.pair {
		questions := []history.Question{{Kind: history.Look, Replica: replica}}
		s.mu.Lock()
		last := len(s.secrets) - 1
		for _, k := range []history.Kind{history.Issue, history.Introspect} {
			questions = append(questions, history.Question{Kind: k, Replica: replica, Caller: history.BySecret, Credential: last})
		}
		for number := range s.tokens {
			questions = append(questions, history.Question{Kind: history.Introspect, Replica: replica, Token: number})
		}
		s.mu.Unlock()
		for _, q := range questions {
			if err := s.insist(ctx, worker, q); err != nil {
				return err
			}
		}
	}
	return nil
}

// insist asks until there is an answer.
func (s *subject) insist(ctx context.Context, worker int, q history.Question) error {
	if q.Kind == history.Introspect && len(s.tokens) == 0 {
		return nil
	}
	for began := time.Now(); time.Since(began) < patience && ctx.Err() == nil; pause(ctx, mostPause) {
		if a := s.ask(ctx, worker, q); a.Outcome != history.Unsent && a.Outcome != history.Open {
			return nil
		}
	}
	return fmt.Errorf("%v: no answer within %v", q, patience)
}
