package accept_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/accept"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

func TestAnswers(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		a := w.acceptor(w.store)
		all := w.request(named("k", "r"), ticket(func(*notificationsv1.QRCode) {}), pay(func(*notificationsv1.MicroPayment) {}),
			advertise(&notificationsv1.Message{Channel: notificationsv1.Channel_CHANNEL_FCM, Title: "t", Message: "m", Picture: drawing(t)}))
		first, err := a.Dispatch(t.Context(), client, all)
		check(t, err)
		id, err := uuid.Parse(first.GetDispatchId())
		if err != nil || id.Version() != 7 || first.GetStatus() != notificationsv1.Status_STATUS_ACCEPTED || first.GetReplayed() ||
			len(first.GetCode()) != 44 || first.GetPaymentId() == "" || !first.GetCreatedAt().AsTime().Equal(start) {
			t.Errorf("got %v, %v", first, err)
		}
		if w.woken.Load() != 1 {
			t.Errorf("the queue was woken %d times", w.woken.Load())
		}
		w.clock.Advance(time.Hour)
		again, err := a.Dispatch(t.Context(), client, all)
		check(t, err)
		first.Replayed = true
		if diff := cmp.Diff(first, again, protocmp.Transform()); diff != "" {
			t.Error(diff)
		}
		alone := w.request(ticket(func(*notificationsv1.QRCode) {}))
		alone.Notification = nil
		for status, in := range map[notificationsv1.Status]*notificationsv1.DispatchRequest{
			notificationsv1.Status_STATUS_DELIVERED: alone,
			notificationsv1.Status_STATUS_SCHEDULED: w.request(func(in *notificationsv1.DispatchRequest) { in.SendAt = at(2 * time.Hour) }),
		} {
			out, err := a.Dispatch(t.Context(), client, in)
			check(t, err)
			if out.GetStatus() != status {
				t.Errorf("got %v, want %v", out, status)
			}
		}
		if w.woken.Load() != 1 {
			t.Error("the queue was woken for what is not due")
		}
	})
}

func TestConflicts(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		a := w.acceptor(w.store)
		_, err := a.Dispatch(t.Context(), client, w.request(named("k", "r")))
		check(t, err)
		for field, in := range map[string]*notificationsv1.DispatchRequest{
			"idempotency_key": w.request(named("k", "other")),
			"reference":       w.request(named("other", "r"), saying("otra cosa")),
		} {
			_, err := a.Dispatch(t.Context(), client, in)
			wantFault(t, err, errorsv1.Reason_REASON_DISPATCH_CONFLICT, field)
		}
	})
}

// A repetition gets the first answer although its time has passed, the recipient is gone, or the service takes it no more.
func TestRepetitionsThatWouldBeRefused(t *testing.T) {
	w := newWorld(t, sqliteURL(t), 8)
	w.changeService(func(s *notificationsv1.Service) { s.DailyQuota = 1 })
	a := w.acceptor(w.store)
	in := w.request(named("k", "r"), func(in *notificationsv1.DispatchRequest) { in.ExpiresAt = at(time.Minute) })
	first, err := a.Dispatch(t.Context(), client, in)
	check(t, err)
	again := func(what string) {
		t.Helper()
		for range 2 {
			out, err := a.Dispatch(t.Context(), client, in)
			if out.GetDispatchId() != first.GetDispatchId() || !out.GetReplayed() || err != nil {
				t.Errorf("%s: got %v, %v", what, out, err)
			}
			in = clone(in)
			in.IdempotencyKey = "" // the reference tells as well
		}
	}
	again("with the quota used up")
	w.clock.Advance(time.Hour)
	again("expired")
	w.changeService(func(s *notificationsv1.Service) { s.Notification = refused })
	again("refused")
	w.away = rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "identity is away")
	again("with identity away")
	other := clone(in)
	other.Reference = "another"
	other.ExpiresAt = nil
	_, err = a.Dispatch(t.Context(), client, other)
	wantFault(t, err, part, "notification")
}

func TestQuotas(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.changeService(func(s *notificationsv1.Service) { s.DailyQuota, s.DailyRecipientQuota = 3, 2 })
		a := w.acceptor(w.store)
		to := func(person string) error {
			_, err := a.Dispatch(t.Context(), client, w.request(func(in *notificationsv1.DispatchRequest) { in.Destination = person }))
			return err
		}
		check(t, to("all"))
		check(t, to("all"))
		err := to("all")
		wantFault(t, err, errorsv1.Reason_REASON_QUOTA_EXCEEDED, "")
		now := w.clock.Now()
		if delay, ok := rpcerr.Delay(err); !ok || !now.Add(delay).Equal(time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("try again after %s", delay)
		}
		check(t, to("phone"))
		wantFault(t, to("phone"), errorsv1.Reason_REASON_QUOTA_EXCEEDED, "")
		w.clock.Advance(24 * time.Hour)
		check(t, to("phone"))
	})
}

