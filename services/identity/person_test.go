package identity_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

const (
	rut   = identityv1.IdentifierKind_IDENTIFIER_KIND_RUT
	curp  = identityv1.IdentifierKind_IDENTIFIER_KIND_CURP
	email = identityv1.ContactKind_CONTACT_KIND_EMAIL
	phone = identityv1.ContactKind_CONTACT_KIND_PHONE
)

// valentina is an invented person with everything that a person can have.
func valentina(t testing.TB, key string) *identityv1.Person {
	t.Helper()
	attributes, err := structpb.NewStruct(map[string]any{
		"null": nil, "yes": true, "whole": 9007199254740991, "half": 0.5, "text": "Ñandú <&> \x00", "list": []any{1, "a", []any{}}, "object": map[string]any{},
	})
	check(t, err)
	return &identityv1.Person{
		UniqueKey: key, GivenNames: "VALENTINA JOSEFINA", FirstSurname: "LADRON DE GUEVARA", SecondSurname: "ESPINOSA", BirthDate: "1956-04-27",
		Identifiers: []*identityv1.Identifier{{Kind: rut, Value: "12.345.678-5"}, {Kind: curp, Value: "hegg560427mvzrrl04"}},
		Contacts: []*identityv1.Contact{
			{Kind: phone, Value: "(311) 211 8800"},
			{Kind: email, Value: "iddi@uan.edu.mx", VerifiedAt: timestamppb.New(time.Unix(1_700_000_000, 123_456_789))},
			{Kind: identityv1.ContactKind_CONTACT_KIND_POSTAL, Value: "Ciudad de la Cultura, Tepic"},
		},
		PhotoUrl: "https://fotos.example.org/1.jpg", PhotoAccepted: true, MobileIdentity: true, Attributes: attributes,
	}
}

func (p *platform) createPerson(persons identityv1.PersonServiceClient, person *identityv1.Person) *identityv1.Person {
	p.T.Helper()
	made, err := persons.CreatePerson(p.ByPeer("gateway"), &identityv1.CreatePersonRequest{Person: person})
	check(p.T, err)
	return made.GetPerson()
}

func wantPerson(t testing.TB, what string, got, want *identityv1.Person) {
	t.Helper()
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// wantViolation expects a reason that names one field.
func wantViolation(t testing.TB, err error, reason errorsv1.Reason, field string) {
	t.Helper()
	wantReason(t, err, reason)
	if fields := rpcerr.Fields(err); len(fields) != 1 || fields[0].Field != field {
		t.Errorf("got fields %+v, want %s", fields, field)
	}
}

func TestAPersonsLife(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		persons := identityv1.NewPersonServiceClient(p.replica().As("gateway"))
		want := valentina(t, "UAN-1")
		made := p.createPerson(persons, want)
		now := timestamppb.New(p.Clock.Now().Truncate(time.Millisecond))
		want.PersonId, want.DataSet, want.Version, want.CreatedAt, want.UpdatedAt = made.GetPersonId(), production, 1, now, now
		want.Identifiers = []*identityv1.Identifier{{Kind: curp, Value: "HEGG560427MVZRRL04"}, {Kind: rut, Value: "12345678-5"}}
		want.Contacts[1].VerifiedAt = timestamppb.New(time.Unix(1_700_000_000, 123_000_000))
		wantPerson(t, "made", made, want)

		ctx := p.byClient(production, "identity.read", "identity.write")
		got, err := persons.GetPerson(ctx, &identityv1.GetPersonRequest{PersonId: made.GetPersonId(), Access: because()})
		check(t, err)
		wantPerson(t, "read", got.GetPerson(), want)
		for _, key := range []*identityv1.FindPersonRequest{
			{Key: &identityv1.FindPersonRequest_UniqueKey{UniqueKey: "UAN-1"}},
			{Key: &identityv1.FindPersonRequest_Identifier{Identifier: &identityv1.Identifier{Kind: rut, Value: "12 345 678 5"}}},
		} {
			key.Access = because()
			found, err := persons.FindPerson(ctx, key)
			check(t, err)
			wantPerson(t, "found", found.GetPerson(), want)
		}

		p.Clock.Advance(time.Minute)
		changed, err := persons.UpdatePerson(ctx, &identityv1.UpdatePersonRequest{
			Person:     &identityv1.Person{PersonId: made.GetPersonId(), GivenNames: "VALENTINA", Version: 1, FirstSurname: "not in the mask"},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"given_names", "contacts", "attributes", "photo_accepted"}}, Reason: "rectified",
		})
		check(t, err)
		want.GivenNames, want.Contacts, want.Attributes, want.PhotoAccepted, want.Version = "VALENTINA", nil, nil, false, 2
		want.UpdatedAt = timestamppb.New(p.Clock.Now().Truncate(time.Millisecond))
		wantPerson(t, "changed", changed.GetPerson(), want)

		entries := p.entered(p.pseudonym(made.GetPersonId()))
		for i, part := range []string{
			`"act":"CreatePerson"`,
			`"actor":"client:c1","act":"GetPerson"`, `"act":"FindPerson"`, `"act":"FindPerson"`,
			`"act":"UpdatePerson"`,
		} {
			if !strings.Contains(entries[i], part) {
				t.Errorf("entry %d is %s", i, entries[i])
			}
		}
		if !strings.Contains(entries[1], `"fields":["person_id","data_set","unique_key","given_names","first_surname","second_surname","birth_date","identifiers","contacts",`+
			`"photo_url","photo_accepted","mobile_identity","attributes","version","created_at","updated_at"],"purpose":"a test"`) {
			t.Errorf("the log says %s", entries[1])
		}
		if !strings.Contains(entries[4], `{"fields":["given_names","contacts","photo_accepted","attributes"],"purpose":"rectified"`) {
			t.Errorf("the log says %s", entries[4])
		}
	})
}

