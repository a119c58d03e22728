package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/google/uuid"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// asked is what a worker asks of one dispatch: to accept it with a digest, to cancel, claim, finish, replay or read it, or the clock to strike.
type asked struct {
	what   string
	digest string         // of an accept
	fence  int64          // of a finish
	end    message.Status // of a finish
}

// answered is what it got: a word, and the fence of a claim.
type answered struct {
	word  string
	fence int64
}

// life is a dispatch of one part as the model has it.
type life struct {
	digest string // empty while it is not stored
	status message.Status
	fence  int64
	due    bool
}

// lifeModel says which answers are legal. Where replicas pass over what another has in hand, a claim may find nothing though something is due.
func lifeModel(passesOver bool) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return life{} },
		Step: func(state, input, output any) (bool, any) {
			l, in, out := state.(life), input.(asked), output.(answered)
			legal, next := l.step(in, out, passesOver)
			return legal, next
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
	}
}

func (l life) step(in asked, out answered, passesOver bool) (bool, life) {
	want := "nothing"
	switch in.what {
	case "strike":
		l.due = true
		return true, l
	case "accept":
		switch l.digest {
		case "":
			want, l.digest, l.status = "new", in.digest, message.Scheduled
		case in.digest:
			want = "again"
		default:
			want = "conflict"
		}
	case "cancel":
		if l.status.Waits() {
			want, l.status = "done", message.Cancelled
		}
	case "claim":
		if out.word == "nothing" && passesOver {
			return true, l
		}
		if l.status.Waits() && l.due {
			want, l.status = "done", message.Sending
			if out.fence <= l.fence {
				return false, l
			}
			l.fence = out.fence
		}
	case "finish":
		if l.status == message.Sending && l.fence == in.fence {
			want, l.status = "done", in.end
		}
	case "replay":
		if l.status == message.Failed {
			want, l.status, l.due = "done", message.Accepted, true
		}
	case "read":
		want = string(l.status)
	}
	return out.word == want, l
}

// stage is where one dispatch lives.
type stage struct {
	ctx   context.Context
	clock *testkit.Clock
	id    string
}

func word(done bool) answered {
	if done {
		return answered{word: "done"}
	}
	return answered{word: "nothing"}
}

// ask does what is asked.
func (g stage) ask(s *store.Store, in asked) (answered, error) {
	key := store.PartKey{DispatchID: g.id, Kind: message.Notification}
	switch in.what {
	case "strike":
		g.clock.Advance(time.Minute)
		return answered{}, nil
	case "accept":
		return g.accept(s, in.digest)
	case "cancel":
		err := s.CancelDispatch(g.ctx, g.id, "")
		if errors.Is(err, store.ErrNothingToCancel) {
			return word(false), nil
		}
		return word(true), err
	case "claim":
		parts, err := s.Claim(g.ctx, store.Lane{Channel: message.SMS}, "w", 1, 1000*time.Hour)
		if len(parts) == 0 {
			return word(false), err
		}
		return answered{"done", parts[0].Fence}, err
	case "finish":
		result := store.Result{
			DispatchID: g.id, Kind: message.Notification, Fence: in.fence, Carrier: "a", Outcome: message.OutcomeFailed, Status: in.end,
			Reason: message.CarrierAway, NextAttemptAt: g.clock.Now(),
		}
		written, err := s.Finish(g.ctx, []store.Result{result})
		return word(err == nil && written[0]), err
	case "replay":
		done, err := s.ReplayDeadLetters(g.ctx, "ana", []store.Replay{{PartKey: key, ExpiresAt: g.clock.Now().Add(1000 * time.Hour)}})
		return word(len(done) > 0), err
	}
	found, err := s.Snapshots(g.ctx, []string{g.id})
	if len(found) == 0 {
		return answered{}, err
	}
	return answered{word: string(found[0].Parts[0].Status)}, err
}

func (g stage) accept(s *store.Store, digest string) (answered, error) {
	answers, err := s.Accept(g.ctx, []store.NewDispatch{{
		ID: g.id, ProviderID: 1, ServiceID: 1, DataSet: message.Production, PersonID: "p", Reference: g.id, Digest: digest, Content: `{}`,
		SendAt: start.Add(1000 * time.Hour), ExpiresAt: start.Add(10_000 * time.Hour), Retention: 10_000 * time.Hour,
		Parts: []store.Part{{Kind: message.Notification, Channel: message.SMS, Status: message.Scheduled}},
	}})
	switch {
	case err != nil:
		return answered{}, err
	case errors.Is(answers[0].Err, store.ErrReferenceUsed):
		return answered{word: "conflict"}, nil
	case answers[0].Replayed:
		return answered{word: "again"}, nil
	}
	return answered{word: "new"}, answers[0].Err
}

