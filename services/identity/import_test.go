package identity_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

const (
	personRows     = identityv1.ImportKind_IMPORT_KIND_PERSONS
	householdRows  = identityv1.ImportKind_IMPORT_KIND_HOUSEHOLDS
	factRows       = identityv1.ImportKind_IMPORT_KIND_FACTS
	membershipRows = identityv1.ImportKind_IMPORT_KIND_MEMBERSHIPS
)

// desk imports files of rows.
type desk struct {
	*platform
	conn    *grpc.ClientConn
	imports identityv1.ImportServiceClient
}

func (p *platform) desk() desk {
	conn := p.replica().As("gateway")
	return desk{p, conn, identityv1.NewImportServiceClient(conn)}
}

func importID(name string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(name))) }

// batch is lines of a file from one on.
func batch(name string, kind identityv1.ImportKind, first int64, lines ...string) *identityv1.ImportRowsRequest {
	req := &identityv1.ImportRowsRequest{ImportId: importID(name), Kind: kind, FirstLine: first, NextLine: max(first, 1) + int64(len(lines))}
	for i, line := range lines {
		req.Rows = append(req.Rows, &identityv1.ImportRow{Line: max(first, 1) + int64(i), Members: []byte(line)})
	}
	return req
}

func (d desk) send(req *identityv1.ImportRowsRequest) *identityv1.ImportRowsResponse {
	d.T.Helper()
	answer, err := d.imports.ImportRows(d.ByOperator("editor"), req)
	check(d.T, err)
	return answer
}

// whole imports a file of one batch and tells what became of it: stored, unchanged, and what is wrong with which line.
func (d desk) whole(kind identityv1.ImportKind, lines ...string) string {
	d.T.Helper()
	return told(d.send(batch(strings.Join(lines, "\n"), kind, 0, lines...)))
}

func told(answer *identityv1.ImportRowsResponse) string {
	out := fmt.Sprintf("%d stored, %d unchanged", answer.GetProgress().GetStored(), answer.GetProgress().GetUnchanged())
	for _, r := range answer.GetRejects() {
		out += fmt.Sprintf("\n%d %s: %s", r.GetLine(), r.GetField(), r.GetReason())
	}
	return out
}

func want(t testing.TB, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got\n%s\nwant\n%s", what, got, want)
	}
}

func (d desk) person(key string) *identityv1.Person {
	d.T.Helper()
	found, err := identityv1.NewPersonServiceClient(d.conn).FindPerson(d.ByPeer("benefits"), &identityv1.FindPersonRequest{
		Key: &identityv1.FindPersonRequest_UniqueKey{UniqueKey: key}, Access: because(),
	})
	check(d.T, err)
	return found.GetPerson()
}

