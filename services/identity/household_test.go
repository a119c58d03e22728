package identity_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

const (
	production = authv1.DataSet_DATA_SET_PRODUCTION
	staging    = authv1.DataSet_DATA_SET_STAGING
)

// resident enters a person of whom households need no more than that it is there.
func (p *platform) resident(set string) string {
	p.T.Helper()
	id := uuid.NewString()
	check(p.T, p.DB.InTx(p.T.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(p.T.Context(), `INSERT INTO person (person_id, data_set, unique_key, pseudonym, given_names,
			first_surname, second_surname, birth_date, contacts, photo_url, photo_accepted, mobile_identity, attributes, version,
			created_at, updated_at) VALUES ($1, $2, $1, $3, 'ANA', '', '', '', '[]', '', 0, 0, '{}', 1, 0, 0)`, id, set, "p-"+id)
		return err
	}))
	return id
}

// entered are the texts of the log's entries about a target.
func (p *platform) entered(target string) []string {
	p.T.Helper()
	texts, err := sqlstore.Rows(context.Background(), p.DB, sqlstore.Value[string],
		`SELECT text FROM log_entry WHERE target = $1 ORDER BY number`, target)
	check(p.T, err)
	return texts
}

func setOf(persons ...string) string {
	for i := range persons {
		persons[i] = "p-" + persons[i]
	}
	slices.Sort(persons)
	sum := sha256.Sum256([]byte(strings.Join(persons, "\n")))
	return "set:" + hex.EncodeToString(sum[:])
}

func stated(from time.Time, reference string) *identityv1.Statement {
	return &identityv1.Statement{ValidFrom: timestamppb.New(from), Source: "register", Reference: reference}
}

func memberOf(person string, relation identityv1.HouseholdRelation, st *identityv1.Statement) *identityv1.HouseholdMember {
	return &identityv1.HouseholdMember{PersonId: person, Relation: relation, Statement: st}
}

const (
	head = identityv1.HouseholdRelation_HOUSEHOLD_RELATION_HEAD
	none = identityv1.HouseholdRelation_HOUSEHOLD_RELATION_NONE
)

func wantField(t testing.TB, err error, field string) {
	t.Helper()
	wantReason(t, err, errorsv1.Reason_REASON_FIELD_INVALID)
	if fields := rpcerr.Fields(err); len(fields) != 1 || fields[0].Field != field {
		t.Errorf("got fields %+v, want %s", fields, field)
	}
}

// A household is told as it was at a time, and as it was known at a time.
func TestAHouseholdAsOfATime(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		households := identityv1.NewHouseholdServiceClient(p.replica().As("gateway"))
		made, err := households.CreateHousehold(p.ByOperator("editor"), &identityv1.CreateHouseholdRequest{HouseholdKey: "H-1"})
		check(t, err)
		home, ana, eva, began := made.GetHousehold().GetHouseholdId(), p.resident("production"), p.resident("production"), p.Clock.Now().Truncate(time.Millisecond)
		record := func(members ...*identityv1.HouseholdMember) {
			_, err := households.RecordHouseholdMembers(p.ByOperator("editor"), &identityv1.RecordHouseholdMembersRequest{HouseholdId: home, Members: members})
			check(t, err)
		}
		record(memberOf(ana, head, stated(began, "1")), memberOf(eva, identityv1.HouseholdRelation_HOUSEHOLD_RELATION_CHILD, stated(began, "2")))
		moved := p.Clock.Advance(24 * time.Hour)
		record(memberOf(eva, none, stated(moved.Add(-time.Hour), "3")))

		for _, c := range []struct {
			valid, known *timestamppb.Timestamp
			want         []string
		}{
			{nil, nil, []string{ana}},
			{timestamppb.New(began), nil, []string{ana, eva}},
			{timestamppb.New(moved), timestamppb.New(began), []string{ana, eva}},
			{timestamppb.New(began.Add(-1)), nil, []string{}},
		} {
			got, err := households.GetHousehold(p.ByOperator("viewer"), &identityv1.GetHouseholdRequest{
				HouseholdId: home, ValidAt: c.valid, KnownAt: c.known, Access: because(),
			})
			check(t, err)
			members := []string{}
			for _, m := range got.GetHousehold().GetMembers() {
				members = append(members, m.GetPersonId())
			}
			if !slices.Equal(members, c.want) || got.GetHousehold().GetHouseholdKey() != "H-1" {
				t.Errorf("%v, %v: got %v", c.valid, c.known, got)
			}
		}
		if reads := p.entered(setOf(ana, eva)); len(reads) != 2 || !strings.Contains(reads[0], `"purpose":"a test"`) {
			t.Errorf("entered %q", reads)
		}

		found, err := households.FindHousehold(p.ByOperator("viewer"), &identityv1.FindHouseholdRequest{PersonId: eva, ValidAt: timestamppb.New(began), Access: because()})
		check(t, err)
		if found.GetHousehold().GetHouseholdId() != home || len(found.GetHousehold().GetMembers()) != 2 {
			t.Errorf("found %v", found)
		}
		if reads := p.entered("p-" + eva); !strings.Contains(reads[len(reads)-1], "FindHousehold") ||
			!strings.Contains(reads[len(reads)-1], `"set":"`+setOf(ana, eva)+`"`) {
			t.Errorf("entered %q", reads)
		}
		_, err = households.FindHousehold(p.ByOperator("viewer"), &identityv1.FindHouseholdRequest{PersonId: eva, Access: because()})
		wantReason(t, err, errorsv1.Reason_REASON_HOUSEHOLD_NOT_FOUND)
	})
}