// pseudonym is how the access log knows a person.
func (p *platform) pseudonym(personID string) string {
	p.T.Helper()
	var pseudonym string
	check(p.T, p.DB.Read.QueryRowContext(p.T.Context(), `SELECT pseudonym FROM person WHERE person_id = $1`, personID).Scan(&pseudonym))
	return pseudonym
}

func TestOperatorsSeePersonsMasked(t *testing.T) {
	p := newPlatform(t)
	persons := identityv1.NewPersonServiceClient(p.replica().As("gateway"))
	editor := p.ByOperator("editor")
	person := valentina(t, "a")
	made, err := persons.CreatePerson(editor, &identityv1.CreatePersonRequest{Person: person})
	check(t, err)
	id := made.GetPerson().GetPersonId()
	got, err := persons.GetPerson(p.ByOperator("viewer"), &identityv1.GetPersonRequest{PersonId: id, Access: because()})
	check(t, err)
	list, err := persons.ListPersons(p.ByOperator("viewer"), &identityv1.ListPersonsRequest{Access: because()})
	check(t, err)
	renamed, err := persons.UpdatePerson(editor, &identityv1.UpdatePersonRequest{
		Person: &identityv1.Person{PersonId: id, MobileIdentity: true}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"mobile_identity"}},
	})
	check(t, err)
	for what, seen := range map[string]*identityv1.Person{
		"made": made.GetPerson(), "read": got.GetPerson(), "listed": list.GetPersons()[0], "changed": renamed.GetPerson(),
	} {
		var values []string
		for _, i := range seen.GetIdentifiers() {
			values = append(values, i.GetValue())
		}
		for _, c := range seen.GetContacts() {
			values = append(values, c.GetValue())
		}
		if diff := cmp.Diff([]string{"••••RL04", "••••78-5", "••••8800", "••••u.mx", "••••epic"}, values); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	// What an operator has seen is not a change.
	for field, paths := range map[string]string{"person.identifiers[0].value": "identifiers", "person.contacts[0].value": "contacts"} {
		_, err := persons.UpdatePerson(editor, &identityv1.UpdatePersonRequest{Person: got.GetPerson(), UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{paths}}})
		wantField(t, err, field)
	}
	_, err = persons.UpdatePerson(editor, &identityv1.UpdatePersonRequest{
		Person:     &identityv1.Person{PersonId: id, Identifiers: []*identityv1.Identifier{{Kind: rut, Value: "44.444.444-4"}}},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"identifiers"}},
	})
	check(t, err)
	found, err := persons.FindPerson(p.ByPeer("gateway"), &identityv1.FindPersonRequest{
		Key: &identityv1.FindPersonRequest_Identifier{Identifier: &identityv1.Identifier{Kind: rut, Value: "444444444"}}, Access: because(),
	})
	if check(t, err); found.GetPerson().GetPersonId() != id {
		t.Error("the identifier was not changed")
	}
}