func TestPersonsAreImported(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		d := p.desk()
		lines := []string{
			`{"unique_key":"A-1","given_names":"ANA","first_surname":"PÉREZ","rut":"12.345.678-5","email":"ana@example.org","phone":"311 211 8800","attributes":{"beca":true}}`,
			`{"unique_key":7,"given_names":"EVA","birth_date":"2001-02-03","photo_accepted":"true","attributes":"{\"n\":1.5}"}`,
			`{"unique_key":"A-3","given_names":"LUZ","rut":"12.345.678-9"}`,
			`{"unique_key":"A-4","given_names":"SOL","dni":"12345678","rut":"12345678-5"}`,
			`{"unique_key":"A-5"}`,
			`{"unique_key":"","given_names":"X"}`,
			`{"unique_key":"A-7","given_names":"X","email":"nobody"}`,
			`{"unique_key":"A-8","given_names":["X"]}`,
			`{"unique_key":"A-9","given_names":"X","birth_date":"2001-02-30"}`,
			`{"unique_key":"A-10","name":"X"}`,
			`not JSON`,
			`{"unique_key":"A-12","given_names":"X","mobile_identity":"perhaps"}`,
			`{"unique_key":"A-13","given_names":"X","attributes":"[]"}`,
			`{"unique_key":"A\u0000","given_names":"X"}`,
		}
		got := d.whole(personRows, lines...)
		if !strings.HasPrefix(got, "2 stored, 0 unchanged\n") || strings.Count(got, "\n") != 12 {
			t.Errorf("got %s", got)
		}
		for i, field := range []string{"rut", "", "given_names", "unique_key", "email", "given_names", "birth_date", "", "", "mobile_identity", "attributes", "unique_key"} {
			if line := strings.Split(got, "\n")[i+1]; !strings.HasPrefix(line, fmt.Sprintf("%d %s: ", i+3, field)) {
				t.Errorf("line %d: %q, want the field %q", i+3, line, field)
			}
		}
		for _, value := range []string{"12.345", "12345", "nobody", "perhaps"} {
			if strings.Contains(got, value) {
				t.Errorf("a rejected value is repeated: %s", got)
			}
		}
		ana, eva := d.person("A-1"), d.person("7")
		if ana.GetIdentifiers()[0].GetValue() != "12345678-5" || len(ana.GetContacts()) != 2 || !ana.GetAttributes().GetFields()["beca"].GetBoolValue() {
			t.Errorf("got %v", ana)
		}
		if !eva.GetPhotoAccepted() || eva.GetAttributes().GetFields()["n"].GetNumberValue() != 1.5 {
			t.Errorf("got %v", eva)
		}
		entries := p.entered("import:" + importID(strings.Join(lines, "\n")))
		if len(entries) != 1 || !strings.Contains(entries[0], `"purpose":"import of persons"`) || !strings.Contains(entries[0], `"lines":"1-14","stored":"2","unchanged":"0","rejected":"12"`) {
			t.Errorf("entered %q", entries)
		}
	})
}

// What a row does not have stays; what is empty in it goes; what is equal is no change.
func TestPersonsAreUpdatedByRows(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		d := p.desk()
		first := `{"unique_key":"A","given_names":"ANA","second_surname":"PAZ","curp":"","dni":"1234567","email":"a@example.org","attributes":{"a":1}}`
		want(t, "first", d.whole(personRows, first, `{"unique_key":"B","given_names":"EVA"}`), "2 stored, 0 unchanged")
		want(t, "the same", d.whole(personRows, first, `{"unique_key":"B"}`, `{"unique_key":"B","given_names":"EVA","photo_url":""}`), "0 stored, 3 unchanged")
		want(t, "others", d.whole(personRows,
			`{"unique_key":"A","email":"b@example.org","second_surname":null,"dni":""}`,
			`{"unique_key":"B","given_names":""}`,
			`{"unique_key":"C","given_names":"LUZ","dni":"1.234.567"}`,
			`{"unique_key":"B","phone":"12345"}`,
			`{"unique_key":"B","phone":"12345"}`,
		), "3 stored, 1 unchanged\n2 given_names: is required")
		ana := d.person("A")
		if ana.GetSecondSurname() != "" || len(ana.GetIdentifiers()) != 0 || len(ana.GetContacts()) != 1 || ana.GetContacts()[0].GetValue() != "b@example.org" ||
			ana.GetVersion() != 2 || ana.GetAttributes().GetFields()["a"].GetNumberValue() != 1 {
			t.Errorf("got %v", ana)
		}
		if d.person("C").GetIdentifiers()[0].GetValue() != "1234567" {
			t.Error("an identifier that became free is not given")
		}
	})
}

// A row makes no person that the contract would refuse, and that nobody could change any more.
func TestARowAddsNoAddressTooMany(t *testing.T) {
	p := newPlatform(t)
	d := p.desk()
	person := &identityv1.Person{UniqueKey: "A", GivenNames: "ANA"}
	for i := range 16 {
		person.Contacts = append(person.Contacts, &identityv1.Contact{Kind: identityv1.ContactKind_CONTACT_KIND_POSTAL, Value: fmt.Sprint("Calle ", i)})
	}
	p.createPerson(identityv1.NewPersonServiceClient(d.conn), person)
	want(t, "the seventeenth", d.whole(personRows, `{"unique_key":"A","email":"a@example.org"}`), "0 stored, 0 unchanged\n1 email: the person has 16 addresses")
	want(t, "another change", d.whole(personRows, `{"unique_key":"A","second_surname":"PAZ"}`), "1 stored, 0 unchanged")
}

