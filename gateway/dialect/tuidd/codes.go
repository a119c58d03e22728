package tuidd

import (
	"context"
	"net/http"

	tuiddv1 "github.com/ventanilla/ventanilla/proto/gen/go/tuidd/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// GetCode returns a code that a request issued.
func (a *servicesAdapter) GetCode(ctx context.Context, in *tuiddv1.GetCodeRequest) (*tuiddv1.GetCodeResponse, error) {
	caller, err := a.caller(ctx)
	if err != nil {
		return nil, err
	}
	var known *notificationsv1.GetCodeResponse
	err = caller.Call(ctx, func(ctx context.Context) (err error) {
		known, err = a.codes.GetCode(ctx, &notificationsv1.GetCodeRequest{Code: in.GetCode()})
		return err
	})
	if err != nil {
		return nil, absent(err, errorsv1.Reason_REASON_CODE_NOT_FOUND)
	}
	c := known.GetCode()
	return &tuiddv1.GetCodeResponse{
		Code: c.GetCode(), Kind: c.GetKind(), Title: c.GetTitle(), ProviderCode: word(c.GetProviderCode()),
		ValidFrom: moment(c.GetValidFrom()), ValidUntil: moment(c.GetValidUntil()), Uses: c.GetUses(), Redeemed: c.GetRedeemed(),
		RevokedAt: moment(c.GetRevokedAt()), CreatedAt: instant(c.GetCreatedAt()), Links: codeLinks(c),
	}, keepNothing(ctx)
}

func codeLinks(c *notificationsv1.Code) *tuiddv1.CodeLinks {
	return &tuiddv1.CodeLinks{
		Self: codeLink(c.GetCode()), Service: serviceLink(c.GetDispatchId()),
		Png: drawingLink(c.GetCode(), "png"), Svg: drawingLink(c.GetCode(), "svg"),
	}
}

// revoke makes a code worthless.
func (a *servicesAdapter) revoke(r *http.Request, path map[string]string) (*answered, error) {
	caller, err := a.caller(r.Context())
	if err != nil {
		return nil, err
	}
	err = caller.Call(r.Context(), func(ctx context.Context) error {
		_, err := a.codes.RevokeCode(ctx, &notificationsv1.RevokeCodeRequest{Code: path["code"]})
		return err
	})
	return &answered{status: http.StatusNoContent}, absent(err, errorsv1.Reason_REASON_CODE_NOT_FOUND)
}

// redeem uses a code once.
func (a *servicesAdapter) redeem(r *http.Request, path map[string]string) (*answered, error) {
	caller, err := a.caller(r.Context())
	if err != nil {
		return nil, err
	}
	key, err := idempotencyKey(r)
	if err != nil {
		return nil, err
	}
	var known *notificationsv1.RedeemCodeResponse
	err = caller.Call(r.Context(), func(ctx context.Context) (err error) {
		known, err = a.codes.RedeemCode(ctx, &notificationsv1.RedeemCodeRequest{Code: path["code"], IdempotencyKey: key})
		return err
	})
	if err != nil {
		return nil, absent(err, errorsv1.Reason_REASON_CODE_NOT_FOUND)
	}
	c := known.GetCode()
	return &answered{status: http.StatusOK, replayed: known.GetReplayed(), message: &tuiddv1.RedeemCodeResponse{
		// What was redeemed with this use: a repetition is answered as the first time, whatever came after.
		Code: c.GetCode(), Use: known.GetUse(), Uses: c.GetUses(), Redeemed: known.GetUse(),
		RedeemedAt: instant(known.GetRedeemedAt()), Links: codeLinks(c),
	}}, nil
}
