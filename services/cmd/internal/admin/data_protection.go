package admin

import (
	"context"
	"fmt"

	"github.com/google/renameio/v2"
	"google.golang.org/grpc"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// Protections are the commands for what persons may ask for about their data. Rectification is "admin person update --reason".
type Protections struct {
	Export ExportPerson `cmd:"" help:"Write all that is stored about a person to a file."`
	Erase  ErasePerson  `cmd:"" help:"Remove a person for good."`
}

// ExportPerson writes a person's data to a file.
type ExportPerson struct {
	PersonID
	Out    string `help:"The file to write, with mode 0600." required:"" placeholder:"FILE" type:"path"`
	Reason string `help:"Why; for the log. No personal data." required:"" placeholder:"WHY"`
}

// exportedPerson is what an export did.
type exportedPerson struct {
	File  string `json:"file"`
	Bytes int    `json:"bytes"`
}

// Run does it.
func (c ExportPerson) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := identityv1.NewDataProtectionServiceClient(conn).ExportPerson(ctx, &identityv1.ExportPersonRequest{PersonId: c.ID, Reason: c.Reason})
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(c.Out, answer.GetDocument(), 0o600); err != nil {
		return fmt.Errorf("writing %s: %w", c.Out, err)
	}
	size := len(answer.GetDocument())
	return out.report(exportedPerson{c.Out, size}, [][2]string{{"file", c.Out}, {"bytes", fmt.Sprint(size)}})
}

// ErasePerson removes a person.
type ErasePerson struct {
	PersonID
	Reason string `help:"Why; for the log. No personal data." required:"" placeholder:"WHY"`
	Yes    bool   `help:"Do not ask. Needed where there is no terminal to ask on." short:"y"`
}

// Help tells what stays.
func (ErasePerson) Help() string {
	return `Identifiers, contacts, memberships, facts and household statements are removed, all or none, and cannot be brought back but from a backup. Cards are revoked; folio and signature stay, so that they go on being refused. Entries of the access log stay and lead to nobody any more.`
}

// Run does it.
func (c ErasePerson) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	if err := in.confirmName(c.Yes, "This removes the person and revokes all cards. It cannot be undone.", c.ID); err != nil {
		return err
	}
	answer, err := identityv1.NewDataProtectionServiceClient(conn).ErasePerson(ctx, &identityv1.ErasePersonRequest{PersonId: c.ID, Reason: c.Reason})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"erased", c.ID}, {"revoked cards", fmt.Sprint(answer.GetRevokedCards())}})
}