func TestPersonsThatAreRefused(t *testing.T) {
	p := newPlatform(t)
	persons := identityv1.NewPersonServiceClient(p.replica().As("gateway"))
	kept := p.createPerson(persons, &identityv1.Person{UniqueKey: "kept", GivenNames: "Eva"})
	const wrong, absent = errorsv1.Reason_REASON_FIELD_INVALID, errorsv1.Reason_REASON_FIELD_MISSING
	contact := func(kind identityv1.ContactKind, value string) func(*identityv1.Person) {
		return func(p *identityv1.Person) { p.Contacts = []*identityv1.Contact{{Kind: kind, Value: value}} }
	}
	nested := structpb.NewNumberValue(1)
	for range 8 {
		nested = structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{nested}})
	}
	for name, c := range map[string]struct {
		change func(*identityv1.Person)
		path   string
		reason errorsv1.Reason
		field  string
	}{
		"no key":             {func(p *identityv1.Person) { p.UniqueKey = "" }, "unique_key", absent, "unique_key"},
		"a blank key":        {func(p *identityv1.Person) { p.UniqueKey = " \t" }, "unique_key", absent, "unique_key"},
		"a key with a NUL":   {func(p *identityv1.Person) { p.UniqueKey = "a\x00b" }, "unique_key", wrong, "unique_key"},
		"a long key":         {func(p *identityv1.Person) { p.UniqueKey = strings.Repeat("k", 65) }, "unique_key", wrong, "unique_key"},
		"no name":            {func(p *identityv1.Person) { p.GivenNames = "" }, "given_names", absent, "given_names"},
		"a blank name":       {func(p *identityv1.Person) { p.GivenNames = "\u00a0" }, "given_names", absent, "given_names"},
		"a name of lines":    {func(p *identityv1.Person) { p.SecondSurname = "A\nB" }, "second_surname", wrong, "second_surname"},
		"a date's form":      {func(p *identityv1.Person) { p.BirthDate = "1-2-2000" }, "birth_date", wrong, "birth_date"},
		"no date":            {func(p *identityv1.Person) { p.BirthDate = "2023-02-29" }, "birth_date", wrong, "birth_date"},
		"a date to come":     {func(p *identityv1.Person) { p.BirthDate = "9999-01-01" }, "birth_date", wrong, "birth_date"},
		"a picture in clear": {func(p *identityv1.Person) { p.PhotoUrl = "http://a.example/b" }, "photo_url", wrong, "photo_url"},
		"no address":         {func(p *identityv1.Person) { p.PhotoUrl = "https:///b" }, "photo_url", wrong, "photo_url"},
		"a picture's secret": {func(p *identityv1.Person) { p.PhotoUrl = "https://u:p@a.example/" }, "photo_url", wrong, "photo_url"},
		"a check digit": {
			func(p *identityv1.Person) { p.Identifiers[1].Value = "HEGG560427MVZRRL05" }, "identifiers", wrong, "identifiers[1].value",
		},
		"a kind twice":  {func(p *identityv1.Person) { p.Identifiers[1].Kind = rut }, "identifiers", wrong, "identifiers[1].kind"},
		"no kind":       {func(p *identityv1.Person) { p.Identifiers[1].Kind = 0 }, "identifiers", absent, "identifiers[1].kind"},
		"a mail":        {contact(email, "Ana <ana@example.org>"), "contacts", wrong, "contacts[0].value"},
		"a wrong mail":  {contact(email, "ana"), "contacts", wrong, "contacts[0].value"},
		"a phone":       {contact(phone, "none"), "contacts", wrong, "contacts[0].value"},
		"a blank phone": {contact(phone, " "), "contacts", absent, "contacts[0].value"},
		"a postal line": {contact(identityv1.ContactKind_CONTACT_KIND_POSTAL, "a\nb"), "contacts", wrong, "contacts[0].value"},
		"an address twice": {
			func(p *identityv1.Person) { p.Contacts = append(p.Contacts, proto.CloneOf(p.Contacts[0])) }, "contacts", wrong, "contacts[3].value",
		},
		"a time": {
			func(p *identityv1.Person) { p.Contacts[0].VerifiedAt = &timestamppb.Timestamp{Seconds: math.MaxInt64} },
			"contacts", wrong, "contacts[0].verified_at",
		},
		"deep attributes": {
			func(p *identityv1.Person) { p.Attributes.Fields["a"] = nested }, "attributes", wrong, "attributes",
		},
		"long attributes": {
			func(p *identityv1.Person) {
				p.Attributes.Fields["a"] = structpb.NewStringValue(strings.Repeat("<", 16<<10))
			},
			"attributes", wrong, "attributes",
		},
		"no number": {
			func(p *identityv1.Person) { p.Attributes.Fields["a"] = structpb.NewNumberValue(math.NaN()) }, "attributes", wrong, "attributes",
		},
	} {
		t.Run(name, func(t *testing.T) {
			person := valentina(t, "b")
			c.change(person)
			_, err := persons.CreatePerson(p.ByOperator("editor"), &identityv1.CreatePersonRequest{Person: person})
			wantViolation(t, err, c.reason, "person."+c.field)
			person.PersonId = kept.GetPersonId()
			_, err = persons.UpdatePerson(p.ByOperator("editor"), &identityv1.UpdatePersonRequest{Person: person, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{c.path}}})
			wantViolation(t, err, c.reason, "person."+c.field)
		})
	}
	got, err := persons.GetPerson(p.ByPeer("gateway"), &identityv1.GetPersonRequest{PersonId: kept.GetPersonId(), Access: because()})
	check(t, err)
	wantPerson(t, "the one that all those updates were for", got.GetPerson(), kept)
}

