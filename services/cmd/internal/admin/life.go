package admin

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// maxLife is longer than anything that the platform lets live, and fits.
const maxLife = 100 * 366 * day

// Life is a flag's duration: days, as in 90d, or as in 12h30m.
type Life time.Duration

// UnmarshalText reads it.
func (l *Life) UnmarshalText(text []byte) error {
	life, err := parseLife(string(text))
	if err != nil || life <= 0 || life > maxLife {
		return errors.New("must be a time from now, in days (90d) or as 12h30m")
	}
	*l = Life(life)
	return nil
}

func parseLife(text string) (time.Duration, error) {
	number, inDays := strings.CutSuffix(text, "d")
	if !inDays {
		return time.ParseDuration(text)
	}
	days, err := strconv.ParseUint(number, 10, 15)
	return time.Duration(days) * day, err
}
