package admin

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

const revocationPrefix = "REVOCATION_REASON_"

// Cards are the commands about identity cards.
type Cards struct {
	Issue  IssueCard  `cmd:"" help:"Make a signed card for a membership."`
	Renew  RenewCard  `cmd:"" help:"Revoke a card as replaced and make its successor."`
	Revoke RevokeCard `cmd:"" help:"End a card, for good."`
	List   ListCards  `cmd:"" help:"List a person's cards, newest first."`
	Render RenderCard `cmd:"" help:"Draw a card's QR code into a file."`
	Verify VerifyCard `cmd:"" help:"Check the text of a QR code. Exit code 1 when the card is not good now."`
}

// IssueCard makes a card.
type IssueCard struct {
	Membership string `arg:"" help:"The membership's identifier. It has one live card at most."`
}

// Run does it.
func (c IssueCard) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := identityv1.NewCardServiceClient(conn).IssueCard(ctx, &identityv1.IssueCardRequest{MembershipId: c.Membership})
	if err != nil {
		return err
	}
	return showCard(out, answer, answer.GetCard())
}

// Folio names a card.
type Folio struct {
	Folio string `arg:"" help:"The card's folio, 1 to 6 letters and digits as they are printed."`
	World
}

// RenewCard replaces a card.
type RenewCard struct{ Folio }

// Run does it.
func (c RenewCard) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := identityv1.NewCardServiceClient(conn).RenewCard(ctx, &identityv1.RenewCardRequest{Folio: c.Folio.Folio, DataSet: c.set()})
	if err != nil {
		return err
	}
	return showCard(out, answer, answer.GetCard())
}

// RevokeCard ends a card.
type RevokeCard struct {
	Folio
	Reason string `help:"Why: ${enum}." enum:"lost,stolen,replaced,membership-ended,issued-in-error,key-compromised" required:""`
}

// Run does it.
func (c RevokeCard) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := identityv1.NewCardServiceClient(conn).RevokeCard(ctx, &identityv1.RevokeCardRequest{
		Folio: c.Folio.Folio, DataSet: c.set(),
		Reason: identityv1.RevocationReason(number(identityv1.RevocationReason_value, revocationPrefix, c.Reason)),
	})
	if err != nil {
		return err
	}
	return showCard(out, answer, answer.GetCard())
}

// ListCards lists cards.
type ListCards struct {
	PersonID
	Reading
}

// Run does it.
func (c ListCards) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := identityv1.NewCardServiceClient(conn).ListCards(ctx, &identityv1.ListCardsRequest{PersonId: c.ID, Access: c.access()})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, card := range answer.GetCards() {
		rows = append(rows, []string{
			card.GetFolio(), card.GetMembershipId(), word(card.GetState(), "CARD_STATE_"), moment(card.GetIssuedAt()),
			moment(card.GetExpiresAt()), moment(card.GetRevokedAt()), reasonText(card.GetRevocationReason()),
		})
	}
	return out.table(answer, []string{"FOLIO", "MEMBERSHIP", "STATE", "ISSUED", "EXPIRES", "REVOKED", "REASON"}, rows)
}

func showCard(out Output, message proto.Message, card *identityv1.Card) error {
	return out.record(message, [][2]string{
		{"folio", card.GetFolio()},
		{"data set", dataSetName(card.GetDataSet())},
		{"membership", card.GetMembershipId()},
		{"person", card.GetPersonId()},
		{"state", word(card.GetState(), "CARD_STATE_")},
		{"qr", card.GetQr()},
		{"key", card.GetKeyId()},
		{"issued", moment(card.GetIssuedAt())},
		{"expires", moment(card.GetExpiresAt())},
		{"revoked", moment(card.GetRevokedAt())},
		{"reason", reasonText(card.GetRevocationReason())},
		{"replaces", card.GetReplaces()},
	})
}

// reasonText is empty for a card that is not revoked.
func reasonText(reason identityv1.RevocationReason) string {
	if reason == identityv1.RevocationReason_REVOCATION_REASON_UNSPECIFIED {
		return ""
	}
	return word(reason, revocationPrefix)
}
