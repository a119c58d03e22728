package recipient_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/recipient"
	"github.com/ventanilla/ventanilla/services/notifications/internal/secret"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const (
	phone = identityv1.ContactKind_CONTACT_KIND_PHONE
	email = identityv1.ContactKind_CONTACT_KIND_EMAIL
)

// identity answers for persons whose identifiers do not begin with "un". A call is told of by asked, and answered when let is not empty.
type identity struct {
	asked  chan *identityv1.GetContactsRequest
	let    chan error
	person func(id string) []*identityv1.Contact
}

func (i *identity) GetContacts(ctx context.Context, in *identityv1.GetContactsRequest, _ ...grpc.CallOption) (*identityv1.GetContactsResponse, error) {
	i.asked <- in
	select {
	case err := <-i.let:
		if err != nil {
			return nil, err
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	answer := &identityv1.GetContactsResponse{}
	for _, id := range in.GetPersonIds() {
		one := &identityv1.PersonContacts{}
		if id[:2] != "un" {
			one.PersonId, one.Contacts = id, i.person(id)
		}
		answer.Persons = append(answer.Persons, one)
	}
	return answer, nil
}

// kept stands for the store.
type kept struct {
	mu      sync.Mutex
	persons map[string]store.Recipient
	reads   int
	failed  error
}

func (k *kept) Recipients(_ context.Context, set message.DataSet, ids []string) (map[string]store.Recipient, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.reads++
	found := map[string]store.Recipient{}
	for _, id := range ids {
		if r, ok := k.persons[string(set)+" "+id]; ok {
			found[id] = r
		}
	}
	return found, k.failed
}

func (k *kept) PruneAddress(_ context.Context, set message.DataSet, id, address string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	r := k.persons[string(set)+" "+id]
	before := len(r.Addresses)
	r.Addresses = slices.DeleteFunc(slices.Clone(r.Addresses), func(a store.Address) bool { return a.ID == address })
	if len(r.Addresses) == before {
		return sqlstore.ErrNotFound
	}
	k.persons[string(set)+" "+id] = r
	return nil
}

// world is a directory with what it reads.
type world struct {
	*recipient.Directory
	t        *testing.T
	identity *identity
	kept     *kept
	clock    *testkit.Clock
	kek      *keyring.KEK
	stop     func()
}

func start(t *testing.T) *world {
	t.Helper()
	kek, err := keyring.New(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	zone, err := recipient.Zone("America/Santiago")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		t: t, kek: kek, clock: testkit.NewClock(time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)), kept: &kept{persons: map[string]store.Recipient{}},
		identity: &identity{asked: make(chan *identityv1.GetContactsRequest, 1000), let: make(chan error, 1000), person: func(string) []*identityv1.Contact { return nil }},
	}
	w.Directory = recipient.NewDirectory(w.identity, w.kept, kek, recipient.Options{DefaultRegion: "CL", DefaultZone: zone}, w.clock.Now)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := w.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	w.stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	t.Cleanup(w.stop)
	return w
}

// answers lets so many calls of identity go.
func (w *world) answers(calls int) {
	for range calls {
		w.identity.let <- nil
	}
}

func (w *world) find(id string) recipient.Recipient {
	w.t.Helper()
	found, err := w.Find(w.t.Context(), message.Production, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

func TestARecipientIsWhatIdentityAndTheStoreKnow(t *testing.T) {
	w := start(t)
	w.answers(2)
	w.identity.person = func(string) []*identityv1.Contact {
		return []*identityv1.Contact{
			{Kind: phone, Value: "(2) 2000 0001"},
			{Kind: email, Value: "ana@example.org"},
			{Kind: phone, Value: "por la tarde"},
			{Kind: phone, Value: "+52 55 2000 0002"},
			{Kind: identityv1.ContactKind_CONTACT_KIND_POSTAL, Value: "Calle 1"},
		}
	}
	key := []byte("0123456789abcdef0123456789abcdef")
	text := "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	w.kept.persons["production ana"] = store.Recipient{
		Addresses: []store.Address{
			{ID: "new", Channel: message.FCM, Value: "token 2"},
			{ID: "hook", Channel: message.Webhook, Value: "https://example.org/h", Sealed: secret.Seal(w.kek, secret.OfAddress("hook"), text)},
			{ID: "old", Channel: message.FCM, Value: "token 1"},
		},
		Wishes: store.Wishes{TimeZone: "Pacific/Easter", RefusesAdvertisements: true},
	}
	got := w.find("ana")
	numbers := []message.Address{{Value: "+56220000001"}, {Value: "+525520000002"}}
	want := map[message.Channel][]message.Address{
		message.SMS: numbers, message.SAT: numbers, message.Email: {{Value: "ana@example.org"}},
		message.FCM:     {{ID: "new", Value: "token 2"}, {ID: "old", Value: "token 1"}},
		message.Webhook: {{ID: "hook", Value: "https://example.org/h", Secret: key}},
	}
	if diff := cmp.Diff(want, got.Addresses); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
	if !got.Known || !got.RefusesAdvertisements || got.Zone.String() != "Pacific/Easter" {
		t.Errorf("got %+v", got)
	}
	if leo := w.find("leo"); !leo.Known || leo.RefusesAdvertisements || leo.Zone.String() != "America/Santiago" {
		t.Errorf("leo is %+v", leo)
	}
	asked := <-w.identity.asked
	if asked.GetAccess().GetPurpose() == "" || asked.GetDataSet() != authv1.DataSet_DATA_SET_PRODUCTION {
		t.Errorf("asked %v", asked)
	}
}

func TestWhatIsKnownIsKeptForHalfAMinute(t *testing.T) {
	w := start(t)
	w.answers(4)
	w.find("ana")
	w.clock.Advance(29 * time.Second)
	w.find("ana")
	if n := len(w.identity.asked); n != 1 {
		t.Errorf("%d calls within half a minute", n)
	}
	w.clock.Advance(time.Second)
	w.find("ana")
	if n := len(w.identity.asked); n != 2 {
		t.Errorf("%d calls after it", n)
	}
	for range 2 { // who is unknown may be entered at any moment
		if got := w.find("unknown"); got.Known || got.Addresses != nil {
			t.Errorf("got %+v", got)
		}
	}
	if n := len(w.identity.asked); n != 4 {
		t.Errorf("%d calls", n)
	}
}

func TestFindsShareCalls(t *testing.T) {
	w := start(t)
	var finds sync.WaitGroup
	find := func(set message.DataSet, id string) {
		finds.Go(func() {
			if got, err := w.Find(context.Background(), set, id); err != nil || !got.Known {
				t.Errorf("%s: %+v, %v", id, got, err)
			}
		})
	}
	for i := range 4 { // which keep the readers busy
		find(message.Staging, fmt.Sprint("first ", i))
		<-w.identity.asked
	}
	for i := range 450 {
		find(message.Production, fmt.Sprint("later ", i%225)) // each twice
	}
	testkit.Eventually(t, time.Minute, func() error {
		if n := recipient.Waiting(w.Directory, message.Production); n != 225 {
			return fmt.Errorf("%d are waited for", n)
		}
		return nil
	})
	w.answers(6)
	finds.Wait()
	sizes := []int{}
	for range len(w.identity.asked) {
		asked := <-w.identity.asked
		sizes = append(sizes, len(asked.GetPersonIds()))
		if asked.GetDataSet() != authv1.DataSet_DATA_SET_PRODUCTION {
			t.Errorf("asked in %s", asked.GetDataSet())
		}
	}
	slices.Sort(sizes)
	if diff := cmp.Diff([]int{25, 200}, sizes); diff != "" || w.kept.reads != 6 {
		t.Errorf("calls of (-want +got):\n%s%d reads of the store", diff, w.kept.reads)
	}
}

// Who leaves takes nothing from those who wait for the same person.
func TestACallerThatLeavesHarmsNobody(t *testing.T) {
	w := start(t)
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := w.Find(ctx, message.Production, "ana")
		left <- err
	}()
	<-w.identity.asked
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("left with %v", err)
	}
	w.answers(1)
	if !w.find("ana").Known {
		t.Error("ana is not known")
	}
	if n := len(w.identity.asked); n != 0 {
		t.Errorf("%d more calls", n)
	}
}