// Eight levels of attributes are not too many, nor 16 KiB.
func TestAttributesAtTheirLimits(t *testing.T) {
	p := newPlatform(t)
	persons := identityv1.NewPersonServiceClient(p.replica().As("gateway"))
	nested := structpb.NewStringValue("")
	for range 7 {
		nested = structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{"a": nested}})
	}
	person := &identityv1.Person{UniqueKey: "a", GivenNames: "Ana", Attributes: &structpb.Struct{Fields: map[string]*structpb.Value{
		"a": nested, "b": structpb.NewStringValue(strings.Repeat("<", 16<<10-len(`{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":""}}}}}}},"b":""}`))),
	}}}
	made := p.createPerson(persons, person)
	got, err := persons.GetPerson(p.ByPeer("gateway"), &identityv1.GetPersonRequest{PersonId: made.GetPersonId(), Access: because()})
	check(t, err)
	if !proto.Equal(got.GetPerson().GetAttributes(), person.GetAttributes()) {
		t.Error("the attributes are others")
	}
	person.UniqueKey, person.Attributes.Fields["c"] = "b", structpb.NewNullValue()
	_, err = persons.CreatePerson(p.ByPeer("gateway"), &identityv1.CreatePersonRequest{Person: person})
	wantField(t, err, "person.attributes")
}

func TestPersonsThatExist(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		persons := identityv1.NewPersonServiceClient(p.replica().As("gateway"))
		p.createPerson(persons, valentina(t, "a"))
		other := p.createPerson(persons, &identityv1.Person{UniqueKey: "b", GivenNames: "Eva"})
		const exists = errorsv1.Reason_REASON_PERSON_EXISTS
		for _, c := range []struct {
			change func(*identityv1.Person)
			path   string
			field  string
		}{
			{func(p *identityv1.Person) { p.UniqueKey = "a" }, "unique_key", "person.unique_key"},
			{func(p *identityv1.Person) {
				p.Identifiers = []*identityv1.Identifier{{Kind: rut, Value: "12345678-5"}}
			}, "identifiers", "person.identifiers"},
		} {
			person := &identityv1.Person{UniqueKey: "c", GivenNames: "Eva"}
			c.change(person)
			_, err := persons.CreatePerson(p.ByPeer("gateway"), &identityv1.CreatePersonRequest{Person: person})
			wantViolation(t, err, exists, c.field)
			person.PersonId = other.GetPersonId()
			_, err = persons.UpdatePerson(p.ByPeer("gateway"), &identityv1.UpdatePersonRequest{Person: person, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{c.path}}})
			wantViolation(t, err, exists, c.field)
		}
		_, err := persons.UpdatePerson(p.ByPeer("gateway"), &identityv1.UpdatePersonRequest{
			Person:     &identityv1.Person{PersonId: other.GetPersonId(), Version: 7, PhotoAccepted: true},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"photo_accepted"}},
		})
		wantReason(t, err, errorsv1.Reason_REASON_PERSON_CHANGED)
		staging := valentina(t, "a")
		staging.DataSet = authv1.DataSet_DATA_SET_STAGING
		p.createPerson(persons, staging)
	})
}

