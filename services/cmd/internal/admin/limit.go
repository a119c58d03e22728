package admin

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// checkLimit refuses a burst without a rate, and what is no limit.
func checkLimit(rate float64, burst int32) error {
	switch {
	case rate < 0 || math.IsNaN(rate):
		return errors.New("--rate must be more than 0")
	case burst < 0:
		return errors.New("--burst must be at least 1")
	case rate == 0 && burst > 0:
		return errors.New("--burst needs a --rate")
	}
	return nil
}

// limitOf is nil when there is no rate.
func limitOf(rate float64, burst int32) *authv1.Limit {
	if rate == 0 {
		return nil
	}
	if burst == 0 {
		burst = int32(min(math.Ceil(rate), math.MaxInt32))
	}
	return &authv1.Limit{PerSecond: rate, Burst: burst}
}

// limitText is empty for no limit.
func limitText(limit *authv1.Limit) string {
	if limit == nil {
		return ""
	}
	return fmt.Sprintf("%s a second, %d at once", strconv.FormatFloat(limit.GetPerSecond(), 'f', -1, 64), limit.GetBurst())
}