// What changes while it is read is read again.
func TestAChangeIsSeenAtOnce(t *testing.T) {
	w := start(t)
	old := make(chan recipient.Recipient)
	go func() {
		found, err := w.Find(context.Background(), message.Production, "ana")
		if err != nil {
			t.Error(err)
		}
		old <- found
	}()
	<-w.identity.asked
	w.Forget(message.Production, "ana")
	w.answers(1)
	<-old
	w.answers(2)
	w.find("ana")
	w.find("ana")
	w.Forget(message.Production, "ana")
	w.find("ana")
	if n := len(w.identity.asked); n != 2 {
		t.Errorf("%d calls after changes", n)
	}
}

func TestADeadAddressIsPruned(t *testing.T) {
	w := start(t)
	w.answers(3)
	w.kept.persons["production ana"] = store.Recipient{Addresses: []store.Address{{ID: "a", Channel: message.FCM, Value: "1"}, {ID: "b", Channel: message.FCM, Value: "2"}}}
	first := w.find("ana").Addresses[message.FCM][0]
	for range 2 { // also when another replica was quicker
		if err := w.Prune(t.Context(), message.Production, "ana", first); err != nil {
			t.Fatal(err)
		}
	}
	want := []message.Address{{ID: "b", Value: "2"}}
	if diff := cmp.Diff(want, w.find("ana").Addresses[message.FCM]); diff != "" {
		t.Error(diff)
	}
	if err := w.Prune(t.Context(), message.Production, "ana", message.Address{Value: "+56220000001"}); err != nil {
		t.Errorf("pruning one of identity's: %v", err)
	}
}

func TestWithoutIdentityOrTheStoreNobodyIsFound(t *testing.T) {
	w := start(t)
	unavailable := func(what string) {
		t.Helper()
		if _, err := w.Find(t.Context(), message.Production, "ana"); rpcerr.Reason(err) != errorsv1.Reason_REASON_UNAVAILABLE {
			t.Errorf("%s: %v", what, err)
		}
	}
	w.identity.let <- errors.New("away")
	unavailable("identity is away")
	w.kept.failed = sqlstore.ErrUnavailable
	w.answers(1)
	unavailable("the store is away")
	w.kept.failed = nil
	w.answers(1)
	w.find("ana")
	w.stop()
	w.Forget(message.Production, "ana")
	unavailable("it has stopped")
}

// A secret that cannot be opened is a failure of its person's, and of nobody else's.
func TestADamagedSecretHarmsNobodyElse(t *testing.T) {
	w := start(t)
	w.kept.persons["production ana"] = store.Recipient{Addresses: []store.Address{{ID: "a", Channel: message.Webhook, Value: "https://example.org", Sealed: []byte("x")}}}
	w.answers(2)
	if _, err := w.Find(t.Context(), message.Production, "ana"); err == nil {
		t.Error("the secret was opened")
	}
	if !w.find("leo").Known {
		t.Error("leo is not known")
	}
}