// live has workers, each with a replica of its own, ask at random, and returns what they asked and got.
func live(t *testing.T, replicas []*store.Store, g stage, seed uint64) []porcupine.Operation {
	began := time.Now()
	var mu sync.Mutex
	var history []porcupine.Operation
	var working sync.WaitGroup
	for worker, s := range replicas {
		random := rand.New(rand.NewPCG(seed, uint64(worker)))
		working.Go(func() {
			var fence int64
			for range 5 {
				in := asked{what: []string{"accept", "accept", "strike", "cancel", "claim", "claim", "finish", "finish", "replay", "read"}[random.IntN(10)]}
				switch in.what {
				case "accept":
					in.digest = []string{"a", "a", "b"}[random.IntN(3)]
				case "finish":
					in.fence, in.end = fence, []message.Status{message.Sent, message.Failed, message.Accepted}[random.IntN(3)]
				}
				call := time.Since(began)
				out, err := g.ask(s, in)
				if err != nil {
					t.Errorf("seed %d: %s: %v", seed, in.what, err)
					return
				}
				if out.fence > 0 {
					fence = out.fence
				}
				mu.Lock()
				history = append(history, porcupine.Operation{ClientId: worker, Input: in, Output: out, Call: int64(call), Return: int64(time.Since(began))})
				mu.Unlock()
			}
		})
	}
	working.Wait()
	return history
}

// Some order of events explains what all workers were answered: of the same reference one dispatch is stored, it is sent not before its time, by
// one worker at a time, and not when it was cancelled; what is written late changes nothing.
func TestHistoriesCanBeExplained(t *testing.T) {
	for engine, c := range map[sqlstore.Engine]struct {
		url  string
		runs uint64
	}{
		sqlstore.SQLite: {"sqlite:" + filepath.Join(t.TempDir(), "notifications.db"), 1000}, sqlstore.PostgreSQL: {testkit.Postgres(t), 100},
	} {
		t.Run(string(engine), func(t *testing.T) {
			db := open(t, c.url, 4)
			for seed := range c.runs {
				clock := testkit.NewClock(start.Add(1000*time.Hour - time.Minute))
				replicas := make([]*store.Store, 4)
				for i := range replicas {
					replicas[i] = store.New(db, clock.Now)
				}
				g := stage{t.Context(), clock, uuid.NewString()}
				history := live(t, replicas, g, seed)
				if result := porcupine.CheckOperationsTimeout(lifeModel(engine == sqlstore.PostgreSQL), history, time.Minute); result != porcupine.Ok {
					t.Fatalf("seed %d: %s: %+v", seed, result, history)
				}
				// The lane is the next one's.
				if _, err := g.ask(replicas[0], asked{what: "cancel"}); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// The model knows what must never happen.
func TestTheModelRefusesWhatMustNotBe(t *testing.T) {
	waiting := life{digest: "a", status: message.Accepted, fence: 1, due: true}
	cancelled, sending := waiting, waiting
	cancelled.status, sending.status = message.Cancelled, message.Sending
	for name, c := range map[string]struct {
		before life
		in     asked
		out    answered
	}{
		"a second dispatch of a reference": {waiting, asked{what: "accept", digest: "a"}, answered{word: "new"}},
		"a claim of what was cancelled":    {cancelled, asked{what: "claim"}, answered{"done", 2}},
		"a claim of what is being sent":    {sending, asked{what: "claim"}, answered{"done", 2}},
		"a claim before its time":          {life{digest: "a", status: message.Scheduled}, asked{what: "claim"}, answered{"done", 1}},
		"a fence that was there":           {waiting, asked{what: "claim"}, answered{"done", 1}},
		"a cancel of what is being sent":   {sending, asked{what: "cancel"}, answered{word: "done"}},
		"a result of another claim":        {sending, asked{what: "finish", fence: 0, end: message.Sent}, answered{word: "done"}},
		"a replay of what was cancelled":   {cancelled, asked{what: "replay"}, answered{word: "done"}},
		"a status that it has not":         {cancelled, asked{what: "read"}, answered{word: "sent"}},
	} {
		if legal, _ := c.before.step(c.in, c.out, true); legal {
			t.Errorf("%s is legal", name)
		}
	}
}