func TestMembershipsAreImported(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		d := p.desk()
		catalogue := identityv1.NewCatalogueServiceClient(d.conn)
		for _, entry := range []*identityv1.CatalogueEntry{
			{Catalogue: identityv1.Catalogue_CATALOGUE_PROGRAMMES, Code: "101", Name: "Medicina"},
			{Catalogue: identityv1.Catalogue_CATALOGUE_ACADEMIC_UNITS, Code: "UAM", Name: "Unidad de Medicina"},
		} {
			_, err := catalogue.PutCatalogueEntry(p.ByOperator("editor"), &identityv1.PutCatalogueEntryRequest{Entry: entry})
			check(t, err)
		}
		d.whole(personRows, `{"unique_key":"A","given_names":"ANA"}`)
		student := `{"unique_key":"A","type":"L","number":20240001,"programme":"101","academic_unit":"UAM","status":"INSCRITO"}`
		want(t, "first", d.whole(membershipRows, student, `{"unique_key":"A","type":"E","entity":"Biblioteca","status":"ACTIVO"}`), "2 stored, 0 unchanged")
		want(t, "again", d.whole(membershipRows, student,
			`{"unique_key":"A","type":"L","number":"20240001","status":"EGRESADO"}`,
			`{"unique_key":"A","type":"L","number":"20240001","status":"OTRO"}`,
			`{"unique_key":"nobody","type":"E","entity":"B","status":"ACTIVO"}`,
			`{"unique_key":"A","type":"X"}`,
			`{"unique_key":"A","type":"E","number":"1234","entity":"B","status":"ACTIVO"}`,
			`{"unique_key":"A","type":"D","number":"77","department":"999","status":"ACTIVO"}`,
			`{"unique_key":"A","type":"D","number":"78","status":"ACTIVO"}`,
			`{"type":"D"}`,
		), `1 stored, 1 unchanged
3 status: is not in the catalogue
4 unique_key: is no person's
5 type: must be one of B, L, P, A, D, E, S
6 number: is not for memberships of the type
7 department: is not in the catalogue
8 department: is required
9 unique_key: is required`)
		want(t, "what an earlier row of the batch made", d.whole(membershipRows,
			`{"unique_key":"A","type":"P","number":"20240002","programme":"101","academic_unit":"UAM","status":"INSCRITO"}`,
			`{"unique_key":"A","type":"P","number":"20240002","status":"ADMITIDO"}`,
		), "2 stored, 0 unchanged")
		all, err := identityv1.NewMembershipServiceClient(d.conn).ListMemberships(p.ByOperator("viewer"),
			&identityv1.ListMembershipsRequest{PersonId: d.person("A").GetPersonId(), Access: because()})
		check(t, err)
		if len(all.GetMemberships()) != 3 || all.GetMemberships()[2].GetStatus() != "ADMITIDO" || all.GetMemberships()[0].GetStatus() != "EGRESADO" || all.GetMemberships()[0].GetProgramme() != "101" {
			t.Errorf("got %v", all)
		}
	})
}

