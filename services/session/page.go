package session

import (
	"strconv"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
)

// defaultPage is the size of pages of requests that name none.
const defaultPage = 50

func pageSize(asked int32) int {
	if asked == 0 {
		return defaultPage
	}
	return int(asked)
}

// behindNumber reads a page token of lists by a number.
func behindNumber(token string) (int64, error) {
	if token == "" {
		return 0, nil
	}
	after, err := strconv.ParseInt(token, 10, 64)
	if err != nil || after < 1 {
		return 0, rpcerr.Invalid("page_token", "not one that was given out")
	}
	return after, nil
}
