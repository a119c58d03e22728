package identity_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// recognisable is a person whose values are found wherever they come out, and those values.
func recognisable(key string) (*identityv1.Person, []string) {
	person := &identityv1.Person{
		UniqueKey: "SECRETKEY" + key, GivenNames: "SECRETNAME" + key, FirstSurname: "SECRETONE" + key, SecondSurname: "SECRETTWO" + key, BirthDate: "1931-08-20",
		Identifiers: []*identityv1.Identifier{{Kind: curp, Value: "BOXW310820HNERXN09"}},
		Contacts:    []*identityv1.Contact{{Kind: email, Value: "secretmail@example.org"}, {Kind: phone, Value: "55501234567"}},
		PhotoUrl:    "https://secretphoto.example.org/1",
		Attributes:  &structpb.Struct{Fields: map[string]*structpb.Value{"SECRETMEMBER": structpb.NewStringValue("SECRETVALUE")}},
	}
	return person, []string{
		"SECRET", "1931-08-20", "BOXW310820HNERXN09", "secretmail", "55501234567", "secretphoto", "19003599", "SECRETPOST", "SECRETENTITY",
	}
}

// personCalls make each call about persons and memberships, with a recognisable person. What they fail with is the
// caller's to judge.
func personCalls(ctx context.Context, r *replica, person *identityv1.Person, id, membership string) map[string]func() error {
	conn := r.As("gateway")
	persons, memberships := identityv1.NewPersonServiceClient(conn), identityv1.NewMembershipServiceClient(conn)
	named := proto.CloneOf(person)
	named.PersonId = id
	worker := &identityv1.Membership{
		PersonId: id, MembershipId: membership, Type: teaching, Number: "19003599", Department: "77", Status: "ACTIVO", Position: "SECRETPOST",
	}
	entity := &identityv1.Membership{PersonId: id, Type: external, Entity: "SECRETENTITY", Status: "SECRETSTATUS"}
	return map[string]func() error{
		"CreatePerson": func() error {
			_, err := persons.CreatePerson(ctx, &identityv1.CreatePersonRequest{Person: person})
			return err
		},
		"GetPerson": func() error {
			_, err := persons.GetPerson(ctx, &identityv1.GetPersonRequest{PersonId: id, Access: because()})
			return err
		},
		"FindPerson by key": func() error {
			_, err := persons.FindPerson(ctx, &identityv1.FindPersonRequest{
				Key: &identityv1.FindPersonRequest_UniqueKey{UniqueKey: person.GetUniqueKey()}, Access: because(),
			})
			return err
		},
		"FindPerson by identifier": func() error {
			_, err := persons.FindPerson(ctx, &identityv1.FindPersonRequest{
				Key: &identityv1.FindPersonRequest_Identifier{Identifier: person.GetIdentifiers()[0]}, Access: because(),
			})
			return err
		},
		"ListPersons": func() error {
			_, err := persons.ListPersons(ctx, &identityv1.ListPersonsRequest{Access: because()})
			return err
		},
		"UpdatePerson": func() error {
			_, err := persons.UpdatePerson(ctx, &identityv1.UpdatePersonRequest{
				Person: named, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"unique_key", "given_names", "identifiers", "contacts", "attributes", "birth_date"}},
			})
			return err
		},
		"CreateMembership": func() error {
			_, err := memberships.CreateMembership(ctx, &identityv1.CreateMembershipRequest{Membership: worker})
			return err
		},
		"CreateMembership of an entity": func() error {
			_, err := memberships.CreateMembership(ctx, &identityv1.CreateMembershipRequest{Membership: entity})
			return err
		},
		"ListMemberships": func() error {
			_, err := memberships.ListMemberships(ctx, &identityv1.ListMembershipsRequest{PersonId: id, Access: because()})
			return err
		},
		"UpdateMembership": func() error {
			_, err := memberships.UpdateMembership(ctx, &identityv1.UpdateMembershipRequest{
				Membership: worker, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"number", "position"}},
			})
			return err
		},
		"EndMembership": func() error {
			_, err := memberships.EndMembership(ctx, &identityv1.EndMembershipRequest{MembershipId: membership})
			return err
		},
	}
}

// synchronized lets replicas log while a test reads.
type synchronized struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *synchronized) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(text)
}

func (s *synchronized) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func wantNone(t *testing.T, where, text string, values []string) {
	t.Helper()
	for _, value := range values {
		if strings.Contains(strings.ToLower(text), strings.ToLower(value)) {
			t.Errorf("%s has %s", where, value)
		}
	}
}