func TestHouseholdsAndFactsAreImported(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		d := p.desk()
		d.whole(personRows, `{"unique_key":"A","given_names":"ANA"}`, `{"unique_key":"B","given_names":"EVA"}`)
		head := `{"household_key":"H","unique_key":"A","relation":"head","valid_from":"2020-01-01","source":"RSH","reference":"1"}`
		child := `{"household_key":"H","unique_key":"B","relation":"child","valid_from":"2020-01-01T00:00:00-03:00","valid_to":"","source":"RSH"}`
		want(t, "households", d.whole(householdRows, head, child, child,
			`{"household_key":"H","unique_key":"B","relation":"head","valid_from":"2020-01-01","source":"RSH"}`,
			`{"household_key":"other","unique_key":"nobody","relation":"head","valid_from":"2020-01-01","source":"RSH"}`,
			`{"household_key":"H","unique_key":"A","relation":"child","valid_from":"2020-01-01","source":"RSH","reference":"1"}`,
			`{"household_key":"H","unique_key":"A","relation":"boss","valid_from":"2020-01-01","source":"RSH"}`,
			`{"household_key":"H","unique_key":"A","relation":"head","valid_from":"yesterday","source":"RSH"}`,
			`{"household_key":"H","unique_key":"A","relation":"head","valid_from":"2020-01-01","valid_to":"2020-01-01","source":"RSH"}`,
			`{"household_key":"H","unique_key":"A","relation":"head","source":"RSH"}`,
			`{"household_key":"H","unique_key":"A","relation":"head","valid_from":"2020-01-01"}`,
			`{"unique_key":"A"}`,
		), `3 stored, 1 unchanged
5 unique_key: is no person's
6 reference: is that of a statement that says something else
7 relation: must be one of none, head, partner, child, parent, relative, other
8 valid_from: must be a time as 2006-01-02T15:04:05Z, or a day as 2006-01-02
9 valid_to: must be after valid_from
10 valid_from: is required
11 source: is required
12 household_key: is required`)
		want(t, "households again", d.whole(householdRows, head, child), "0 stored, 2 unchanged")
		home, err := identityv1.NewHouseholdServiceClient(d.conn).FindHousehold(p.ByOperator("viewer"),
			&identityv1.FindHouseholdRequest{PersonId: d.person("A").GetPersonId(), Access: because()})
		check(t, err)
		if home.GetHousehold().GetHouseholdKey() != "H" || len(home.GetHousehold().GetMembers()) != 2 {
			t.Errorf("got %v", home)
		}

		facts := []string{
			`{"unique_key":"A","name":"income.bracket","value":3,"valid_from":"2020-01-01","source":"RSH","reference":"9"}`,
			`{"household_key":"H","name":"floor","value":["earth","wood"],"valid_from":"2020-01-01","source":"RSH"}`,
			`{"unique_key":"A","name":"gone","value":null,"valid_from":"2020-01-01","source":"RSH"}`,
		}
		want(t, "facts", d.whole(factRows, append(slices.Clone(facts),
			`{"unique_key":"A","name":"income.bracket","value":4,"valid_from":"2020-01-01","source":"RSH","reference":"9"}`,
			`{"unique_key":"A","name":"income.bracket","value":4,"valid_from":"2021-01-01","source":"RSH","reference":"9"}`,
			`{"unique_key":"A","household_key":"H","name":"a","value":1,"valid_from":"2020-01-01","source":"RSH"}`,
			`{"household_key":"none","name":"a","value":1,"valid_from":"2020-01-01","source":"RSH"}`,
			`{"unique_key":"nobody","name":"a","value":1,"valid_from":"2020-01-01","source":"RSH"}`,
			`{"unique_key":"A","name":"A","value":1,"valid_from":"2020-01-01","source":"RSH"}`,
			`{"unique_key":"A","name":"a","value":{},"valid_from":"2020-01-01","source":"RSH"}`,
			`{"unique_key":"A","name":"a","valid_from":"2020-01-01","source":"RSH"}`,
		)...), `4 stored, 0 unchanged
4 reference: is that of a statement that says something else
6 unique_key: is required, or household_key, and not both
7 household_key: is no household's
8 unique_key: is no person's
9 name: does not match regex pattern `+"`^[a-z][a-z0-9_]*([.][a-z][a-z0-9_]*)*$`"+`
10 value: must be a number, a string, a boolean, a list of these, or null
11 value: is required`)
		want(t, "facts again", d.whole(factRows, facts...), "0 stored, 3 unchanged")
		known, err := identityv1.NewFactServiceClient(d.conn).GetFacts(p.ByOperator("viewer"),
			&identityv1.GetFactsRequest{Subject: aboutPerson(d.person("A").GetPersonId()), Access: because()})
		check(t, err)
		if len(known.GetFacts()) != 1 || known.GetFacts()[0].GetValue().GetNumberValue() != 4 {
			t.Errorf("got %v", known)
		}
	})
}