func TestWhoIsAway(t *testing.T) {
	w := newWorld(t, sqliteURL(t), 8)
	w.away = rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "identity is away")
	a := w.acceptor(w.store)
	_, err := a.Dispatch(t.Context(), client, w.request())
	wantFault(t, err, errorsv1.Reason_REASON_UNAVAILABLE, "")
}

// gate is a store whose commits wait until they are let, or fail.
type gate struct {
	*store.Store
	entered chan int
	let     chan error
}

func (g *gate) Accept(ctx context.Context, group []store.NewDispatch) ([]store.Acceptance, error) {
	g.entered <- len(group)
	if err := <-g.let; err != nil {
		return nil, err
	}
	return g.Store.Accept(ctx, group)
}

// No answer leaves before the commit; who comes meanwhile shares the next. Nobody waits for a timer.
func TestAnswersFollowTheCommit(t *testing.T) {
	w := newWorld(t, sqliteURL(t), 8)
	g := &gate{w.store, make(chan int), make(chan error)}
	a := w.acceptor(g)
	var answered atomic.Int64
	var callers sync.WaitGroup
	call := func() {
		callers.Go(func() {
			if _, err := a.Dispatch(t.Context(), client, w.request()); err != nil {
				t.Error(err)
			}
			answered.Add(1)
		})
	}
	call()
	if size := <-g.entered; size != 1 {
		t.Errorf("a group of %d", size)
	}
	for range 10 {
		call()
	}
	if answered.Load() != 0 {
		t.Error("an answer preceded the commit")
	}
	g.let <- nil
	for left := 10; left > 0; {
		left -= <-g.entered
		if w.woken.Load() == 0 || answered.Load() > int64(10-left) {
			t.Error("an answer preceded the commit")
		}
		g.let <- nil
	}
	callers.Wait()
}

// A commit of a database that is away is UNAVAILABLE to all of its group.
func TestADatabaseThatIsAway(t *testing.T) {
	w := newWorld(t, sqliteURL(t), 8)
	g := &gate{w.store, make(chan int), make(chan error)}
	a := w.acceptor(g)
	batch := func() []*notificationsv1.DispatchBatchItem {
		return a.DispatchBatch(t.Context(), client, []*notificationsv1.DispatchRequest{w.request(named("", "a")), w.request(named("", "b"))})
	}
	var items []*notificationsv1.DispatchBatchItem
	var calling sync.WaitGroup
	calling.Go(func() { items = batch() })
	for done := 0; done < 2; {
		done += <-g.entered
		g.let <- sqlstore.ErrUnavailable
	}
	calling.Wait()
	for _, item := range items {
		if item.GetFailure().GetReason() != "UNAVAILABLE" {
			t.Errorf("got %v", item)
		}
	}
}

// flawed takes offence at a reference.
type flawed struct{ *store.Store }

func (f flawed) Accept(ctx context.Context, group []store.NewDispatch) ([]store.Acceptance, error) {
	for _, d := range group {
		if d.Reference == "offends" {
			return nil, errors.New("invalid byte sequence")
		}
	}
	return f.Store.Accept(ctx, group)
}

func TestOneThatOffendsHarmsNoOther(t *testing.T) {
	w := newWorld(t, sqliteURL(t), 8)
	a := w.acceptor(flawed{w.store})
	items := a.DispatchBatch(t.Context(), client, []*notificationsv1.DispatchRequest{
		w.request(named("", "a")), w.request(named("", "offends")), w.request(named("", "b")),
	})
	if items[0].GetStored() == nil || items[1].GetFailure().GetReason() != "INTERNAL" || items[2].GetStored() == nil {
		t.Errorf("got %v", items)
	}
}

// Whoever comes when nobody else does waits for no timer.
func TestTheFirstDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, clock: testkit.NewClock(start), carried: func(message.DataSet, message.Channel) bool { return true }}
		w.provider, w.service = 1, &notificationsv1.Service{ServiceId: 1, Notification: optional, Destination: required}
		a, err := accept.New(w.deps(&memory{service: w.service}))
		check(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { check(t, a.Run(ctx)) })
		begun := time.Now() // of the bubble: it passes only while all wait for it
		for range 3 {
			_, err := a.Dispatch(ctx, client, w.request())
			check(t, err)
		}
		if waited := time.Since(begun); waited != 0 {
			t.Errorf("waited %s", waited)
		}
		cancel()
		running.Wait()
	})
}

