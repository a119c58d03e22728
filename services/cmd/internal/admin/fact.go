package admin

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// Facts are the commands about social facts.
type Facts struct {
	List ListFacts `cmd:"" help:"List what is known about a person or a household. What is not listed is unknown."`
}

// ListFacts lists facts.
type ListFacts struct {
	Person    string   `help:"About this person, by identifier." placeholder:"ID"`
	Household string   `help:"About this household, by identifier." placeholder:"ID"`
	Name      []string `help:"Only this fact; may be repeated." placeholder:"NAME"`
	AsOf
	Reading
}

// Validate is called when the command line was read.
func (c ListFacts) Validate() error {
	if (c.Person == "") == (c.Household == "") {
		return errors.New("give --person or --household")
	}
	return nil
}

// Run does it.
func (c ListFacts) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	subject := &identityv1.FactSubject{Subject: &identityv1.FactSubject_PersonId{PersonId: c.Person}}
	if c.Household != "" {
		subject.Subject = &identityv1.FactSubject_HouseholdId{HouseholdId: c.Household}
	}
	answer, err := identityv1.NewFactServiceClient(conn).GetFacts(ctx, &identityv1.GetFactsRequest{
		Subject: subject, Names: c.Name, ValidAt: c.ValidAt.proto(), KnownAt: c.KnownAt.proto(), Access: c.access(),
	})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, fact := range answer.GetFacts() {
		value, err := protojson.Marshal(fact.GetValue())
		if err != nil {
			return fmt.Errorf("writing a fact: %w", err)
		}
		statement := fact.GetStatement()
		rows = append(rows, []string{
			fact.GetName(), string(value), moment(statement.GetValidFrom()), moment(statement.GetValidTo()),
			moment(statement.GetRecordedAt()), statement.GetSource(),
		})
	}
	return out.table(answer, []string{"FACT", "VALUE", "FROM", "TO", "RECORDED", "SOURCE"}, rows)
}
