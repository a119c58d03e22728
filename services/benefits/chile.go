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
