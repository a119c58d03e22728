package store

import (
	"context"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Picture is what an advertisement shows.
type Picture struct {
	MediaType string
	Bytes     []byte
}

func scanPicture(row sqlstore.Scanner) (p Picture, err error) {
	err = row.Scan(&p.MediaType, &p.Bytes)
	return p, err
}

// Picture finds a picture. It fails with sqlstore.ErrNotFound, also once it is erased.
func (s *Store) Picture(ctx context.Context, id string) (Picture, error) {
	if !sqlstore.CanBeKey(id) {
		return Picture{}, fmt.Errorf("reading a picture: %w", sqlstore.ErrNotFound)
	}
	picture, err := sqlstore.Row(ctx, s.db, scanPicture, `SELECT media_type, bytes FROM picture WHERE picture_id = $1`, id)
	if err != nil {
		return Picture{}, fmt.Errorf("reading a picture: %w", err)
	}
	return picture, nil
}
