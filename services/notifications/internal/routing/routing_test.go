package routing_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/routing"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var (
	sms   = message.Message{Channel: message.SMS, Kind: message.Notification}
	ad    = message.Message{Channel: message.SMS, Kind: message.Advertisement}
	start = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	away  = message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierAway}
	fine  = message.Result{Outcome: message.OutcomeSent}
)

// script answers with what a test says now. Where held is set, an attempt says that it began, and waits for its end.
type script struct {
	mu     sync.Mutex
	result message.Result
	sent   int
	began  chan struct{}
	held   chan struct{}
}

func (s *script) answers(result message.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result = result
}

func (s *script) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

func (s *script) Send(context.Context, message.Message) message.Result {
	s.mu.Lock()
	s.sent++
	result := s.result
	s.mu.Unlock()
	if s.held != nil {
		s.began <- struct{}{}
		<-s.held
	}
	return result
}

func (s *script) Close() error { return nil }

func one(name string, client *script) routing.Carrier {
	return routing.Carrier{
		Name: name, Channels: []message.Channel{message.SMS}, DataSets: []message.DataSet{message.Production},
		Weight: 100, Concurrency: 8, Timeout: time.Minute, Client: client,
	}
}

func router(clock *testkit.Clock, carriers ...routing.Carrier) *routing.Router {
	return routing.New(carriers, routing.Options{Now: clock.Now, Logger: slog.New(slog.DiscardHandler), OpenFor: time.Hour})
}

func send(r *routing.Router, m message.Message) (string, message.Result) {
	return r.Send(context.Background(), message.Production, m)
}

// shareOf is how many of a thousand messages a carrier gets.
func shareOf(r *routing.Router, name string) int {
	got := 0
	for range 1000 {
		if by, _ := send(r, sms); by == name {
			got++
		}
	}
	return got
}

func between(t *testing.T, what string, got, low, high int) {
	t.Helper()
	if got < low || got > high {
		t.Errorf("%s: got %d, want %d to %d", what, got, low, high)
	}
}

func TestCarriersShareByWeight(t *testing.T) {
	a, b := one("a", &script{result: fine}), one("b", &script{result: fine})
	b.Weight = 25
	between(t, "of 1000 by the one with a fifth of the weight", shareOf(router(testkit.NewClock(start), a, b), "b"), 130, 270)
}

func TestAnotherIsTriedNext(t *testing.T) {
	usual, spare := one("usual", &script{result: fine}), &script{result: fine}
	other := one("other", spare)
	other.Weight, other.Concurrency = 1, 2
	again := sms
	again.Before = "usual"
	r := router(testkit.NewClock(start), usual, other)
	for range 100 {
		if name, _ := send(r, again); name != "other" {
			t.Fatalf("sent by %q", name)
		}
	}
	spare.answers(message.Result{Outcome: message.OutcomeThrottled, RetryAfter: time.Minute})
	send(r, again)
	if name, _ := send(r, again); name != "usual" {
		t.Errorf("sent by %q where there is no other", name)
	}
}

func TestOnlyWhoServesIsAsked(t *testing.T) {
	trial := one("trial", &script{result: fine})
	trial.DataSets = []message.DataSet{message.Staging}
	r := router(testkit.NewClock(start), trial)
	if r.Carries(message.Production, message.SMS) || r.Carries(message.Staging, message.FCM) || !r.Carries(message.Staging, message.SMS) {
		t.Error("who carries what is wrong")
	}
	name, result := send(r, sms)
	if name != "" || result.Outcome != message.OutcomeThrottled || result.Reason != message.NoCarrier || result.RetryAfter <= 0 {
		t.Errorf("got %q and %+v", name, result)
	}
}

func TestWhoFailsIsDemotedAndComesBackSlowly(t *testing.T) {
	clock := testkit.NewClock(start)
	bad := &script{result: away}
	r := router(clock, one("good", &script{result: fine}), one("bad", bad))
	for bad.count() < 6 { // fewer than open the breaker
		send(r, sms)
	}
	bad.answers(fine)
	between(t, "of 1000 after six failures", shareOf(r, "bad"), 120, 300) // 0.8^6 = 0.26 of the weight: 21 %
	clock.Advance(4 * time.Minute)
	between(t, "of 1000 four minutes later", shareOf(r, "bad"), 320, 480)
	clock.Advance(10 * time.Minute)
	between(t, "of 1000 when all is forgotten", shareOf(r, "bad"), 420, 580)
}

func TestARecipientsFaultIsNotTheCarriers(t *testing.T) {
	clock := testkit.NewClock(start)
	fussy := &script{result: message.Result{Outcome: message.OutcomeRejected, Reason: message.BadAddress}}
	r := router(clock, one("good", &script{result: fine}), one("fussy", fussy))
	between(t, "of 1000 by who rejects addresses", shareOf(r, "fussy"), 420, 580)
}

