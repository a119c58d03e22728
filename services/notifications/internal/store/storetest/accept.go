package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var acceptChecks = checks{
	"what is accepted is stored whole":              acceptWhole,
	"a repetition gets the first answer":            acceptRepeats,
	"a repetition in a group gets code and payment": acceptRepeatsOfCodes,
	"a key expires":                                    acceptKeyExpires,
	"one of a group harms no other":                    acceptAlone,
	"of many repetitions at once one is stored":        acceptOnce,
	"other replicas' keys and references are seen":     acceptAcrossReplicas,
	"quotas are exact":                                 acceptQuotas,
	"quotas are exact among replicas":                  acceptQuotasAtOnce,
	"a group is answered as one after the other would": acceptAsOneByOne,
}

func newDispatch(digest string) store.NewDispatch {
	return store.NewDispatch{
		ID: uuid.NewString(), ProviderID: 1, ServiceID: 2, DataSet: message.Production, PersonID: "p", Digest: digest,
		ExpiresAt: start.Add(time.Hour), Retention: time.Hour, Content: `{}`,
		Parts: []store.Part{{Kind: message.Notification, Channel: message.SMS, Status: message.Accepted}},
	}
}

func with(d store.NewDispatch, key, reference string) store.NewDispatch {
	d.Key, d.Reference = key, reference
	return d
}

func accept(t failing, s *store.Store, group ...store.NewDispatch) []store.Acceptance {
	t.Helper()
	answers, err := s.Accept(ctx, group)
	check(t, err)
	if len(answers) != len(group) {
		t.Fatal("there is no answer for each")
	}
	return answers
}

func stored(d store.NewDispatch) store.Acceptance {
	return store.Acceptance{DispatchID: d.ID, Status: message.Accepted, CreatedAt: start}
}

func again(d store.NewDispatch) store.Acceptance {
	a := stored(d)
	a.Replayed = true
	return a
}

func wantAnswers(t failing, what string, got []store.Acceptance, want ...store.Acceptance) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d answers, want %d", what, len(got), len(want))
		return
	}
	for i := range want {
		if !errors.Is(got[i].Err, want[i].Err) {
			t.Errorf("%s: answer %d fails with %v, want %v", what, i, got[i].Err, want[i].Err)
		}
		got[i].Err, want[i].Err = nil, nil
		wantSame(t, fmt.Sprintf("%s: answer %d", what, i), got[i], want[i])
	}
}

func acceptWhole(t *testing.T, open Open) {
	s, _ := one(t, open)
	later := newDispatch("a")
	later.SendAt = start.Add(time.Minute)
	later.Parts = []store.Part{
		{Kind: message.Notification, Channel: message.SMS, Status: message.Scheduled, Reason: message.SendAt},
		{Kind: message.Advertisement, Channel: message.FCM, Priority: message.Bulk, Status: message.Scheduled, Reason: message.SendAt},
		{Kind: message.QRCode, Status: message.Delivered},
		{Kind: message.MicroPayment, Status: message.Sent},
	}
	later.Code = &store.NewCode{ID: "c", Kind: "ticket", Title: "t", Uses: 1, ValidUntil: start.Add(time.Hour)}
	later.Payment = &store.NewPayment{ID: "pay", Currency: "CLP", Concept: "c", Amount: 1}
	later.Pictures = []store.NewPicture{{ID: "pic", Kind: message.Advertisement, MediaType: "image/png", Bytes: []byte{1}}}
	coupon := with(newDispatch("b"), "", "r")
	coupon.Content, coupon.PersonID = "", ""
	coupon.Parts = []store.Part{{Kind: message.QRCode, Status: message.Delivered}}
	coupon.Code = &store.NewCode{ID: "c2", Kind: "coupon", Title: "t", Uses: 3}
	now := newDispatch("c")

	first, second := stored(later), stored(coupon)
	first.Status, first.CodeID, first.PaymentID = message.Scheduled, "c", "pay"
	second.Status, second.CodeID = message.Delivered, "c2"
	wantAnswers(t, "first", accept(t, s, later, coupon, now), first, second, stored(now))
	second.Replayed = true
	wantAnswers(t, "repeated", accept(t, s, coupon), second)
}

