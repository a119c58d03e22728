package admin

import (
	"context"
	"errors"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// Households are the commands about who lives with whom.
type Households struct {
	Show ShowHousehold `cmd:"" help:"Show a household, as of a time and as known at a time."`
}

// AsOf are the two times of a statement that is read.
type AsOf struct {
	ValidAt *Moment `help:"As of when, not now." placeholder:"2030-01-31T00:00:00Z"`
	KnownAt *Moment `help:"As known when, not now." placeholder:"2030-01-31T00:00:00Z"`
}

// ShowHousehold shows a household.
type ShowHousehold struct {
	ID     string `arg:"" optional:"" help:"The household's identifier."`
	Person string `help:"That of a person instead, by the person's identifier." placeholder:"ID"`
	AsOf
	Reading
}

// Validate is called when the command line was read.
func (c ShowHousehold) Validate() error {
	if (c.ID == "") == (c.Person == "") {
		return errors.New("give the household's identifier or --person")
	}
	return nil
}

// Run does it.
func (c ShowHousehold) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	households := identityv1.NewHouseholdServiceClient(conn)
	if c.Person != "" {
		answer, err := households.FindHousehold(ctx, &identityv1.FindHouseholdRequest{
			PersonId: c.Person, ValidAt: c.ValidAt.proto(), KnownAt: c.KnownAt.proto(), Access: c.access(),
		})
		if err != nil {
			return err
		}
		return showHousehold(out, answer, answer.GetHousehold())
	}
	answer, err := households.GetHousehold(ctx, &identityv1.GetHouseholdRequest{
		HouseholdId: c.ID, ValidAt: c.ValidAt.proto(), KnownAt: c.KnownAt.proto(), Access: c.access(),
	})
	if err != nil {
		return err
	}
	return showHousehold(out, answer, answer.GetHousehold())
}

func showHousehold(out Output, message proto.Message, household *identityv1.Household) error {
	var rows [][]string
	for _, member := range household.GetMembers() {
		statement := member.GetStatement()
		rows = append(rows, []string{
			household.GetHouseholdId(), household.GetHouseholdKey(), member.GetPersonId(), word(member.GetRelation(), "HOUSEHOLD_RELATION_"),
			moment(statement.GetValidFrom()), moment(statement.GetValidTo()), moment(statement.GetRecordedAt()), statement.GetSource(),
		})
	}
	return out.table(message, []string{"HOUSEHOLD", "KEY", "PERSON", "RELATION", "FROM", "TO", "RECORDED", "SOURCE"}, rows)
}