func TestABreakerOpensAndLetsOneTryLater(t *testing.T) {
	clock := testkit.NewClock(start)
	client := &script{result: away}
	r := routing.New([]routing.Carrier{one("only", client)}, routing.Options{
		Now: clock.Now, Logger: slog.New(slog.DiscardHandler), OpenFor: time.Millisecond,
	})
	refused := false
	for range 200 { // it opens, and opens anew after each try
		if name, _ := send(r, sms); name == "" {
			refused = true
			break
		}
	}
	if !refused {
		t.Fatal("it never opened")
	}
	client.answers(fine)
	testkit.Eventually(t, time.Minute, func() error {
		if name, _ := send(r, sms); name != "only" {
			return errors.New("the carrier is left alone")
		}
		return nil
	})
	if name, result := send(r, sms); name != "only" || result != fine {
		t.Errorf("got %q, %+v", name, result)
	}
}

func TestWhoAsksToWaitIsGivenNothing(t *testing.T) {
	clock := testkit.NewClock(start)
	client := &script{result: message.Result{Outcome: message.OutcomeThrottled, RetryAfter: 30 * time.Second}}
	r := router(clock, one("only", client))
	send(r, sms)
	if room, wait := r.Room(message.SMS, message.Urgent); room != 0 || wait <= 0 {
		t.Errorf("room %d, wait %s", room, wait)
	}
	if name, _ := send(r, sms); name != "" || client.count() != 1 {
		t.Errorf("sent by %q, %d times", name, client.count())
	}
	clock.Advance(31 * time.Second)
	client.answers(fine)
	if room, _ := r.Room(message.SMS, message.Urgent); room != 8 {
		t.Errorf("room %d", room)
	}
	if name, _ := send(r, sms); name != "only" {
		t.Error("not sent")
	}
}

func TestARecipientsWishToWaitIsNotTheCarriers(t *testing.T) {
	busy := message.Result{Outcome: message.OutcomeThrottled, Reason: message.RecipientAway, RetryAfter: time.Hour}
	r := router(testkit.NewClock(start), one("only", &script{result: busy}))
	for range 2 {
		if name, _ := send(r, sms); name != "only" {
			t.Error("the carrier is left alone")
		}
	}
}

func TestAdvertisementsLeaveRoomForNotifications(t *testing.T) {
	client := &script{result: fine, began: make(chan struct{}), held: make(chan struct{})}
	r := router(testkit.NewClock(start), one("only", client))
	var flood sync.WaitGroup
	for range 6 {
		flood.Go(func() { send(r, ad) })
		<-client.began
	}
	if bulk, _ := r.Room(message.SMS, message.Bulk); bulk != 0 {
		t.Errorf("room for %d more advertisements", bulk)
	}
	if urgent, _ := r.Room(message.SMS, message.Urgent); urgent != 2 {
		t.Errorf("room for %d notifications, want 2", urgent)
	}
	// One more advertisement waits; a notification does not wait behind it.
	waiting, stop := context.WithCancel(t.Context())
	flood.Go(func() {
		if name, _ := r.Send(waiting, message.Production, ad); name != "" {
			t.Error("an advertisement took a notification's place")
		}
	})
	flood.Go(func() { send(r, sms) })
	<-client.began
	stop()
	close(client.held)
	flood.Wait()
}

func TestARateLeavesRoomForNotifications(t *testing.T) {
	clock := testkit.NewClock(start)
	c := one("only", &script{result: fine})
	c.Concurrency, c.PerSecond = 100, 8
	r := router(clock, c)
	for range 6 {
		send(r, ad)
	}
	bulk, _ := r.Room(message.SMS, message.Bulk)
	urgent, _ := r.Room(message.SMS, message.Urgent)
	if bulk != 0 || urgent != 2 {
		t.Errorf("room for %d and %d, want 0 and 2", bulk, urgent)
	}
	clock.Advance(time.Second)
	if bulk, _ = r.Room(message.SMS, message.Bulk); bulk != 6 {
		t.Errorf("room for %d after a second, want 6", bulk)
	}
}

func TestSendWaitsForAPlace(t *testing.T) {
	client := &script{result: fine, began: make(chan struct{}), held: make(chan struct{})}
	c := one("only", client)
	c.Concurrency = 2
	r := router(testkit.NewClock(start), c)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if name, _ := send(r, sms); name != "only" {
				t.Error("not sent")
			}
		})
	}
	<-client.began
	<-client.began
	client.held <- struct{}{} // one ends
	<-client.began
	close(client.held)
	all.Wait()
}