// Whatever is done with a person, good or bad, its values are in no entry of the log, no error and no line that a replica logs.
func TestPersonalDataStaysInItsTables(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		logs := &synchronized{}
		p.Logs = logs
		r := p.replica()
		r.codes()
		person, values := recognisable("")
		id := p.createPerson(identityv1.NewPersonServiceClient(r.As("gateway")), &identityv1.Person{UniqueKey: "a", GivenNames: "Ana"}).GetPersonId()
		made, err := identityv1.NewMembershipServiceClient(r.As("gateway")).CreateMembership(p.ByPeer("gateway"), &identityv1.CreateMembershipRequest{Membership: studentOf(id)})
		check(t, err)
		wrong := proto.CloneOf(person)
		wrong.BirthDate, wrong.Identifiers[0].Value = "1931-08-20", "BOXW310820HNERXN08"
		for range 2 { // the second time much exists already
			for _, person := range []*identityv1.Person{person, wrong} {
				for _, ctx := range []context.Context{p.ByPeer("gateway"), p.ByOperator("editor"), p.byClient(staging, "identity.read", "identity.write")} {
					for name, call := range personCalls(ctx, r, person, id, made.GetMembership().GetMembershipId()) {
						if err := call(); err != nil {
							wantNone(t, "the error of "+name, fmt.Sprint(err, rpcerr.Fields(err)), append(values, "BOXW310820HNERXN08"))
						}
					}
				}
			}
		}
		r.Stop()
		entries, err := sqlstore.Rows(t.Context(), p.DB, sqlstore.Value[string], `SELECT target || text FROM log_entry`)
		check(t, err)
		wantNone(t, "the access log", strings.Join(entries, "\n"), append(values, id))
		wantNone(t, "what the replica logged", logs.String(), append(values, "BOXW310820HNERXN08"))
		if len(entries) < 20 {
			t.Errorf("only %d entries were made", len(entries))
		}
	})
}

func TestPersonsWithoutTheStoreAreUnavailable(t *testing.T) {
	server := testkit.PostgresServer(t)
	p := openPlatform(t, server.URL, 4)
	logs := &synchronized{}
	p.Logs = logs
	r := p.replica()
	person, values := recognisable("")
	id := p.createPerson(identityv1.NewPersonServiceClient(r.As("gateway")), person).GetPersonId()
	calls := personCalls(p.ByPeer("gateway"), r, person, id, "m")
	server.Stop()
	for name, call := range calls {
		err := call()
		wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
		if delay, ok := rpcerr.Delay(err); !ok || delay != time.Second {
			t.Errorf("%s: retry after %v, %v", name, delay, ok)
		}
	}
	server.Start()
	testkit.Eventually(t, 10*time.Second, calls["GetPerson"])
	r.Stop()
	wantNone(t, "what the replica logged", logs.String(), values)
	if failed := strings.Count(logs.String(), "call failed"); failed < len(calls) {
		t.Errorf("%d calls that failed were logged, of %d", failed, len(calls))
	}
}

// What cannot be entered in the log is not given out.
func TestReadsThatCannotBeRecordedAreUnavailable(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	person, _ := recognisable("")
	id := p.createPerson(identityv1.NewPersonServiceClient(r.As("gateway")), person).GetPersonId()
	_, err := p.DB.Write.ExecContext(t.Context(), `ALTER TABLE log_entry RENAME TO log_entry_gone`)
	check(t, err)
	calls := personCalls(p.ByPeer("gateway"), r, person, id, "m")
	for _, name := range []string{"GetPerson", "FindPerson by key", "FindPerson by identifier", "ListPersons", "ListMemberships"} {
		wantReason(t, calls[name](), errorsv1.Reason_REASON_UNAVAILABLE)
	}
	_, err = p.DB.Write.ExecContext(t.Context(), `ALTER TABLE log_entry_gone RENAME TO log_entry`)
	check(t, err)
	check(t, calls["GetPerson"]())
}

// No call keeps a connection while it waits for another, or for the log.
func TestOneConnectionServesAHundredCallersOfPersons(t *testing.T) {
	test := func(t *testing.T, url string) {
		p := openPlatform(t, url, 1)
		r := p.replica()
		r.codes()
		persons, memberships := identityv1.NewPersonServiceClient(r.As("gateway")), identityv1.NewMembershipServiceClient(r.As("gateway"))
		ctx, cancel := context.WithTimeout(p.ByPeer("gateway"), 30*time.Second)
		defer cancel()
		var callers sync.WaitGroup
		for i := range 100 {
			callers.Go(func() {
				person, _ := recognisable(fmt.Sprint(i))
				person.Identifiers = nil
				made, err := persons.CreatePerson(ctx, &identityv1.CreatePersonRequest{Person: person})
				id := made.GetPerson().GetPersonId()
				if err == nil {
					_, err = memberships.CreateMembership(ctx, &identityv1.CreateMembershipRequest{Membership: studentOf(id)})
				}
				if err == nil {
					_, err = persons.GetPerson(ctx, &identityv1.GetPersonRequest{PersonId: id, Access: because()})
				}
				if err == nil {
					_, err = memberships.ListMemberships(ctx, &identityv1.ListMembershipsRequest{PersonId: id, Access: because()})
				}
				if err == nil {
					_, err = persons.UpdatePerson(ctx, &identityv1.UpdatePersonRequest{
						Person: &identityv1.Person{PersonId: id, PhotoAccepted: true}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"photo_accepted"}},
					})
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		callers.Wait()
	}
	t.Run("sqlite", func(t *testing.T) { test(t, "sqlite:"+filepath.Join(t.TempDir(), "identity.db")) })
	t.Run("postgres", func(t *testing.T) { test(t, testkit.Postgres(t)) })
}