// What belongs to the other data set does not exist for a client.
func TestHouseholdsOfTheOtherDataSet(t *testing.T) {
	p := newPlatform(t)
	conn := p.replica().As("gateway")
	households, facts := identityv1.NewHouseholdServiceClient(conn), identityv1.NewFactServiceClient(conn)
	ana, bob := p.resident("production"), p.resident("staging")
	client := p.byClient(staging, "identity.read", "identity.write")
	made, err := households.CreateHousehold(p.ByOperator("editor"), &identityv1.CreateHouseholdRequest{HouseholdKey: "H"})
	check(t, err)
	home := made.GetHousehold().GetHouseholdId()
	own, err := households.CreateHousehold(client, &identityv1.CreateHouseholdRequest{HouseholdKey: "H"})
	check(t, err)
	if own.GetHousehold().GetDataSet() != staging || own.GetHousehold().GetHouseholdId() == home {
		t.Errorf("got %v", own)
	}
	_, err = households.CreateHousehold(client, &identityv1.CreateHouseholdRequest{HouseholdKey: "H", DataSet: production})
	wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
	_, err = households.GetHousehold(client, &identityv1.GetHouseholdRequest{HouseholdId: home, Access: because()})
	wantReason(t, err, errorsv1.Reason_REASON_HOUSEHOLD_NOT_FOUND)
	_, err = households.FindHousehold(client, &identityv1.FindHouseholdRequest{PersonId: ana, Access: because()})
	wantReason(t, err, errorsv1.Reason_REASON_PERSON_NOT_FOUND)
	for _, c := range []struct {
		home, person string
		want         errorsv1.Reason
	}{
		{home, bob, errorsv1.Reason_REASON_HOUSEHOLD_NOT_FOUND},
		{own.GetHousehold().GetHouseholdId(), ana, errorsv1.Reason_REASON_PERSON_NOT_FOUND},
	} {
		_, err = households.RecordHouseholdMembers(client, &identityv1.RecordHouseholdMembersRequest{
			HouseholdId: c.home, Members: []*identityv1.HouseholdMember{memberOf(c.person, head, stated(p.Clock.Now(), ""))},
		})
		wantReason(t, err, c.want)
	}
	_, err = facts.GetFacts(client, &identityv1.GetFactsRequest{Subject: aboutPerson(ana), Access: because()})
	wantReason(t, err, errorsv1.Reason_REASON_PERSON_NOT_FOUND)
	_, err = facts.RecordFacts(client, &identityv1.RecordFactsRequest{Subject: aboutHousehold(home), Facts: []*identityv1.Fact{fact("a", 1, stated(p.Clock.Now(), ""))}})
	wantReason(t, err, errorsv1.Reason_REASON_HOUSEHOLD_NOT_FOUND)

	reader := p.byClient(staging, "identity.read")
	_, err = households.CreateHousehold(reader, &identityv1.CreateHouseholdRequest{HouseholdKey: "H"})
	wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
	_, err = households.GetHousehold(p.byClient(staging, "perfil"), &identityv1.GetHouseholdRequest{HouseholdId: home, Access: because()})
	wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
}

func TestHouseholdsRefuseWhatIsWrong(t *testing.T) {
	p := newPlatform(t)
	households := identityv1.NewHouseholdServiceClient(p.replica().As("gateway"))
	editor, ana, now := p.ByOperator("editor"), p.resident("production"), p.Clock.Now()
	made, err := households.CreateHousehold(editor, &identityv1.CreateHouseholdRequest{HouseholdKey: "H"})
	check(t, err)
	ends := stated(now, "")
	ends.ValidTo = timestamppb.New(now)
	odd := stated(now, "")
	odd.ValidFrom = &timestamppb.Timestamp{Nanos: -1}
	line := stated(now, "a\nb")
	for field, m := range map[string]*identityv1.HouseholdMember{
		"members[0].statement.valid_to":   memberOf(ana, head, ends),
		"members[0].statement.valid_from": memberOf(ana, head, odd),
		"members[0].statement.reference":  memberOf(ana, head, line),
		"members[0].person_id":            memberOf("a\x00", head, stated(now, "")),
	} {
		_, err := households.RecordHouseholdMembers(editor, &identityv1.RecordHouseholdMembersRequest{
			HouseholdId: made.GetHousehold().GetHouseholdId(), Members: []*identityv1.HouseholdMember{m},
		})
		wantField(t, err, field)
	}
	_, err = households.CreateHousehold(editor, &identityv1.CreateHouseholdRequest{HouseholdKey: "a\x00"})
	wantField(t, err, "household_key")
	_, err = households.GetHousehold(editor, &identityv1.GetHouseholdRequest{HouseholdId: "H\x00", Access: because()})
	wantField(t, err, "household_id")
	_, err = households.GetHousehold(editor, &identityv1.GetHouseholdRequest{
		HouseholdId: made.GetHousehold().GetHouseholdId(), ValidAt: &timestamppb.Timestamp{Nanos: -1}, Access: because(),
	})
	wantField(t, err, "valid_at")
}
