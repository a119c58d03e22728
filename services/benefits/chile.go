package benefits

import (
	"sync"
	"time"
	_ "time/tzdata" // where there are no files of zones, Chile's is known too
)

// chile is where a day begins and ends.
var chile = sync.OnceValue(func() *time.Location {
	zone, err := time.LoadLocation("America/Santiago")
	if err != nil {
		panic(err) // it is in tzdata
	}
	return zone
})

// endOf is the last millisecond of a day in Chile, the day given at midnight UTC. There is no midnight when clocks go forward at it, and
// the last hour comes twice when they go back: the later of both ways to find the end is right on either day.
func endOf(day time.Time) time.Time {
	year, month, date := day.Date()
	last := time.Date(year, month, date, 23, 59, 59, 999e6, chile())
	if before := time.Date(year, month, date+1, 0, 0, 0, 0, chile()).Add(-time.Millisecond); before.After(last) {
		return before
	}
	return last
}