func acceptRepeats(t *testing.T, open Open) {
	s, clock := one(t, open)
	keyed, referred := with(newDispatch("a"), "k", ""), with(newDispatch("b"), "", "r")
	both := with(newDispatch("c"), "k2", "r2")
	accept(t, s, keyed, referred, both)
	clock.Advance(time.Hour)
	anew := func(digest, key, reference string) store.NewDispatch {
		return with(newDispatch(digest), key, reference)
	}
	wantAnswers(t, "repeated", accept(t, s, anew("a", "k", ""), anew("b", "", "r"), anew("c", "k2", "r2"), anew("c", "k3", "r2")),
		again(keyed), again(referred), again(both), again(both))
	wantAnswers(t, "with other content", accept(t, s, anew("x", "k", ""), anew("x", "", "r"), anew("x", "k2", "r2"), anew("x", "k4", "r2"), anew("x", "k3", "r9")),
		store.Acceptance{Err: store.ErrKeyUsed}, store.Acceptance{Err: store.ErrReferenceUsed}, store.Acceptance{Err: store.ErrKeyUsed},
		store.Acceptance{Err: store.ErrReferenceUsed}, store.Acceptance{Err: store.ErrKeyUsed})
	other := anew("x", "k", "r")
	other.ProviderID = 7
	free := anew("y", "k4", "r9") // names of dispatches that were refused
	answers := accept(t, s, other, free)
	if answers[0].Replayed || answers[1].Replayed || answers[0].Err != nil || answers[1].Err != nil {
		t.Errorf("another provider's, and a free one: %+v", answers)
	}
	answer, ok, err := s.Repeated(ctx, anew("c", "unknown", "r2"))
	check(t, err)
	if !ok {
		t.Error("what was stored is not known")
	}
	wantAnswers(t, "asked", []store.Acceptance{answer}, again(both))
	for _, unknown := range []store.NewDispatch{anew("x", "k2", "r2"), anew("c", "new", "new"), anew("c", "", "")} {
		if _, ok, err := s.Repeated(ctx, unknown); ok || err != nil {
			t.Errorf("is known: %v, %v", ok, err)
		}
	}
}

func acceptRepeatsOfCodes(t *testing.T, open Open) {
	s, _ := one(t, open)
	d := with(paying(), "key", "reference")
	byKey, byReference := with(paying(), "key", ""), with(paying(), "", "reference")
	answers := accept(t, s, d, byKey, byReference)
	want := stored(d)
	want.CodeID, want.PaymentID = d.Code.ID, d.Payment.ID
	repeated := want
	repeated.Replayed = true
	wantAnswers(t, "answers", answers, want, repeated, repeated)
	wantAnswers(t, "later", accept(t, s, byKey), repeated)
}

func acceptKeyExpires(t *testing.T, open Open) {
	s, clock := one(t, open)
	accept(t, s, with(newDispatch("a"), "k", ""))
	clock.Advance(store.KeyLife - time.Millisecond)
	wantAnswers(t, "in time", accept(t, s, with(newDispatch("b"), "k", "")), store.Acceptance{Err: store.ErrKeyUsed})
	clock.Advance(time.Millisecond)
	late := with(newDispatch("b"), "k", "")
	answers := accept(t, s, late, with(newDispatch("c"), "k", ""))
	if answers[0].DispatchID != late.ID || answers[0].Replayed || !errors.Is(answers[1].Err, store.ErrKeyUsed) {
		t.Errorf("after a day: %+v", answers)
	}
}

func acceptAlone(t *testing.T, open Open) {
	s, _ := one(t, open)
	there := with(newDispatch("there"), "", "r")
	accept(t, s, there)
	plain, first, second := newDispatch("plain"), with(newDispatch("a"), "k", ""), with(newDispatch("a"), "k", "")
	spoilt := with(newDispatch("b"), "k2", "r") // its reference is taken, so that its key stays free
	heir, last := with(newDispatch("c"), "k2", ""), with(newDispatch("y"), "", "r7")
	wantAnswers(t, "a group",
		accept(t, s, first, with(newDispatch("x"), "k", "r7"), second, spoilt, plain, heir, last),
		stored(first), store.Acceptance{Err: store.ErrKeyUsed}, again(first), store.Acceptance{Err: store.ErrReferenceUsed},
		stored(plain), stored(heir), stored(last))
}

func acceptOnce(t *testing.T, open Open) {
	clock := testkit.NewClock(start)
	replica := open(t, connections, clock.Now)
	replicas := []*store.Store{replica(), replica()}
	for _, names := range [][2]string{{"k", ""}, {"", "r"}, {"k2", "r2"}} {
		var callers sync.WaitGroup
		answers := make([]store.Acceptance, 50)
		for i := range answers {
			callers.Go(func() {
				got, err := replicas[i%2].Accept(ctx, []store.NewDispatch{newDispatch(fmt.Sprint("other", i)), with(newDispatch("a"), names[0], names[1])})
				if err != nil {
					t.Error(err)
					return
				}
				answers[i] = got[1]
			})
		}
		callers.Wait()
		first := 0
		for _, a := range answers {
			if a.Err != nil || a.DispatchID != answers[0].DispatchID {
				t.Errorf("%v: %+v beside %+v", names, a, answers[0])
			}
			if !a.Replayed {
				first++
			}
		}
		if first != 1 {
			t.Errorf("%v: %d are the first", names, first)
		}
	}
}

