package delivery

import (
	"fmt"
	"time"
)

// Quiet are the hours of a day in which recipients are not to be disturbed. From may lie behind Until: they go through midnight then.
type Quiet struct {
	// From and Until are minutes of a day. There are no quiet hours when both are the same.
	From, Until int
}

// ParseQuiet reads times of a day, "21:00".
func ParseQuiet(from, until string) (q Quiet, err error) {
	if q.From, err = minutes(from); err != nil {
		return Quiet{}, fmt.Errorf("from: %w", err)
	}
	if q.Until, err = minutes(until); err != nil {
		return Quiet{}, fmt.Errorf("until: %w", err)
	}
	return q, nil
}

func minutes(text string) (int, error) {
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 0, fmt.Errorf("%q is no time of a day, as 21:00", text)
	}
	return t.Hour()*60 + t.Minute(), nil
}

// End is when the quiet hours end that now is in, in a zone; zero when it is not in any.
func (q Quiet) End(now time.Time, zone *time.Location) time.Time {
	local := now.In(zone)
	minute := local.Hour()*60 + local.Minute()
	year, month, day := local.Date()
	switch {
	case q.From <= q.Until && (minute < q.From || minute >= q.Until),
		q.From > q.Until && minute >= q.Until && minute < q.From:
		return time.Time{}
	case minute >= q.Until: // they end tomorrow
		day++
	}
	end := time.Date(year, month, day, q.Until/60, q.Until%60, 0, 0, zone)
	if !end.After(now) { // a clock that was set back shows this time twice
		return now.Add(time.Minute)
	}
	return end
}