func TestUpdatesOfPersonsNameTheirFields(t *testing.T) {
	p := newPlatform(t)
	persons := identityv1.NewPersonServiceClient(p.replica().As("gateway"))
	made := p.createPerson(persons, valentina(t, "a"))
	for name, c := range map[string]struct {
		id     string
		paths  []string
		reason errorsv1.Reason
		field  string
	}{
		"no person":    {"", []string{"given_names"}, errorsv1.Reason_REASON_FIELD_MISSING, "person.person_id"},
		"no field":     {made.GetPersonId(), nil, errorsv1.Reason_REASON_FIELD_MISSING, "update_mask"},
		"the data set": {made.GetPersonId(), []string{"given_names", "data_set"}, errorsv1.Reason_REASON_FIELD_INVALID, "update_mask.paths[1]"},
		"a member":     {made.GetPersonId(), []string{"attributes.a"}, errorsv1.Reason_REASON_FIELD_INVALID, "update_mask.paths[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := persons.UpdatePerson(p.ByOperator("editor"), &identityv1.UpdatePersonRequest{
				Person: &identityv1.Person{PersonId: c.id, GivenNames: "Eva"}, UpdateMask: &fieldmaskpb.FieldMask{Paths: c.paths},
			})
			wantViolation(t, err, c.reason, c.field)
		})
	}
}

// What belongs to the other data set does not exist for a client, and what a client's scopes do not name is forbidden.
func TestClientsAndPersons(t *testing.T) {
	p := newPlatform(t)
	persons := identityv1.NewPersonServiceClient(p.replica().As("gateway"))
	made := p.createPerson(persons, valentina(t, "a"))
	id := made.GetPersonId()
	calls := map[string]func(ctx context.Context) error{
		"create": func(ctx context.Context) error {
			_, err := persons.CreatePerson(ctx, &identityv1.CreatePersonRequest{Person: &identityv1.Person{UniqueKey: "s", GivenNames: "Eva", DataSet: production}})
			return err
		},
		"get": func(ctx context.Context) error {
			_, err := persons.GetPerson(ctx, &identityv1.GetPersonRequest{PersonId: id, Access: because()})
			return err
		},
		"find": func(ctx context.Context) error {
			_, err := persons.FindPerson(ctx, &identityv1.FindPersonRequest{Key: &identityv1.FindPersonRequest_UniqueKey{UniqueKey: "a"}, Access: because()})
			return err
		},
		"list": func(ctx context.Context) error {
			_, err := persons.ListPersons(ctx, &identityv1.ListPersonsRequest{DataSet: production, Access: because()})
			return err
		},
		"update": func(ctx context.Context) error {
			_, err := persons.UpdatePerson(ctx, &identityv1.UpdatePersonRequest{
				Person: &identityv1.Person{PersonId: id, GivenNames: "Eva"}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"given_names"}},
			})
			return err
		},
	}
	const forbidden = errorsv1.Reason_REASON_PERMISSION_DENIED
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			scope, other := "identity.read", "identity.write"
			if name == "create" || name == "update" {
				scope, other = other, scope
			}
			wantReason(t, call(p.byClient(production, other, "perfil", "catalogo")), forbidden)
			want := errorsv1.Reason_REASON_PERSON_NOT_FOUND
			if name == "create" || name == "list" {
				want = forbidden // of the data set that they name
			}
			wantReason(t, call(p.byClient(staging, scope)), want)
			check(t, call(p.byClient(production, scope)))
			if name == "create" || name == "update" {
				wantReason(t, call(p.ByOperator("viewer")), forbidden)
			}
		})
	}
	client := p.byClient(staging, "identity.read", "identity.write")
	own, err := persons.CreatePerson(client, &identityv1.CreatePersonRequest{Person: &identityv1.Person{UniqueKey: "a", GivenNames: "Eva"}})
	check(t, err)
	if own.GetPerson().GetDataSet() != staging {
		t.Errorf("a client of staging made %v", own)
	}
	list, err := persons.ListPersons(client, &identityv1.ListPersonsRequest{Access: because()})
	if check(t, err); len(list.GetPersons()) != 1 || list.GetPersons()[0].GetPersonId() != own.GetPerson().GetPersonId() {
		t.Errorf("a client of staging sees %v", list)
	}
}

