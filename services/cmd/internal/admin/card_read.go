package admin

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
	"google.golang.org/grpc"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// RenderCard draws a card.
type RenderCard struct {
	Folio
	Out   string `help:"The file to write: PNG, or SVG when its name ends in .svg." required:"" placeholder:"FILE" type:"path"`
	Scale int32  `help:"Pixels per module of a PNG (1 to 32)." default:"8"`
	Reading
}

// Run does it.
func (c RenderCard) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	format := identityv1.ImageFormat_IMAGE_FORMAT_PNG
	if strings.EqualFold(filepath.Ext(c.Out), ".svg") {
		format = identityv1.ImageFormat_IMAGE_FORMAT_SVG
	}
	answer, err := identityv1.NewCardServiceClient(conn).RenderCard(ctx, &identityv1.RenderCardRequest{
		Folio: c.Folio.Folio, DataSet: c.set(), Format: format, Scale: c.Scale, Access: c.access(),
	})
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(c.Out, answer.GetImage(), 0o600); err != nil {
		return fmt.Errorf("writing %s: %w", c.Out, err)
	}
	return out.report(rendered{c.Out, answer.GetMediaType(), answer.GetQr()}, [][2]string{
		{"file", c.Out}, {"type", answer.GetMediaType()}, {"qr", answer.GetQr()},
	})
}

// rendered is what was drawn.
type rendered struct {
	File string `json:"file"`
	Type string `json:"media_type"`
	QR   string `json:"qr"`
}

// VerifyCard checks a card.
type VerifyCard struct {
	QR string `arg:"" help:"The text of the QR code, with or without the address and # before it (- for standard input)."`
	World
	Reading
}

// Help explains what is checked.
func (VerifyCard) Help() string {
	return `The text is checked against the published keys of the data set and against what the platform knows of the card. The first thing that is wrong is named: unreadable, unknown-issuer, bad-signature, revoked, expired. The card's holder is in its access log as looked up.`
}

// Run does it.
func (c VerifyCard) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	text := c.QR
	if text == "-" {
		var err error
		if text, err = in.read(text); err != nil {
			return err
		}
	}
	answer, err := identityv1.NewCardServiceClient(conn).VerifyCard(ctx, &identityv1.VerifyCardRequest{
		Qr: strings.TrimSpace(text), DataSet: c.set(), Access: c.access(),
	})
	if err != nil {
		return err
	}
	verdict := word(answer.GetVerdict(), "CARD_VERDICT_")
	err = out.record(answer, [][2]string{
		{"verdict", verdict},
		{"card", strings.Join(answer.GetFields(), "|")},
		{"reason", reasonText(answer.GetRevocationReason())},
	})
	if err == nil && answer.GetVerdict() != identityv1.CardVerdict_CARD_VERDICT_VALID {
		err = fmt.Errorf("the card is not good: %s", verdict)
	}
	return err
}
