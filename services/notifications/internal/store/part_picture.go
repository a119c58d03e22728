package store

import (
	"context"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

const selectPicture = `SELECT bytes, media_type FROM picture WHERE picture_id = $1`

// PartPicture returns a picture that a part shows. It fails with sqlstore.ErrNotFound when there is none, also once it is erased.
func (s *Store) PartPicture(ctx context.Context, pictureID string) (data []byte, mediaType string, err error) {
	_, err = sqlstore.Row(ctx, s.db, func(row sqlstore.Scanner) (struct{}, error) { return struct{}{}, row.Scan(&data, &mediaType) }, selectPicture, pictureID)
	if err != nil {
		return nil, "", fmt.Errorf("reading a picture: %w", err)
	}
	return data, mediaType, nil
}
