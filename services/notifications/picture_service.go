package notifications

import (
	"context"
	"errors"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

type pictureService struct {
	notificationsv1.UnimplementedPictureServiceServer
	*Service
}

// GetPicture returns a picture.
func (s *pictureService) GetPicture(ctx context.Context, req *notificationsv1.GetPictureRequest) (*notificationsv1.GetPictureResponse, error) {
	picture, err := s.store.Picture(ctx, req.GetPictureId())
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_PICTURE_NOT_FOUND, "no picture has the identifier")
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "reading a picture")
	}
	return &notificationsv1.GetPictureResponse{Picture: picture.Bytes, MediaType: picture.MediaType}, nil
}