func TestPersonsThatAreNotThere(t *testing.T) {
	p := newPlatform(t)
	persons := identityv1.NewPersonServiceClient(p.replica().As("gateway"))
	for _, id := range []string{"no", "\x00", "' OR ''='"} {
		_, err := persons.GetPerson(p.ByPeer("gateway"), &identityv1.GetPersonRequest{PersonId: id, Access: because()})
		wantReason(t, err, errorsv1.Reason_REASON_PERSON_NOT_FOUND)
		_, err = persons.FindPerson(p.ByPeer("gateway"), &identityv1.FindPersonRequest{Key: &identityv1.FindPersonRequest_UniqueKey{UniqueKey: id}, Access: because()})
		wantReason(t, err, errorsv1.Reason_REASON_PERSON_NOT_FOUND)
		_, err = persons.UpdatePerson(p.ByPeer("gateway"), &identityv1.UpdatePersonRequest{
			Person: &identityv1.Person{PersonId: id}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"birth_date"}},
		})
		wantReason(t, err, errorsv1.Reason_REASON_PERSON_NOT_FOUND)
	}
	_, err := persons.FindPerson(p.ByPeer("gateway"), &identityv1.FindPersonRequest{
		Key: &identityv1.FindPersonRequest_Identifier{Identifier: &identityv1.Identifier{Kind: rut, Value: "12345678-4"}}, Access: because(),
	})
	wantField(t, err, "identifier.value")
	_, err = persons.GetPerson(p.ByPeer("gateway"), &identityv1.GetPersonRequest{PersonId: "no"})
	wantViolation(t, err, errorsv1.Reason_REASON_FIELD_MISSING, "access")
}

// set is how the access log knows a page of persons.
func (p *platform) set(personIDs ...string) string {
	p.T.Helper()
	var pseudonyms []string
	for _, id := range personIDs {
		pseudonyms = append(pseudonyms, p.pseudonym(id))
	}
	slices.Sort(pseudonyms)
	sum := sha256.Sum256([]byte(strings.Join(pseudonyms, "\n")))
	return "set:" + hex.EncodeToString(sum[:])
}

func TestPersonsComeInPagesAndAreReadOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		persons := identityv1.NewPersonServiceClient(p.replica().As("gateway"))
		list := func(token string) *identityv1.ListPersonsResponse {
			page, err := persons.ListPersons(p.ByOperator("viewer"), &identityv1.ListPersonsRequest{PageSize: 2, PageToken: token, Access: because()})
			check(t, err)
			return page
		}
		if empty := list(""); len(empty.GetPersons()) > 0 || empty.GetNextPageToken() != "" {
			t.Errorf("nobody is %v", empty)
		}
		var want, got []string
		for _, key := range []string{"c", "a", "b"} {
			want = append(want, p.createPerson(persons, &identityv1.Person{UniqueKey: key, GivenNames: "Ana"}).GetPersonId())
		}
		first := list("")
		second := list(first.GetNextPageToken())
		for _, person := range append(first.GetPersons(), second.GetPersons()...) {
			got = append(got, person.GetPersonId())
		}
		if diff := cmp.Diff(want, got); diff != "" || second.GetNextPageToken() != "" {
			t.Errorf("pages (-want +got):\n%s", diff)
		}
		entries := p.entered(p.set(want[:2]...))
		if len(entries) != 1 || !strings.Contains(entries[0], `"act":"ListPersons"`) || !strings.Contains(entries[0], `"count":"2"`) ||
			!strings.Contains(entries[0], `"fields":["person_id","data_set","unique_key","given_names","version","created_at","updated_at"]`) {
			t.Errorf("the log says %v", entries)
		}
		if entries := p.entered(p.set(want[2])); len(entries) != 1 {
			t.Errorf("the log says %v of the second page", entries)
		}
	})
}
