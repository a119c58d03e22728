package storetest

import (
	"fmt"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var erasureChecks = checks{
	"a person is forgotten, and nobody else":                                  personsAreErased,
	"what is being sent is erased when it ends":                               whatIsSentIsErasedLater,
	"what is to be erased is not replayed":                                    whatIsToBeErasedIsNotReplayed,
	"a person with many dispatches is forgotten":                              manyDispatchesAreErased,
	"codes and payment requests say nothing any more, and stay what they are": codesAndPaymentsAreBlanked,
}

// toAna is a dispatch of one person.
func toAna(d store.NewDispatch) store.NewDispatch {
	d.PersonID = "ana"
	d.Pictures = []store.NewPicture{{ID: "picture of " + d.ID, Kind: message.Advertisement, MediaType: "image/png", Bytes: []byte("p")}}
	return d
}

func forget(t failing, s *store.Store, want int) {
	t.Helper()
	erased, err := s.EraseRecipient(ctx, "sofia", message.Production, "ana")
	if check(t, err); erased != want {
		t.Errorf("%d dispatches are erased, want %d", erased, want)
	}
}

func personsAreErased(t *testing.T, open Open) {
	s, clock := one(t, open)
	give(t, s, "ana", device("ana's"))
	give(t, s, "leo", device("leo's"))
	check(t, s.PutWishes(ctx, "a", message.Production, "ana", store.Wishes{RefusesAdvertisements: true}))
	staged := toAna(notification("staged"))
	staged.DataSet = message.Staging
	enter(t, s, toAna(notification("sent")), notification("another's"), staged)
	for _, c := range claim(t, s, urgentSMS, 1) {
		finishAs(t, s, true, came(c, message.OutcomeSent, message.Sent))
	}
	clock.Advance(time.Second)
	enter(t, s, toAna(withAdvertisement(notification("waits"))))
	forget(t, s, 2)
	if r := kept(t, s, message.Production, "ana"); len(r.Addresses) != 0 || r.Wishes != (store.Wishes{}) {
		t.Errorf("kept is %+v", r)
	}
	if len(kept(t, s, message.Production, "leo").Addresses) != 1 {
		t.Error("leo lost an address")
	}
	wantStatus(t, s, "sent", message.Sent, message.Sent)
	wantStatus(t, s, "waits", message.Cancelled, message.Cancelled, message.Cancelled)
	for _, id := range []string{"sent", "waits"} {
		if d := whole(t, s, id); d.PersonID != "" || d.ErasedAt.IsZero() {
			t.Errorf("%s is of %q, erased at %v", id, d.PersonID, d.ErasedAt)
		}
		_, err := s.Picture(ctx, "picture of "+id)
		wantClass(t, "its picture", err, sqlstore.ErrNotFound)
	}
	for _, id := range []string{"another's", "staged"} {
		if d := whole(t, s, id); d.PersonID == "" || !d.ErasedAt.IsZero() {
			t.Errorf("%s is erased", id)
		}
	}
	picture, err := s.Picture(ctx, "picture of staged")
	check(t, err)
	wantSame(t, "a picture", picture, store.Picture{MediaType: "image/png", Bytes: []byte("p")})
	forget(t, s, 0)
}

func whatIsSentIsErasedLater(t *testing.T, open Open) {
	s, clock := one(t, open)
	enter(t, s, toAna(withAdvertisement(notification("d"))))
	claimed := claimOne(t, s, urgentSMS)
	forget(t, s, 0)
	wantStatus(t, s, "d", message.Sending, message.Sending, message.Cancelled)
	if whole(t, s, "d").PersonID != "ana" {
		t.Error("who sends has lost the person")
	}
	finishAs(t, s, true, came(claimed, message.OutcomeSent, message.Sent))
	clock.Advance(time.Millisecond)
	for _, sweep := range s.Sweeps() {
		_, err := sweep.Once(ctx)
		check(t, err)
	}
	if d := whole(t, s, "d"); d.PersonID != "" || d.ErasedAt.IsZero() {
		t.Errorf("it is of %q", d.PersonID)
	}
}

func whatIsToBeErasedIsNotReplayed(t *testing.T, open Open) {
	s, clock := one(t, open)
	enter(t, s, toAna(withAdvertisement(notification("d"))))
	dead := came(claimOne(t, s, bulkFCM), message.OutcomeRejected, message.Failed)
	finishAs(t, s, true, dead)
	claimed := claimOne(t, s, urgentSMS) // it keeps what the dispatch says until it ends
	forget(t, s, 0)
	replayed, err := s.ReplayDeadLetters(ctx, "olga", []store.Replay{{
		PartKey: store.PartKey{DispatchID: "d", Kind: message.Advertisement}, ExpiresAt: clock.Now().Add(time.Hour),
	}})
	if check(t, err); len(replayed) != 0 {
		t.Errorf("sent to whom was to be forgotten: %v", replayed)
	}
	finishAs(t, s, true, came(claimed, message.OutcomeSent, message.Sent))
	clock.Advance(time.Millisecond)
	sweep(t, s)
	if d := whole(t, s, "d"); d.PersonID != "" || d.ErasedAt.IsZero() {
		t.Errorf("it is of %q", d.PersonID)
	}
}

func manyDispatchesAreErased(t *testing.T, open Open) {
	s, _ := one(t, open)
	var all []store.NewDispatch
	for n := range 450 {
		d := notification(fmt.Sprint("d", n))
		d.PersonID = "ana"
		all = append(all, d)
	}
	enter(t, s, all...)
	claim(t, s, urgentSMS, 10)
	forget(t, s, 440)
	forget(t, s, 0)
}

func codesAndPaymentsAreBlanked(t *testing.T, open Open) {
	s, clock := one(t, open)
	with := func(id, person string) store.NewDispatch {
		d := notification(id)
		d.PersonID, d.Retention = person, time.Hour
		d.Parts = []store.Part{{Kind: message.QRCode, Status: message.Delivered}, {Kind: message.MicroPayment, Status: message.Sent}}
		d.Code = &store.NewCode{ID: "code of " + id, Kind: "ticket", Title: "Hora de Ana", ProviderCode: "12-3", Uses: 2}
		d.Payment = &store.NewPayment{ID: "payment of " + id, Currency: "CLP", Concept: "Hora de Ana", Reference: "12-3", Amount: 5}
		return d
	}
	wantBlank := func(id string) {
		t.Helper()
		code, err := s.Code(ctx, "code of "+id)
		check(t, err)
		payment, err := s.Payment(ctx, "payment of "+id)
		check(t, err)
		if code.Title+code.ProviderCode+payment.Concept+payment.Reference != "" {
			t.Errorf("they say %+v, %+v", code, payment)
		}
		if code.Uses != 2 || payment.Amount != 5 || payment.Currency != "CLP" {
			t.Errorf("they became %+v, %+v", code, payment)
		}
	}
	enter(t, s, with("a", "ana"), with("b", "leo"))
	forget(t, s, 1)
	wantBlank("a")
	_, _, _, err := s.RedeemCode(ctx, "client", "code of a", "")
	check(t, err)
	_, err = s.SettlePayment(ctx, store.Settlement{PaymentID: "payment of b", Status: store.PaymentPaid, Amount: 5, Currency: "CLP"})
	check(t, err)
	if code, err := s.Code(ctx, "code of b"); err != nil || code.Title == "" {
		t.Errorf("another's is %+v (%v)", code, err)
	}
	clock.Advance(time.Hour)
	sweep(t, s)
	wantBlank("b")
}
