package notifications

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/qr"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// codeScale is how many pixels wide a module of a drawn code is.
const codeScale = 8

type codeService struct {
	notificationsv1.UnimplementedCodeServiceServer
	*Service
}

// GetCode returns a code.
func (s *codeService) GetCode(ctx context.Context, req *notificationsv1.GetCodeRequest) (*notificationsv1.GetCodeResponse, error) {
	code, err := s.own(ctx, req.GetCode())
	if err != nil {
		return nil, err
	}
	return &notificationsv1.GetCodeResponse{Code: s.codeToProto(code)}, nil
}

// RenderCode draws a code.
func (s *codeService) RenderCode(ctx context.Context, req *notificationsv1.RenderCodeRequest) (*notificationsv1.RenderCodeResponse, error) {
	if _, err := s.code(ctx, req.GetCode()); err != nil {
		return nil, err
	}
	drawn, err := qr.New(req.GetCode())
	if err != nil {
		return nil, sqlstore.Failure(err, "drawing a code")
	}
	if req.GetFormat() == notificationsv1.CodeFormat_CODE_FORMAT_SVG {
		return &notificationsv1.RenderCodeResponse{Picture: drawn.SVG(codeScale), MediaType: "image/svg+xml"}, nil
	}
	picture, err := drawn.PNG(codeScale)
	return &notificationsv1.RenderCodeResponse{Picture: picture, MediaType: "image/png"}, sqlstore.Failure(err, "drawing a code")
}

// RedeemCode counts a use of a code.
func (s *codeService) RedeemCode(ctx context.Context, req *notificationsv1.RedeemCodeRequest) (*notificationsv1.RedeemCodeResponse, error) {
	code, err := s.own(ctx, req.GetCode())
	if err != nil {
		return nil, err
	}
	var key string
	if req.GetIdempotencyKey() != "" {
		digest := sha256.Sum256([]byte(req.GetIdempotencyKey()))
		key = hex.EncodeToString(digest[:])
	}
	code, use, replayed, err := s.store.RedeemCode(ctx, authn.CallerOf(ctx).Actor(), code.ID, key)
	if err != nil {
		return nil, codeFailure(err, "redeeming a code")
	}
	return &notificationsv1.RedeemCodeResponse{
		Code: s.codeToProto(code), Use: use.Number, RedeemedAt: timestamppb.New(use.At), Replayed: replayed,
	}, nil
}

// RevokeCode makes a code worthless.
func (s *codeService) RevokeCode(ctx context.Context, req *notificationsv1.RevokeCodeRequest) (*notificationsv1.RevokeCodeResponse, error) {
	code, err := s.own(ctx, req.GetCode())
	if err != nil {
		return nil, err
	}
	var operator string
	if caller := authn.CallerOf(ctx); caller.IsOperator() {
		operator = caller.Actor()
	}
	if code, err = s.store.RevokeCode(ctx, operator, code.ID); err != nil {
		return nil, codeFailure(err, "revoking a code")
	}
	return &notificationsv1.RevokeCodeResponse{Code: s.codeToProto(code)}, nil
}

// own finds a code that is the caller's. One that is forged, unknown or another's is answered alike.
func (s *codeService) own(ctx context.Context, text string) (store.Code, error) {
	code, err := s.code(ctx, text)
	if err != nil {
		return store.Code{}, err
	}
	owns, err := s.owns(ctx, authn.CallerOf(ctx), code.ProviderID)
	if err == nil && !owns {
		err = codeNotFound()
	}
	return code, err
}

// code finds a code that we issued.
func (s *codeService) code(ctx context.Context, text string) (store.Code, error) {
	id, ok := s.codes.Parse(text)
	if !ok {
		return store.Code{}, codeNotFound()
	}
	code, err := s.store.Code(ctx, id)
	return code, codeFailure(err, "reading a code")
}

func codeFailure(err error, doing string) error {
	if errors.Is(err, sqlstore.ErrNotFound) {
		return codeNotFound()
	}
	if refused, ok := errors.AsType[*store.NotRedeemableError](err); ok {
		return rpcerr.New(errorsv1.Reason_REASON_CODE_NOT_REDEEMABLE, refused.Error(), rpcerr.Meta("state", string(refused.State)))
	}
	return sqlstore.Failure(err, doing)
}

func codeNotFound() error {
	return rpcerr.New(errorsv1.Reason_REASON_CODE_NOT_FOUND, "no code is like this")
}

func (s *codeService) codeToProto(c store.Code) *notificationsv1.Code {
	return &notificationsv1.Code{
		Code: s.codes.Code(c.ID), DispatchId: c.DispatchID, Kind: c.Kind, Title: c.Title, ProviderCode: c.ProviderCode,
		ValidFrom: timestamp(c.ValidFrom), ValidUntil: timestamp(c.ValidUntil), Uses: c.Uses, Redeemed: c.Redeemed,
		RevokedAt: timestamp(c.RevokedAt), CreatedAt: timestamppb.New(c.CreatedAt),
	}
}
