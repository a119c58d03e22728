package session

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// defaultPage is the size of pages of requests that name none.
const defaultPage = 50

func pageSize(asked int32) int {
	if asked == 0 {
		return defaultPage
	}
	return int(asked)
}

// paged cuts what was read to a page. There is more where one more than its size was read; then next is the token of the page behind the last that it has.
func paged[T any](read []T, size int, token func(last T) string) (page []T, next string) {
	if len(read) <= size {
		return read, ""
	}
	return read[:size], token(read[size-1])
}

// numberToken writes a page token of lists by a number.
func numberToken(number int64) string { return strconv.FormatInt(number, 10) }

// behindNumber reads one.
func behindNumber(token string) (int64, error) {
	if token == "" {
		return 0, nil
	}
	after, err := strconv.ParseInt(token, 10, 64)
	if err != nil || after < 1 {
		return 0, notGivenOut()
	}
	return after, nil
}

// placeToken writes a page token of lists by time.
func placeToken(at store.Place) string {
	return strconv.FormatInt(at.At.UnixMilli(), 10) + "." + at.Key
}

// behindPlace reads one.
func behindPlace(token string) (store.Place, error) {
	if token == "" {
		return store.Place{}, nil
	}
	millis, key, ok := strings.Cut(token, ".")
	at, err := strconv.ParseInt(millis, 10, 64)
	if !ok || err != nil || at < 1 {
		return store.Place{}, notGivenOut()
	}
	return store.Place{At: time.UnixMilli(at), Key: key}, nil
}

// accountToken writes a page token of lists of accounts.
func accountToken(at store.AccountCursor) string {
	return base64.RawURLEncoding.EncodeToString([]byte(string(at.Kind) + " " + at.Login))
}

// behindAccount reads one.
func behindAccount(token string) (store.AccountCursor, error) {
	if token == "" {
		return store.AccountCursor{}, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	kind, login, ok := strings.Cut(string(text), " ")
	if err != nil || !ok || !sqlstore.CanBeKey(login) {
		return store.AccountCursor{}, notGivenOut()
	}
	return store.AccountCursor{Login: login, Kind: store.Kind(kind)}, nil
}

func notGivenOut() error { return rpcerr.Invalid("page_token", "not one that was given out") }
