package native

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	nativev1 "github.com/ventanilla/ventanilla/proto/gen/go/native/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

const (
	drawingPath    = "/notifications/v1/codes/{drawing}"
	picturePath    = "/notifications/v1/pictures/{picture_id}"
	settlementPath = "/notifications/v1/payments/settlements"
)

// The media types of pictures.
const (
	pngMediaType  = "image/png"
	svgMediaType  = "image/svg+xml"
	jpegMediaType = "image/jpeg"
)

// notificationsRoutes are the endpoints of the dispatcher for everybody.
func notificationsRoutes() []edge.Route {
	return []edge.Route{
		{Method: http.MethodGet, Path: drawingPath, Only: pngMediaType, Produces: []string{svgMediaType}},
		{Method: http.MethodGet, Path: picturePath, Only: pngMediaType, Produces: []string{jpegMediaType}},
		{Method: http.MethodPost, Path: settlementPath, Consumes: []string{wirejson.MediaType}},
	}
}

// notificationsAdapter serves from the notifications service what needs no credential.
type notificationsAdapter struct {
	nativev1.UnimplementedNotificationsServiceServer
	codes    notificationsv1.CodeServiceClient
	pictures notificationsv1.PictureServiceClient
	payments notificationsv1.PaymentServiceClient
	json     wirejson.JSON
}

func newNotificationsAdapter(notifications grpc.ClientConnInterface) *notificationsAdapter {
	return &notificationsAdapter{
		codes:    notificationsv1.NewCodeServiceClient(notifications),
		pictures: notificationsv1.NewPictureServiceClient(notifications),
		payments: notificationsv1.NewPaymentServiceClient(notifications),
	}
}

func (a *notificationsAdapter) register(ctx context.Context, mux *runtime.ServeMux) error {
	return errors.Join(
		nativev1.RegisterNotificationsServiceHandlerServer(ctx, mux, a),
		// A signature is over the bytes of the body; the last handler of a path counts.
		mux.HandlePath(http.MethodPost, settlementPath, a.settle),
	)
}

// DrawCode draws a code in the format that its name ends with.
func (a *notificationsAdapter) DrawCode(ctx context.Context, in *nativev1.DrawCodeRequest) (*nativev1.DrawCodeResponse, error) {
	request := &notificationsv1.RenderCodeRequest{}
	var isPNG, isSVG bool
	if request.Code, isPNG = strings.CutSuffix(in.GetDrawing(), ".png"); isPNG {
		request.Format = notificationsv1.CodeFormat_CODE_FORMAT_PNG
	} else if request.Code, isSVG = strings.CutSuffix(in.GetDrawing(), ".svg"); isSVG {
		request.Format = notificationsv1.CodeFormat_CODE_FORMAT_SVG
	} else {
		return nil, rpcerr.New(errorsv1.Reason_REASON_CODE_NOT_FOUND, "a code is drawn as .png or .svg")
	}
	known, err := a.codes.RenderCode(ctx, request)
	if err != nil {
		return nil, absent(err, errorsv1.Reason_REASON_CODE_NOT_FOUND)
	}
	if isPNG {
		return &nativev1.DrawCodeResponse{Png: known.GetPicture()}, pictureHeader(ctx)
	}
	return &nativev1.DrawCodeResponse{Svg: known.GetPicture()}, pictureHeader(ctx)
}

// GetPicture returns a picture as it is kept.
func (a *notificationsAdapter) GetPicture(ctx context.Context, in *nativev1.GetPictureRequest) (*nativev1.GetPictureResponse, error) {
	known, err := a.pictures.GetPicture(ctx, &notificationsv1.GetPictureRequest{PictureId: in.GetPictureId()})
	if err != nil {
		return nil, absent(err, errorsv1.Reason_REASON_PICTURE_NOT_FOUND)
	}
	switch known.GetMediaType() {
	case pngMediaType:
		return &nativev1.GetPictureResponse{Png: known.GetPicture()}, pictureHeader(ctx)
	case jpegMediaType:
		return &nativev1.GetPictureResponse{Jpeg: known.GetPicture()}, pictureHeader(ctx)
	}
	return nil, errors.New("the notifications service gave a picture of another media type")
}

// absent is the answer about an identifier: one that cannot be is one that there is not.
func absent(err error, reason errorsv1.Reason) error {
	if rpcerr.Reason(err) == errorsv1.Reason_REASON_FIELD_INVALID {
		return rpcerr.Wrap(reason, err, "there is no such identifier")
	}
	return err
}

// pictureHeader lets everybody keep a picture for an hour, and browsers take it for nothing else.
func pictureHeader(ctx context.Context) error {
	return grpc.SetHeader(ctx, metadata.Pairs(
		"Cache-Control", "public, max-age=3600",
		"X-Content-Type-Options", "nosniff",
		"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox",
	))
}

// The headers of Standard Webhooks.
const (
	webhookID        = "Webhook-Id"
	webhookTimestamp = "Webhook-Timestamp"
	webhookSignature = "Webhook-Signature"
)

// maxSettlement is the largest body, as the contract has it.
const maxSettlement = 16 << 10

// settle passes the payment provider's word on as it came.
func (a *notificationsAdapter) settle(w http.ResponseWriter, r *http.Request, _ map[string]string) {
	answer, err := a.settlement(r)
	if err == nil {
		w.Header()["Cache-Control"] = []string{"no-store"}
		err = wirejson.RespondMessage(w, http.StatusOK, &a.json, answer)
	}
	if err != nil {
		edge.Fail(r, err)
	}
}

func (a *notificationsAdapter) settlement(r *http.Request) (*nativev1.SettlePaymentResponse, error) {
	request := &notificationsv1.SettlePaymentRequest{
		WebhookId: r.Header.Get(webhookID), WebhookTimestamp: r.Header.Get(webhookTimestamp), WebhookSignature: r.Header.Get(webhookSignature),
	}
	if request.GetWebhookId() == "" || request.GetWebhookTimestamp() == "" || request.GetWebhookSignature() == "" {
		return nil, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_MISSING, "there is no signature")
	}
	var err error
	if request.Body, err = io.ReadAll(io.LimitReader(r.Body, maxSettlement+1)); err != nil {
		return nil, rpcerr.Wrap(errorsv1.Reason_REASON_MALFORMED_BODY, err, "the body ended early")
	}
	if len(request.GetBody()) > maxSettlement {
		return nil, rpcerr.New(errorsv1.Reason_REASON_BODY_TOO_LARGE, "the body is too large")
	}
	known, err := a.payments.SettlePayment(r.Context(), request)
	if err != nil {
		return nil, settlementError(err)
	}
	return &nativev1.SettlePaymentResponse{PaymentId: known.GetPayment().GetPaymentId(), Status: known.GetPayment().GetStatus()}, nil
}

// settlementError names members of the body as they are named there. A header that the contract does not take is no signature.
func settlementError(err error) error {
	var named []rpcerr.Option
	for _, v := range rpcerr.Fields(err) {
		if strings.HasPrefix(v.Field, "webhook_") {
			return rpcerr.Wrap(errorsv1.Reason_REASON_CREDENTIAL_INVALID, err, "a header of the signature is malformed")
		}
		named = append(named, rpcerr.Field(strings.TrimPrefix(v.Field, "body."), v.Description))
	}
	if named == nil {
		return err
	}
	return rpcerr.Wrap(rpcerr.Reason(err), err, "a member was refused", named...)
}