// One connection serves a hundred callers of two replicas.
func TestOneConnection(t *testing.T) {
	for engine, url := range map[string]string{"sqlite": sqliteURL(t), "postgres": testkit.Postgres(t)} {
		t.Run(engine, func(t *testing.T) {
			w := newWorld(t, url, 1)
			w.changeService(func(s *notificationsv1.Service) { s.DailyQuota, s.Life = 1000, durationpb.New(time.Hour) })
			replicas := []*accept.Acceptor{w.acceptor(w.store), w.acceptor(w.store)}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var callers sync.WaitGroup
			var first atomic.Int64
			for i := range 100 {
				callers.Go(func() {
					if _, err := replicas[i%2].Dispatch(ctx, client, w.request()); err != nil {
						t.Error(err)
					}
					out, err := replicas[i%2].Dispatch(ctx, client, w.request(named("k", "r")))
					if err != nil {
						t.Error(err)
					} else if !out.GetReplayed() {
						first.Add(1)
					}
				})
			}
			callers.Wait()
			if first.Load() != 1 {
				t.Errorf("%d of the repetitions were the first", first.Load())
			}
		})
	}
}

// What was said is short, and what repetitions are known by outlives it: nobody may find it out by trying.
func TestDigestsAreKeyed(t *testing.T) {
	digests := make(map[string]bool)
	for _, key := range []string{"one", "one", "another"} {
		w := &world{t: t, clock: testkit.NewClock(start), carried: func(message.DataSet, message.Channel) bool { return true }}
		w.provider, w.service = 1, &notificationsv1.Service{ServiceId: 1, Notification: optional, Destination: required}
		stored := &memory{service: w.service}
		deps := w.deps(stored)
		deps.Digests = []byte(key)
		a, err := accept.New(deps)
		check(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { check(t, a.Run(ctx)) })
		_, err = a.Dispatch(ctx, client, w.request())
		check(t, err)
		cancel()
		running.Wait()
		digests[stored.all[0].Digest] = true
	}
	if len(digests) != 2 {
		t.Errorf("digests by two keys: %v", digests)
	}
}

// Pictures are stored a few at a time: together they would hold up everybody else.
func TestPicturesDoNotShareLargeCommits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, clock: testkit.NewClock(start), carried: func(message.DataSet, message.Channel) bool { return true }}
		w.provider, w.service = 1, &notificationsv1.Service{ServiceId: 1, Notification: optional, Advertisement: optional, Destination: required}
		stored := &weighed{memory: memory{service: w.service}}
		a, err := accept.New(w.deps(stored))
		check(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		picture := noise(t)
		var batch []*notificationsv1.DispatchRequest
		for range 40 {
			batch = append(batch, w.request(func(in *notificationsv1.DispatchRequest) {
				in.Advertisement = &notificationsv1.Message{
					Channel: notificationsv1.Channel_CHANNEL_EMAIL, Title: "Oferta", Message: "Dos por uno", Picture: picture,
				}
			}))
		}
		running.Go(func() {
			for i, item := range a.DispatchBatch(ctx, client, batch) {
				if item.GetStored() == nil {
					t.Errorf("item %d: %v", i, item.GetFailure())
				}
			}
			cancel()
		})
		synctest.Wait() // all of them wait to be stored
		check(t, a.Run(ctx))
		running.Wait()
		if len(stored.all) != 40 || stored.heaviest > 4<<20 || stored.heaviest < 2<<20 {
			t.Errorf("%d are stored, %d bytes in a transaction", len(stored.all), stored.heaviest)
		}
	})
}

// weighed tells how heavy the pictures of a transaction were.
type weighed struct {
	memory
	heaviest int
}

func (s *weighed) Accept(ctx context.Context, group []store.NewDispatch) ([]store.Acceptance, error) {
	weight := 0
	for _, d := range group {
		for _, p := range d.Pictures {
			weight += len(p.Bytes)
		}
	}
	s.heaviest = max(s.heaviest, weight)
	return s.memory.Accept(ctx, group)
}

// noise is a picture that cannot be made smaller.
func noise(t *testing.T) []byte {
	t.Helper()
	page := image.NewGray(image.Rect(0, 0, 480, 480))
	random := rand.NewChaCha8([32]byte{})
	_, _ = random.Read(page.Pix) // it never fails
	var out bytes.Buffer
	check(t, png.Encode(&out, page))
	return out.Bytes()
}
