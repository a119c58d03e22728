package edgetest

import (
	"context"
	"slices"

	"google.golang.org/grpc/metadata"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// anybody checks what calls in nobody's name need: that nobody's token comes with them.
func (n *Notifications) anybody(ctx context.Context) error {
	if len(metadata.ValueFromIncomingContext(ctx, "authorization")) > 0 {
		return scripted(errorsv1.Reason_REASON_PEER_REFUSED)
	}
	return fails(n.Fails, n.Field)
}

// spent are the codes that cannot be redeemed, by their state.
var spent = []string{"used", "revoked", "early", "late"}

func code(text string) (*notificationsv1.Code, error) {
	if len(text) > 128 {
		return nil, scripted(errorsv1.Reason_REASON_FIELD_INVALID, "code")
	}
	if text != "code-1" && !slices.Contains(spent, text) {
		return nil, scripted(errorsv1.Reason_REASON_CODE_NOT_FOUND)
	}
	c := &notificationsv1.Code{
		Code: text, DispatchId: "d-1", Kind: "coupon", Title: "2 × 1 <café>", ProviderCode: "C-7", ValidFrom: at(0), ValidUntil: at(86400),
		Uses: 2, CreatedAt: at(0),
	}
	if text == "revoked" {
		c.RevokedAt, c.ProviderCode, c.ValidFrom, c.ValidUntil = at(60), "", nil, nil
	}
	return c, nil
}

// GetCode knows those of the script.
func (n *Notifications) GetCode(ctx context.Context, in *notificationsv1.GetCodeRequest) (*notificationsv1.GetCodeResponse, error) {
	if err := n.called(ctx); err != nil {
		return nil, err
	}
	known, err := code(in.GetCode())
	return &notificationsv1.GetCodeResponse{Code: known}, err
}

// RevokeCode revokes all that there are.
func (n *Notifications) RevokeCode(ctx context.Context, in *notificationsv1.RevokeCodeRequest) (*notificationsv1.RevokeCodeResponse, error) {
	if err := n.called(ctx); err != nil {
		return nil, err
	}
	known, err := code(in.GetCode())
	return &notificationsv1.RevokeCodeResponse{Code: known}, err
}

// RedeemCode redeems "code-1". By the time that it is asked "again" it was used once more.
func (n *Notifications) RedeemCode(ctx context.Context, in *notificationsv1.RedeemCodeRequest) (*notificationsv1.RedeemCodeResponse, error) {
	if err := n.called(ctx); err != nil {
		return nil, err
	}
	known, err := code(in.GetCode())
	if err != nil {
		return nil, err
	}
	if slices.Contains(spent, in.GetCode()) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_CODE_NOT_REDEEMABLE, "scripted", rpcerr.Meta("state", in.GetCode()))
	}
	known.Redeemed = 1
	replayed := in.GetIdempotencyKey() == "again"
	if replayed {
		known.Redeemed = 2
	}
	return &notificationsv1.RedeemCodeResponse{Code: known, Use: 1, RedeemedAt: at(30), Replayed: replayed}, nil
}

// RenderCode draws codes as text.
func (n *Notifications) RenderCode(ctx context.Context, in *notificationsv1.RenderCodeRequest) (*notificationsv1.RenderCodeResponse, error) {
	if err := n.anybody(ctx); err != nil {
		return nil, err
	}
	known, err := code(in.GetCode())
	if err != nil {
		return nil, err
	}
	if in.GetFormat() == notificationsv1.CodeFormat_CODE_FORMAT_SVG {
		return &notificationsv1.RenderCodeResponse{Picture: []byte("<svg>" + known.GetCode() + "</svg>"), MediaType: "image/svg+xml"}, nil
	}
	return &notificationsv1.RenderCodeResponse{Picture: []byte("PNG of " + known.GetCode()), MediaType: "image/png"}, nil
}

func payment(id string) (*notificationsv1.Payment, error) {
	p := &notificationsv1.Payment{
		PaymentId: id, DispatchId: "d-1", Amount: 9007199254740993, Currency: "CLP", Concept: "Bono", Reference: "F-1", Status: "requested",
		RequestedAt: at(0), ExpiresAt: at(86400),
	}
	switch {
	case len(id) > 64:
		return nil, scripted(errorsv1.Reason_REASON_FIELD_INVALID, "payment_id")
	case id == "paid":
		p.Status, p.SettledAt, p.ExpiresAt, p.Reference = "paid", at(90), nil, ""
	case id != "pay-1":
		return nil, scripted(errorsv1.Reason_REASON_PAYMENT_NOT_FOUND)
	}
	return p, nil
}

// GetPayment knows those of the script.
func (n *Notifications) GetPayment(ctx context.Context, in *notificationsv1.GetPaymentRequest) (*notificationsv1.GetPaymentResponse, error) {
	if err := n.called(ctx); err != nil {
		return nil, err
	}
	known, err := payment(in.GetPaymentId())
	return &notificationsv1.GetPaymentResponse{Payment: known}, err
}

// SettlePayment takes the signature "v1,good" over a body that is the identifier of "pay-1" in quotes, or of another.
func (n *Notifications) SettlePayment(ctx context.Context, in *notificationsv1.SettlePaymentRequest) (*notificationsv1.SettlePaymentResponse, error) {
	if err := n.anybody(ctx); err != nil {
		return nil, err
	}
	if len(in.GetWebhookTimestamp()) > 32 {
		return nil, scripted(errorsv1.Reason_REASON_FIELD_INVALID, "webhook_timestamp")
	}
	if in.GetWebhookId() == "" || in.GetWebhookTimestamp() == "" || in.GetWebhookSignature() != "v1,good" {
		return nil, scripted(errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	}
	switch string(in.GetBody()) {
	case `"pay-1"`:
		return &notificationsv1.SettlePaymentResponse{Payment: &notificationsv1.Payment{PaymentId: "pay-1", Status: "paid"}}, nil
	case `"paid"`:
		return nil, scripted(errorsv1.Reason_REASON_PAYMENT_STATE)
	case `"none"`:
		return nil, scripted(errorsv1.Reason_REASON_PAYMENT_NOT_FOUND)
	}
	return nil, scripted(errorsv1.Reason_REASON_FIELD_INVALID, "body.amount")
}

// GetPicture gives bytes of the type that a picture is called.
func (n *Notifications) GetPicture(ctx context.Context, in *notificationsv1.GetPictureRequest) (*notificationsv1.GetPictureResponse, error) {
	if err := n.anybody(ctx); err != nil {
		return nil, err
	}
	switch id := in.GetPictureId(); {
	case len(id) > 64:
		return nil, scripted(errorsv1.Reason_REASON_FIELD_INVALID, "picture_id")
	case id == "png" || id == "jpeg" || id == "gif":
		return &notificationsv1.GetPictureResponse{Picture: []byte("\x00 bytes of " + id), MediaType: "image/" + id}, nil
	}
	return nil, scripted(errorsv1.Reason_REASON_PICTURE_NOT_FOUND)
}
