package auditlog

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// defaultPage is the size of a page whose caller names none.
const defaultPage = 50

// ErrPageToken says that a page's token is none that was given out.
var ErrPageToken = errors.New("no page has this token")

// Page returns entries as an RPC lists them, newest first: at most size, 50 when 0, behind the page that gave the token.
// next is the token of the page after it, empty on the last. A page that is not full may have others after it. It
// fails with ErrPageToken.
func Page(ctx context.Context, db *sqlstore.DB, token string, size int32, filter Filter) (page []Recorded, next string, err error) {
	var below int64
	if token != "" {
		if below, err = strconv.ParseInt(token, 10, 64); err != nil || below <= 0 {
			return nil, "", fmt.Errorf("listing the log: %w", ErrPageToken)
		}
	}
	limit := int(size)
	if limit == 0 {
		limit = defaultPage
	}
	page, on, err := List(ctx, db, below, limit+1, filter)
	if err != nil {
		return nil, "", err
	}
	if len(page) > limit {
		page, on = page[:limit], page[limit-1].Number
	}
	if on > 0 {
		next = strconv.FormatInt(on, 10)
	}
	return page, next, nil
}

// Latest returns the last signed checkpoint, empty before the first, with the text of the key that verifies it: the active
// one where none of them did, since somebody has changed it then.
func (k Keys) Latest(ctx context.Context, db *sqlstore.DB) (signed, key string, err error) {
	note, err := Latest(ctx, db)
	if err != nil {
		return "", "", err
	}
	by := k.Of(note)
	if by == nil {
		by = k.Active
	}
	return string(note), by.Text, nil
}
