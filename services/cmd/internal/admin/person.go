package admin

import (
	"context"
	"errors"

	"google.golang.org/grpc"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// Persons are the commands about persons.
type Persons struct {
	Create CreatePerson `cmd:"" help:"Enter a person."`
	Show   ShowPerson   `cmd:"" help:"Show a person, identifiers and contacts masked."`
	Find   FindPerson   `cmd:"" help:"Show the person of a unique key or of a national identifier."`
	List   ListPersons  `cmd:"" help:"List persons in the order of their identifiers."`
	Update UpdatePerson `cmd:"" help:"Change what is given and nothing else."`
}

// PersonID names a person.
type PersonID struct {
	ID string `arg:"" help:"The person's identifier, as \"admin person find\" shows it."`
}

// ShowPerson shows a person.
type ShowPerson struct {
	PersonID
	Reading
}

// Run does it.
func (c ShowPerson) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := identityv1.NewPersonServiceClient(conn).GetPerson(ctx, &identityv1.GetPersonRequest{PersonId: c.ID, Access: c.access()})
	if err != nil {
		return err
	}
	return showPerson(out, answer, answer.GetPerson())
}

// FindPerson looks a person up.
type FindPerson struct {
	Key        string `arg:"" optional:"" help:"The key under which the institution knows the person."`
	Identifier string `help:"A national identifier instead: rut=…, curp=…, cpf=…, cuit=… or dni=…." placeholder:"KIND=VALUE"`
	World
	Reading
}

// Validate is called when the command line was read.
func (c FindPerson) Validate() error {
	if (c.Key == "") == (c.Identifier == "") {
		return errors.New("give the key or --identifier")
	}
	return nil
}

// Run does it.
func (c FindPerson) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	request := &identityv1.FindPersonRequest{DataSet: c.set(), Access: c.access()}
	if c.Key != "" {
		request.Key = &identityv1.FindPersonRequest_UniqueKey{UniqueKey: c.Key}
	} else {
		identifiers, err := identifiersOf([]string{c.Identifier})
		if err != nil {
			return err
		}
		request.Key = &identityv1.FindPersonRequest_Identifier{Identifier: identifiers[0]}
	}
	answer, err := identityv1.NewPersonServiceClient(conn).FindPerson(ctx, request)
	if err != nil {
		return err
	}
	return showPerson(out, answer, answer.GetPerson())
}

// ListPersons lists persons.
type ListPersons struct {
	Limit int `help:"At most so many (1 to 10000)." default:"50"`
	World
	Reading
}

// Validate is called when the command line was read.
func (c ListPersons) Validate() error { return checkEntries(c.Limit) }

// Run does it, page by page.
func (c ListPersons) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	all := &identityv1.ListPersonsResponse{}
	for {
		page, err := identityv1.NewPersonServiceClient(conn).ListPersons(ctx, &identityv1.ListPersonsRequest{
			PageSize: int32(min(c.Limit-len(all.Persons), entriesPage)), PageToken: all.NextPageToken, DataSet: c.set(), Access: c.access(),
		})
		if err != nil {
			return err
		}
		all.Persons = append(all.Persons, page.GetPersons()...)
		if all.NextPageToken = page.GetNextPageToken(); all.NextPageToken == "" || len(all.Persons) >= c.Limit {
			break
		}
	}
	var rows [][]string
	for _, person := range all.GetPersons() {
		rows = append(rows, []string{person.GetPersonId(), person.GetUniqueKey(), fullName(person), moment(person.GetCreatedAt())})
	}
	return out.table(all, []string{"ID", "KEY", "NAME", "CREATED"}, rows)
}