// Groups of replicas have the same names in other orders, and other content.
func acceptAcrossReplicas(t *testing.T, open Open) {
	clock := testkit.NewClock(start)
	replica := open(t, connections, clock.Now)
	replicas := []*store.Store{replica(), replica()}
	var callers sync.WaitGroup
	var mu sync.Mutex
	owners := make(map[string]string) // dispatches that were stored, by the name
	for i := range 20 {
		callers.Go(func() {
			group := make([]store.NewDispatch, 10)
			for j := range group {
				name := fmt.Sprint((i*3 + j*7) % 10)
				group[j] = with(newDispatch(fmt.Sprint(i, "/", j)), "k"+name, "r"+name)
			}
			answers, err := replicas[i%2].Accept(ctx, group)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			for j, a := range answers {
				switch name := group[j].Key; {
				case errors.Is(a.Err, store.ErrKeyUsed):
				case a.Err != nil || a.Replayed || a.DispatchID != group[j].ID:
					t.Errorf("got %+v", a)
				case owners[name] != "":
					t.Errorf("%s was given twice", name)
				default:
					owners[name] = a.DispatchID
				}
			}
		})
	}
	callers.Wait()
	if len(owners) != 10 {
		t.Errorf("%d names have owners", len(owners))
	}
}

func limited(d store.NewDispatch, person string, daily, recipient int32) store.NewDispatch {
	d.PersonID, d.DailyQuota, d.RecipientQuota = person, daily, recipient
	return d
}

func acceptQuotas(t *testing.T, open Open) {
	s, clock := one(t, open)
	over := store.Acceptance{Err: store.ErrQuotaUsed}
	first, second, third := limited(newDispatch("a"), "p", 4, 2), limited(with(newDispatch("b"), "k", "r"), "p", 4, 2), limited(newDispatch("c"), "q", 4, 2)
	wantAnswers(t, "one group", accept(t, s, first, second, limited(newDispatch("d"), "p", 4, 2), third, limited(with(newDispatch("e"), "k9", "r9"), "p", 4, 2)),
		stored(first), stored(second), over, stored(third), over)
	fourth := limited(with(newDispatch("e"), "k9", "r9"), "q", 4, 2)
	wantAnswers(t, "next", accept(t, s, fourth, limited(newDispatch("f"), "x", 4, 2)), stored(fourth), over)
	wantAnswers(t, "a repetition uses nothing", accept(t, s, limited(with(newDispatch("b"), "k", "r"), "p", 4, 2)), again(second))
	other := limited(newDispatch("g"), "p", 4, 2)
	other.ServiceID = 9
	free := newDispatch("h")
	wantAnswers(t, "another service, and without a quota", accept(t, s, other, free), stored(other), stored(free))
	clock.Advance(time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC).Sub(start))
	if a := accept(t, s, limited(newDispatch("i"), "p", 4, 2))[0]; a.Err != nil {
		t.Errorf("the next day: %v", a.Err)
	}
}

func acceptQuotasAtOnce(t *testing.T, open Open) {
	clock := testkit.NewClock(start)
	replica := open(t, connections, clock.Now)
	replicas := []*store.Store{replica(), replica()}
	var callers sync.WaitGroup
	var mu sync.Mutex
	given := make(map[string]int)
	for i := range 30 {
		callers.Go(func() {
			var group []store.NewDispatch
			for j := range 5 {
				group = append(group, limited(newDispatch("a"), fmt.Sprint((i+j)%7), 50, 8))
			}
			answers, err := replicas[i%2].Accept(ctx, group)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			for j, a := range answers {
				if a.Err == nil {
					given[""]++
					given[group[j].PersonID]++
				}
			}
		})
	}
	callers.Wait()
	if given[""] != 50 {
		t.Errorf("%d were stored, the quota is 50", given[""])
	}
	for person, count := range given {
		if person != "" && count > 8 {
			t.Errorf("%d were stored for one, the quota is 8", count)
		}
	}
}

// What becomes of a group is what becomes of its dispatches in some order of their own; where nothing but names is in the way, in the order of the group.
func acceptAsOneByOne(t *testing.T, open Open) {
	replica := open(t, connections, testkit.NewClock(start).Now)
	together := replica()
	var runs int64
	rapid.Check(t, func(t *rapid.T) {
		runs += 2
		group := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) store.NewDispatch {
			name := rapid.SampledFrom([]string{"", "", "a", "b", "c"})
			d := newDispatch(rapid.SampledFrom([]string{"x", "y"}).Draw(t, "digest"))
			if key := name.Draw(t, "key"); key != "" {
				d.Key = key
			}
			d.Reference = name.Draw(t, "reference")
			d.PersonID = rapid.SampledFrom([]string{"p", "q"}).Draw(t, "person")
			return d
		}), 1, 12).Draw(t, "group")
		alone := slices.Clone(group)
		for i := range group { // each way has names of its own
			group[i].ProviderID, alone[i].ProviderID = 100+runs, 101+runs
			alone[i].ID = uuid.NewString()
		}
		got := accept(t, together, group...)
		for i := range alone {
			want := accept(t, together, alone[i])[0]
			if !errors.Is(got[i].Err, want.Err) || got[i].Replayed != want.Replayed {
				t.Errorf("dispatch %d: got %+v, alone %+v", i, got[i], want)
			}
			first := func(all []store.NewDispatch, id string) int {
				return slices.IndexFunc(all, func(d store.NewDispatch) bool { return d.ID == id })
			}
			if first(group, got[i].DispatchID) != first(alone, want.DispatchID) {
				t.Errorf("dispatch %d is another's repetition", i)
			}
		}
	})
}