// An importer that ends between batches is followed by another, which goes on where it stopped.
func TestAnImportIsTakenUpAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		d := p.desk()
		row := func(key string) string { return fmt.Sprintf(`{"unique_key":%q,"given_names":"ANA"}`, key) }
		before, err := d.imports.GetImport(p.ByOperator("editor"), &identityv1.GetImportRequest{ImportId: importID("f")})
		check(t, err)
		if before.GetProgress().GetNextLine() != 0 {
			t.Errorf("before it began: %v", before)
		}
		_, err = d.imports.ImportRows(p.ByOperator("editor"), batch("f", personRows, 3, row("C")))
		wantGap(t, err, "1")
		first := batch("f", personRows, 0, row("A"), `{"unique_key":"B"}`)
		answer := d.send(first)
		want(t, "first", told(answer), "1 stored, 0 unchanged\n2 given_names: is required for a new person")
		want(t, "first again", told(d.send(first)), told(answer))

		other := desk{p, p.replica().As("gateway"), nil}
		other.imports = identityv1.NewImportServiceClient(other.conn)
		at, err := other.imports.GetImport(p.ByOperator("editor"), &identityv1.GetImportRequest{ImportId: importID("f")})
		check(t, err)
		if at.GetProgress().GetNextLine() != 3 || len(at.GetRejects()) != 1 || at.GetRejects()[0].GetLine() != 2 {
			t.Errorf("taken up at %v", at)
		}
		_, err = other.imports.ImportRows(p.ByOperator("editor"), batch("f", personRows, 4, row("D")))
		wantGap(t, err, "3")
		// Batches of another size, which begin before what is stored, are stored from there.
		want(t, "second", told(other.send(batch("f", personRows, 2, row("B"), row("C")))), "2 stored, 0 unchanged")
		want(t, "first, long after", told(other.send(first)), "2 stored, 0 unchanged")
		last := other.send(batch("f", personRows, 4, row("D"), row("A")))
		want(t, "last", told(last), "3 stored, 1 unchanged")
		if last.GetProgress().GetRejected() != 1 || last.GetProgress().GetNextLine() != 6 {
			t.Errorf("at last %v", last)
		}
	})
}

func wantGap(t *testing.T, err error, line string) {
	t.Helper()
	wantReason(t, err, errorsv1.Reason_REASON_IMPORT_GAP)
	if got := rpcerr.Metadata(err, "next_line"); got != line {
		t.Errorf("to go on at line %s, want %s", got, line)
	}
}

// Batches of two files about the same persons meet, and every row is stored once.
func TestImportsThatMeet(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		conn := p.replica().As("gateway")
		imports := identityv1.NewImportServiceClient(conn)
		var group sync.WaitGroup
		var mu sync.Mutex
		stored, rejected := int64(0), int64(0)
		for file := range 4 {
			group.Go(func() {
				var lines []string
				for i := range 50 {
					key := (i*7 + file*13) % 50
					lines = append(lines, fmt.Sprintf(`{"unique_key":"K%d","given_names":"ANA","dni":"%d"}`, key, 1_000_000+key))
				}
				answer, err := imports.ImportRows(p.ByOperator("editor"), batch(fmt.Sprint("meet", file), personRows, 0, lines...))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				stored += answer.GetProgress().GetStored()
				rejected += answer.GetProgress().GetRejected()
			})
		}
		group.Wait()
		if stored != 50 || rejected != 0 {
			t.Errorf("%d stored, %d rejected", stored, rejected)
		}
	})
}

