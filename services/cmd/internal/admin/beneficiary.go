package admin

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// Beneficiaries are the commands about users of partners' apps.
type Beneficiaries struct {
	Erase EraseBeneficiary `cmd:"" help:"Forget what the role session keeps of a person."`
}

// EraseBeneficiary forgets a person.
type EraseBeneficiary struct {
	ID string `arg:"" help:"The person's identifier, as \"admin person find\" shows it."`
	World
	Yes bool `help:"Do not ask. Needed where there is no terminal to ask on." short:"y"`
}

// Help tells what goes.
func (EraseBeneficiary) Help() string {
	return `The person's tokens, pass keys and what integrations told are removed, and no account or customer leads to the person any more. It is one part of an erasure; "admin data erase" removes the person from identity, "admin recipient erase" what was said to it.`
}

// Run does it.
func (c EraseBeneficiary) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	if err := in.confirmName(c.Yes, "This removes what partners' apps hold of the person here, and every link to it. It cannot be undone.", c.ID); err != nil {
		return err
	}
	answer, err := sessionv1.NewBeneficiaryServiceClient(conn).EraseBeneficiary(ctx, &sessionv1.EraseBeneficiaryRequest{PersonId: c.ID, DataSet: c.set()})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"erased", fmt.Sprint(answer.GetErased())}})
}