func TestImportsRefuseWhatIsWrong(t *testing.T) {
	p := newPlatform(t)
	d := p.desk()
	good := `{"unique_key":"A","given_names":"ANA"}`
	for field, change := range map[string]func(*identityv1.ImportRowsRequest){
		"next_line":       func(r *identityv1.ImportRowsRequest) { r.NextLine = 1 },
		"rows[0].line":    func(r *identityv1.ImportRowsRequest) { r.Rows[0].Line = 3 },
		"rows[1].line":    func(r *identityv1.ImportRowsRequest) { r.Rows[1].Line = 1 },
		"import_id":       func(r *identityv1.ImportRowsRequest) { r.ImportId = "x" },
		"kind":            func(r *identityv1.ImportRowsRequest) { r.Kind = 9 },
		"rows[1].members": func(r *identityv1.ImportRowsRequest) { r.Rows[1].Members = make([]byte, 65537) },
	} {
		req := batch("f", personRows, 0, good, good)
		change(req)
		_, err := d.imports.ImportRows(p.ByOperator("editor"), req)
		wantField(t, err, field)
	}
	d.send(batch("f", personRows, 0, good))
	other := batch("f", membershipRows, 2, good)
	_, err := d.imports.ImportRows(p.ByOperator("editor"), other)
	wantField(t, err, "import_id")
	staged := batch("f", personRows, 2, good)
	staged.DataSet = staging
	_, err = d.imports.ImportRows(p.ByOperator("editor"), staged)
	wantField(t, err, "import_id")
	for _, ctx := range []context.Context{p.ByOperator("viewer", "support", "publisher", "security"), p.byClient(production, "identity.write")} {
		_, err := d.imports.ImportRows(ctx, batch("f", personRows, 2, good))
		wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
		_, err = d.imports.GetImport(ctx, &identityv1.GetImportRequest{ImportId: importID("f")})
		wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
	}
	staged.ImportId = importID("g")
	want(t, "staging's", told(d.send(&identityv1.ImportRowsRequest{
		ImportId: importID("g"), Kind: personRows, DataSet: authv1.DataSet_DATA_SET_STAGING, NextLine: 2, Rows: batch("g", personRows, 0, good).GetRows(),
	})), "1 stored, 0 unchanged")
}

// Whatever rows hold, each is stored, unchanged or rejected, and the answer is no failure.
func FuzzImportRows(f *testing.F) {
	d := newPlatform(f).desk()
	d.send(batch("seed", personRows, 0, `{"unique_key":"A","given_names":"ANA"}`))
	for kind, row := range map[identityv1.ImportKind]string{
		personRows:     `{"unique_key":"A","given_names":"ANA","rut":"12345678-5","email":"a@example.org","attributes":{"a":[1]}}`,
		membershipRows: `{"unique_key":"A","type":"E","entity":"B","status":"ACTIVO","valid_until":"2030-01-01"}`,
		householdRows:  `{"household_key":"H","unique_key":"A","relation":"head","valid_from":"2020-01-01","source":"RSH"}`,
		factRows:       `{"unique_key":"A","name":"a","value":[1,"x",true],"valid_from":"2020-01-01T01:02:03.5Z","source":"RSH"}`,
	} {
		f.Add(int32(kind), row)
	}
	editor, number := d.ByOperator("editor"), 0
	f.Fuzz(func(t *testing.T, kind int32, row string) {
		if kind = 1 + (kind%4+4)%4; len(row) < 2 || len(row) > 65536 {
			return
		}
		number++
		name := fmt.Sprint(number)
		answer, err := d.imports.ImportRows(editor, batch(name, identityv1.ImportKind(kind), 0, row))
		if err != nil {
			t.Fatalf("kind %d, row %q: %v", kind, row, err)
		}
		progress := answer.GetProgress()
		if progress.GetStored()+progress.GetUnchanged()+progress.GetRejected() != 1 || progress.GetRejected() != int64(len(answer.GetRejects())) {
			t.Errorf("got %v", answer)
		}
		if progress.GetRejected() == 1 && !json.Valid([]byte(row)) && answer.GetRejects()[0].GetField() != "" {
			t.Errorf("what is no JSON has a field: %v", answer)
		}
	})
}
